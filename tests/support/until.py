"""Waiting for a condition, on the running loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["until"]


async def until(is_true: Callable[[], object], within: float = 5.0) -> None:
    """Let the loop run until `is_true`; TimeoutError after `within` seconds."""
    async with asyncio.timeout(within):
        while not is_true():  # noqa: ASYNC110  # conditions of plain objects have no event
            await asyncio.sleep(0.001)
