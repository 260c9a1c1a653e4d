"""How long a hot path takes, as a ratio to a plain loop timed in turn with it."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_CALIBRATION_STEPS = 10_000
_LINES = tuple(b"Header-%d: value number %d of eight" % (n, n) for n in range(8))
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
    """The shortest times seen so far of a case and of the loop, nanoseconds per operation."""

    case: Case
    work: Work
    repeats: int
    operation_ns: float = float("inf")
    loop_ns: float = field(default=float("inf"))

    @property
    def ratio(self) -> float:
        """How many steps of the loop one operation takes."""
        return self.operation_ns / self.loop_ns


def plain_loop() -> int:
    """What everything is compared with: slices, look-ups and calls, as Python does them."""
    seen: dict[bytes, int] = {}
    total = 0
    for number in range(_CALIBRATION_STEPS):
        line = _LINES[number & 7]
        name, _, value = line.partition(b": ")
        seen[name] = seen.get(name, 0) + 1
        total += len(value) + line.find(b"of")
    return total


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


def sharpen(timed: Sequence[Timed], rounds: int) -> None:
    """Time the loop and every case in turn, `rounds` times; the shortest times are kept."""
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for entry in timed:
                loop = _cpu_ns(plain_loop, 1) / _CALIBRATION_STEPS
                taken = _cpu_ns(entry.work.run, entry.repeats)
                per_operation = taken / entry.repeats / entry.work.operations
                entry.operation_ns = min(entry.operation_ns, per_operation)
                entry.loop_ns = min(entry.loop_ns, loop)
            gc.collect()
    finally:
        gc.enable()


def _cpu_ns(run: Callable[[], object], times: int) -> int:
    """CPU time of this thread: what others do on this core meanwhile does not count."""
    began = time.thread_time_ns()
    for _ in range(times):
        run()
    return time.thread_time_ns() - began
