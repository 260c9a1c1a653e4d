"""How large what a script makes may become, and how deep its calls may go."""

from __future__ import annotations

import asyncio
from collections.abc import Sized

from emulator.shell.engine.errors import CmdletError, ErrorCategory

__all__ = ["MAX_CALL_DEPTH", "MAX_ERRORS", "MAX_ITEMS", "MAX_TEXT", "Pulse", "bounded"]

MAX_CALL_DEPTH = 60
MAX_ERRORS = 256
MAX_ITEMS = 1_000_000
MAX_TEXT = 1 << 24
_BEATS = 64


def bounded(size: int, most: int = MAX_ITEMS) -> int:
    """`size`, if it is at most `most`; raises CmdletError otherwise."""
    if size > most:
        raise CmdletError(
            f"The result would have {size} elements or characters; at most {most} are allowed.",
            "ResultTooLarge",
            ErrorCategory.LIMITS_EXCEEDED,
            exception="OutOfMemoryException",
        )
    return size


class Pulse:
    """Lets others run, and Ctrl-C through, now and then."""

    __slots__ = ("_beats",)

    def __init__(self) -> None:
        self._beats = 0

    async def beat(self) -> None:
        """To be awaited in each turn of whatever may turn for long."""
        self._beats += 1
        if self._beats % _BEATS == 0:
            await asyncio.sleep(0)

    def require_room(self, items: Sized) -> None:
        """Raise CmdletError if `items` has become too large."""
        if len(items) > MAX_ITEMS:
            bounded(len(items))
