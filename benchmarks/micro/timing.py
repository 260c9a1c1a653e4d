"""How long a hot path takes, as a ratio to a plain loop timed in turn with it."""

from __future__ import annotations

import gc
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_LINES = tuple(
    b"Header-%d: value number %d of many <sip:u%d@host.example>;tag=t%d" % (n % 40, n, n, n)
    for n in range(4096)
)
_PARTS = re.compile(rb"([^:]+): (value) [^<]*<([^>]+)>;tag=(\w+)").fullmatch
_BATCH_NS = 8_000_000


@dataclass(frozen=True, slots=True)
class Work:
    """A prepared piece of work: one run of it is so many operations."""

    run: Callable[[], object]
    operations: int


@dataclass(frozen=True, slots=True)
class Case:
    """A hot path: `prepare` loads what it needs, which is not timed."""

    name: str
    prepare: Callable[[], Work]


@dataclass(slots=True)
class Timed:
    """A case with what has been seen of it: microseconds, and the ratio of every look."""

    case: Case
    work: Work
    repeats: int
    microseconds: float = float("inf")
    looks: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The middle of the looks, for a figure to keep."""
        return statistics.median(self.looks)

    @property
    def best_ratio(self) -> float:
        """The lowest of the looks, for a fair hearing."""
        return min(self.looks)


class Line:
    """What the plain loop makes of a line."""

    __slots__ = ("name", "uri", "value")

    def __init__(self, name: bytes, uri: bytes, value: bytes) -> None:
        self.name = name
        self.uri = uri
        self.value = value


def plain_loop() -> int:
    """What everything is compared with: cutting, matching and keeping many short lines.

    It uses as much memory as the hot paths do, so that neighbours slow both down alike.
    """
    seen: dict[bytes, Line] = {}
    for line in _LINES:
        name, _, value = line.partition(b": ")
        found = _PARTS(line)
        if found is not None:
            seen[found[4]] = Line(name, found[3], value)
    return len(seen)


def prepare(cases: Sequence[Case]) -> tuple[list[Timed], list[str]]:
    """Load each case and find out how often it must run to fill a batch.

    What can't be loaded any more is named in the second list, with the reason.
    """
    timed, broken = [], []
    for case in cases:
        try:
            work = case.prepare()
        except (ImportError, AttributeError, TypeError, ValueError) as error:
            broken.append(f"{case.name}: {error}")
            continue
        work.run()
        once = max(_cpu_ns(work.run, 1), 1)
        timed.append(Timed(case, work, max(1, int(_BATCH_NS / once))))
    return timed, broken


def look(timed: Sequence[Timed], rounds: int) -> None:
    """Time the loop and every case in turn, `rounds` times: one look at each.

    A look is the median of the rounds' ratios: the two halves of a ratio are a hundredth of a
    second apart, so what slows the machine down slows both.
    """
    ratios: list[list[float]] = [[] for _ in timed]
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for entry, found in zip(timed, ratios, strict=True):
                step = _cpu_ns(plain_loop, 2) / (2 * len(_LINES))
                taken = _cpu_ns(entry.work.run, entry.repeats)
                per_operation = taken / entry.repeats / entry.work.operations
                entry.microseconds = min(entry.microseconds, per_operation / 1000)
                found.append(per_operation / step)
            gc.collect()
    finally:
        gc.enable()
    for entry, found in zip(timed, ratios, strict=True):
        entry.looks.append(statistics.median(found))


def _cpu_ns(run: Callable[[], object], times: int) -> int:
    """CPU time of this thread: what others do on this core meanwhile does not count."""
    began = time.thread_time_ns()
    for _ in range(times):
        run()
    return time.thread_time_ns() - began
