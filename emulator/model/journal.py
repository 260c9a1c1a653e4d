"""What has happened, numbered: the source of the event stream and of the log."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice
from time import time as _time
from typing import Any, NamedTuple

__all__ = ["KEEP_EVENTS", "Event", "Journal"]

KEEP_EVENTS = 20_000


class Event(NamedTuple):
    """One thing that happened. `kind` is `phase`, `call`, `agent` or `import`.

    Of a call, `payload` is (call, its state, its verdict) as they were at `time`.
    """

    number: int
    time: float
    kind: str
    payload: Any


class Journal:
    """The newest `keep` events, and who is to be told that there are more."""

    __slots__ = ("_events", "_listeners", "number")

    def __init__(self, keep: int = KEEP_EVENTS) -> None:
        self._events: deque[tuple[int, float, str, Any]] = deque(maxlen=keep)
        self._listeners: set[Callable[[], None]] = set()
        self.number = 0

    def write(self, kind: str, payload: Any) -> None:
        """Append an event."""
        self.number += 1
        self._events.append((self.number, _time(), kind, payload))
        if self._listeners:
            for listener in tuple(self._listeners):
                listener()

    def since(self, number: int) -> tuple[list[Event], bool]:
        """The events after `number`, and whether some of them are no longer kept."""
        wanted = self.number - number
        if wanted <= 0:
            return [], False
        # From the newest backwards: those who follow ask for few, and skipping costs.
        found = [Event(*each) for each in islice(reversed(self._events), wanted)]
        found.reverse()
        return found, len(found) < wanted

    @property
    def newest(self) -> Event:
        """The event written last; raises IndexError if there is none."""
        return Event(*self._events[-1])

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each event; returns what stops it."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)
