"""How late the event loop is: a timer that notes by how much it was called too late."""

from __future__ import annotations

import asyncio
from collections import deque
from time import perf_counter

__all__ = ["ASKED_SECONDS", "LAG_BOUNDS", "LoopLag"]

LAG_BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
ASKED_SECONDS = 120.0
_EVERY_SECONDS = 0.02
_WINDOWS = 60
_WINDOW_SECONDS = 1.0


class LoopLag:
    """Samples the lag fifty times a second: a histogram, and the worst of the last minute.

    The timer would cost a lightly loaded emulator one part in twenty of its time, so it runs only
    while somebody asks: from the first time on, until nobody has for `ASKED_SECONDS`.
    """

    __slots__ = ("_asked", "_due", "_handle", "_loop", "_window_began", "_worst", "counts",
                 "seconds")  # fmt: skip

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._handle: asyncio.TimerHandle | None = None
        self._asked = 0.0
        self._due = 0.0
        self._window_began = 0.0
        self._worst: deque[float] = deque((0.0,), maxlen=_WINDOWS)
        self.counts = [0] * (len(LAG_BOUNDS) + 1)
        self.seconds = 0.0

    @property
    def is_sampling(self) -> bool:
        """Whether the timer runs."""
        return self._handle is not None

    @property
    def worst(self) -> float:
        """The longest lag of about the last minute, in seconds."""
        return max(self._worst)

    def ask(self) -> None:
        """Sample from now on, or go on with it."""
        self._asked = perf_counter()
        if self._handle is None:
            self._window_began = self._asked
            self._arm(self._asked)

    def stop(self) -> None:
        """Sample no more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def note(self, lag: float) -> None:
        """Count one lag, in seconds."""
        self.seconds += lag
        for index, bound in enumerate(LAG_BOUNDS):
            if lag <= bound:
                self.counts[index] += 1
                return
        self.counts[-1] += 1

    def _sample(self) -> None:
        now = perf_counter()
        lag = max(0.0, now - self._due)
        self.note(lag)
        if now - self._window_began >= _WINDOW_SECONDS:
            self._window_began = now
            self._worst.append(lag)
        elif lag > self._worst[-1]:
            self._worst[-1] = lag
        if now - self._asked < ASKED_SECONDS:
            self._arm(now)
        else:
            self._handle = None

    def _arm(self, now: float) -> None:
        # Not by the loop's own clock: uvloop's stands still within a turn of the loop.
        self._due = now + _EVERY_SECONDS
        self._handle = self._loop.call_later(_EVERY_SECONDS, self._sample)
