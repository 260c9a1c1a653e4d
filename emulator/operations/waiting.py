"""Waiting for a call that a filter lets through, those that are there already included."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from emulator.model.calls import Call
from emulator.operations.administration import Administration
from emulator.operations.call_view import show_call
from emulator.operations.calls import CallFilter, select_calls

__all__ = ["wait_for_call"]


async def wait_for_call(
    administration: Administration, wanted: CallFilter, timeout_seconds: float
) -> dict[str, Any] | None:
    """The newest call that `wanted` lets through, as soon as there is one, in plain values.

    None if there is none within `timeout_seconds`.
    """
    journal = administration.site.journal
    appeared: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def look() -> None:
        event = journal.newest
        if event.kind == "call" and not appeared.done():
            call: Call = event.payload[0]
            if wanted.matches(call):  # now, as it may have gone on when the waiting task runs
                appeared.set_result(show_call(call))

    stop: Callable[[], None] = journal.listen(look)
    try:
        there = await select_calls(administration, wanted, 1)
        if there:
            return show_call(there[0])
        async with asyncio.timeout(timeout_seconds):
            return await appeared
    except TimeoutError:
        return None
    finally:
        stop()
