"""Sends many requests at a pace that a caller's default socket buffer survives, and we do too."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from sip.deadlines import Deadlines

__all__ = ["BATCH", "INTERVAL_SECONDS", "Pacer"]

BATCH = 30
INTERVAL_SECONDS = 0.003
# While more comes in than is read, so many intervals in a row are left out at most: answers are
# read first, else they and every new call wait behind thousands of them.
_LEFT_OUT_AT_MOST = 10


class Pacer:
    """Runs at most `BATCH` sends at once, and the next after `INTERVAL_SECONDS`.

    While `is_behind()` says that more has come in than is read, it waits for some intervals more.
    """

    __slots__ = ("_deadlines", "_due", "_is_behind", "_is_running", "_left_out", "_on_idle",
                 "_waiting")  # fmt: skip

    def __init__(self, deadlines: Deadlines, is_behind: Callable[[], bool]) -> None:
        self._deadlines = deadlines
        self._is_behind = is_behind
        self._left_out = 0
        self._waiting: deque[Callable[[], None]] = deque()
        self._on_idle: list[Callable[[], None]] = []
        self._is_running = False
        self._due = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, send: Callable[[], None]) -> None:
        """Let `send` be called in its turn; the first ones at once."""
        self._waiting.append(send)
        if not self._is_running:
            self._is_running = True
            self._due = self._deadlines.clock()
            self._deadlines.after(0.0, Pacer._run, self)

    def when_idle(self, tell: Callable[[], None]) -> None:
        """Call `tell` once nothing waits any more: at once if nothing does."""
        if not self._waiting:
            tell()
        else:
            self._on_idle.append(tell)

    def _run(self) -> None:
        waiting = self._waiting
        if self._left_out < _LEFT_OUT_AT_MOST and self._is_behind():
            self._left_out += 1
            self._due = self._deadlines.clock() + INTERVAL_SECONDS
            self._deadlines.after(INTERVAL_SECONDS, Pacer._run, self)
            return
        self._left_out = 0
        for _ in range(min(BATCH, len(waiting))):
            waiting.popleft()()
        if waiting:
            # From when this batch was due, not from now: sending takes its time too.
            now = self._deadlines.clock()
            self._due = max(self._due + INTERVAL_SECONDS, now)
            self._deadlines.after(self._due - now, Pacer._run, self)
            return
        self._is_running = False
        told, self._on_idle = self._on_idle, []
        for tell in told:
            tell()
