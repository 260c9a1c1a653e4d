"""Shared queues of deadlines: what is due next, without a timer object of the loop for each.

Delays in SIP are few and constant, so a deque for each delay stays sorted by itself. A delay
that is not one of a few goes to a heap. Nothing here reads a clock or sleeps: the shell asks
`next_due`, and calls `run` with the time that it is (`sip.clockwork`).
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from typing import Any

__all__ = ["Deadline", "Deadlines"]

_MAX_QUEUES = 64
_RUN_AT_MOST = 500
_SWEEP_FROM = 5_000


class Deadline:
    """One thing to be called at one time; `cancel` makes it a thing not to be called."""

    __slots__ = ("_owner", "argument", "callback", "due")

    def __init__(
        self, owner: Deadlines, due: float, callback: Callable[[Any], None], argument: Any
    ) -> None:
        self._owner = owner
        self.due = due
        self.callback: Callable[[Any], None] | None = callback
        self.argument = argument

    def cancel(self) -> None:
        """Never call it, and let go of what it would have been called with."""
        if self.callback is not None:
            self.callback = None
            self.argument = None
            self._owner.cancelled += 1

    def __lt__(self, other: Deadline) -> bool:
        return self.due < other.due


class Deadlines:
    """All deadlines of one emulated deployment or one endpoint.

    `clock` gives seconds on a monotonic clock. `on_earlier` is called with a due time when
    something becomes due before everything that was known.
    """

    __slots__ = ("_heap", "_kept", "_next", "_plain", "_queues", "cancelled", "clock",
                 "on_earlier")  # fmt: skip

    def __init__(
        self, clock: Callable[[], float], on_earlier: Callable[[float], None] | None = None
    ) -> None:
        self.clock = clock
        self.on_earlier = on_earlier
        self._queues: dict[float, deque[Deadline]] = {}
        self._heap: list[Deadline] = []
        self._plain: dict[float, deque[tuple[float, Callable[[Any], None], Any]]] = {}
        self._next = math.inf
        self._kept = 0
        self.cancelled = 0

    def __len__(self) -> int:
        return self._kept - self.cancelled + sum(map(len, self._plain.values()))

    def later(self, delay: float, callback: Callable[[Any], None], argument: Any) -> None:
        """Call `callback(argument)` in `delay` seconds: what is not to be cancelled.

        A third of the cost of `after`, which matters where each message has some.
        """
        due = self.clock() + delay
        queue = self._plain.get(delay)
        if queue is None:
            if not _has_room(self._plain):
                self.after(delay, callback, argument)
                return
            queue = self._plain[delay] = deque()
        queue.append((due, callback, argument))
        if due < self._next:
            self._next = due
            if self.on_earlier is not None:
                self.on_earlier(due)

    def after(self, delay: float, callback: Callable[[Any], None], argument: Any) -> Deadline:
        """Call `callback(argument)` in `delay` seconds, unless cancelled before."""
        due = self.clock() + delay
        deadline = Deadline(self, due, callback, argument)
        self._kept += 1
        if self.cancelled > _SWEEP_FROM and self.cancelled * 2 > self._kept:
            self._sweep()
        queue = self._queues.get(delay)
        if queue is None:
            if _has_room(self._queues):
                self._queues[delay] = deque((deadline,))
            else:
                heapq.heappush(self._heap, deadline)
        elif queue and queue[-1].due > due:  # a clock that stepped back
            heapq.heappush(self._heap, deadline)
        else:
            queue.append(deadline)
        if due < self._next:
            self._next = due
            if self.on_earlier is not None:
                self.on_earlier(due)
        return deadline

    def _sweep(self) -> None:
        """Drop what was cancelled, so that long delays that rarely come about cost no memory."""
        for queue in self._queues.values():
            kept = [each for each in queue if each.callback is not None]
            queue.clear()
            queue.extend(kept)
        self._heap[:] = [each for each in self._heap if each.callback is not None]
        heapq.heapify(self._heap)
        self._kept -= self.cancelled
        self.cancelled = 0

    def _drop_cancelled(self) -> None:
        self._kept -= 1
        self.cancelled -= 1

    def next_due(self) -> float | None:
        """When the earliest deadline is due, or None if there is none."""
        earliest = math.inf
        for plain in self._plain.values():
            if plain and plain[0][0] < earliest:
                earliest = plain[0][0]
        for queue in self._queues.values():
            while queue and queue[0].callback is None:
                queue.popleft()
                self._drop_cancelled()
            if queue and queue[0].due < earliest:
                earliest = queue[0].due
        heap = self._heap
        while heap and heap[0].callback is None:
            heapq.heappop(heap)
            self._drop_cancelled()
        if heap and heap[0].due < earliest:
            earliest = heap[0].due
        self._next = earliest
        return None if earliest == math.inf else earliest

    def run(self, now: float) -> int:
        """Call what is due at `now`, oldest first in each queue; say how many were called.

        At most some hundreds are called, so that a caller on a loop can let others in between;
        `next_due` is then still not later than `now`.
        """
        called = 0
        for plain in list(self._plain.values()):
            while plain and plain[0][0] <= now:
                _, call, argument = plain.popleft()
                call(argument)
                called += 1
                if called >= _RUN_AT_MOST:
                    return called
        for queue in list(self._queues.values()):
            while queue and queue[0].due <= now:
                deadline = queue.popleft()
                callback = deadline.callback
                if callback is None:
                    self._drop_cancelled()
                    continue
                self._kept -= 1
                deadline.callback = None  # too late to be cancelled
                argument, deadline.argument = deadline.argument, None
                callback(argument)
                called += 1
                if called >= _RUN_AT_MOST:
                    return called
        heap = self._heap
        while heap and heap[0].due <= now:
            deadline = heapq.heappop(heap)
            callback = deadline.callback
            if callback is None:
                self._drop_cancelled()
                continue
            self._kept -= 1
            deadline.callback = None
            argument, deadline.argument = deadline.argument, None
            callback(argument)
            called += 1
            if called >= _RUN_AT_MOST:
                break
        return called


def _has_room(queues: dict[float, deque[Any]]) -> bool:
    """Whether one queue more may be made; those of delays that came once and went give way."""
    if len(queues) >= _MAX_QUEUES:
        for delay in [delay for delay, queue in queues.items() if not queue]:
            del queues[delay]
    return len(queues) < _MAX_QUEUES
