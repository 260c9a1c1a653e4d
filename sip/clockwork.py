"""Runs shared deadlines on an asyncio loop with one timer of the loop in all."""

from __future__ import annotations

import asyncio

from sip.deadlines import Deadlines

__all__ = ["TICK_SECONDS", "Clockwork"]

TICK_SECONDS = 0.003


class Clockwork:
    """Calls what is due in `deadlines`, as long as it is not stopped."""

    __slots__ = ("_deadlines", "_due", "_handle", "_is_stopped", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, deadlines: Deadlines) -> None:
        self._loop = loop
        self._deadlines = deadlines
        self._due = 0.0
        self._handle: asyncio.TimerHandle | None = None
        self._is_stopped = False
        deadlines.on_earlier = self._arm

    def stop(self) -> None:
        """Call nothing any more."""
        self._is_stopped = True
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _arm(self, due: float) -> None:
        if self._is_stopped:
            return
        if self._handle is not None:
            if self._due <= due:
                return
            self._handle.cancel()
        self._due = due
        delay = due - self._deadlines.clock()
        # Never less than a tick, so that what is due at about the same time costs one wake-up;
        # uvloop would round a shorter delay to none and spin until it is over.
        wait = max(delay, TICK_SECONDS) if delay > 0 else 0
        self._handle = self._loop.call_later(wait, self._run)

    def _run(self) -> None:
        self._handle = None
        try:
            self._deadlines.run(self._deadlines.clock())
        finally:
            # Also when a callback raises, which the loop reports: all other deadlines go on.
            due = self._deadlines.next_due()
            if due is not None:
                self._arm(due)
