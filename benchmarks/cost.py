"""What a call costs each contender: the same load on each in turn, A B A B."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.bars import Bar, Figure
from benchmarks.contenders import Contender
from benchmarks.figures import paired_ratios, seconds_per_thousand, summarise
from benchmarks.settings import Bench
from benchmarks.sipp import Load, Outcome, run_calls

# What the last calls still cost a server when the caller has gone belongs to them.
_TRAILING_SECONDS = 0.3


class RowFailed(Exception):
    """A row has no figure; the text says why."""


@dataclass(slots=True)
class Costs:
    """One contender's costs, CPU seconds per 1,000 calls, run by run."""

    contender: Contender
    runs: list[float] = field(default_factory=list)
    retransmissions: int = 0
    all_in: float = 0.0

    @property
    def summary(self) -> str:
        """The median cost with its spread, in words."""
        middle = summarise(self.runs)
        text = f"{self.contender.name} {middle.median:.4f} s (spread {middle.spread:.4f})"
        return text + (f", {self.retransmissions} retr." if self.retransmissions else "")


@dataclass(frozen=True, slots=True)
class Task:
    """A contender and the load that it is measured with."""

    contender: Contender
    load: Load


def measure_costs(bench: Bench, tasks: Sequence[Task], *, forget: bool = False) -> list[Costs]:
    """Costs of every task, in as many rounds as the bench has pairs.

    With `forget`, `all_in` also holds the cost per 1,000 calls from before the first round to
    when the last transaction has been forgotten, the pauses included.
    RowFailed when a call fails.
    """
    results = [Costs(task.contender) for task in tasks]
    for task in tasks:
        warm_up = Load(task.load.group, bench.sizes.warm_up, task.load.rate, task.load.scenario)
        _run(bench, Task(task.contender, warm_up))
    before = [task.contender.process.cpu_seconds() for task in tasks]
    for number in range(bench.sizes.pairs):
        for task, costs in zip(tasks, results, strict=True):
            spent, outcome = _run(bench, task)
            costs.runs.append(seconds_per_thousand(spent, task.load.calls))
            costs.retransmissions += outcome.retransmitted
            bench.say(
                f"  round {number + 1} of {bench.sizes.pairs}: {costs.contender.name} "
                f"{costs.runs[-1]:.4f} s per 1,000 calls"
            )
    if forget:
        time.sleep(bench.sizes.forget_seconds)
        for task, costs, start in zip(tasks, results, before, strict=True):
            spent = task.contender.process.cpu_seconds() - start
            costs.all_in = seconds_per_thousand(spent, task.load.calls * bench.sizes.pairs)
    return results


def ratio_figure(bar: Bar, ours: Costs, theirs: Costs) -> Figure:
    """The median of the pairs' ratios, with both costs in the note."""
    ratios = paired_ratios(ours.runs, theirs.runs)
    middle = summarise(ratios)
    return Figure(
        bar,
        middle.median,
        f"spread {middle.spread:.2f}; per 1,000 calls: {ours.summary}; {theirs.summary}",
        {
            "ratios": ratios,
            "ours": ours.runs,
            "theirs": theirs.runs,
            "retransmissions": [ours.retransmissions, theirs.retransmissions],
        },
    )


def full_load(bench: Bench, group: str) -> Load:
    """The load of one run: SIPp's default caller, at the bench's rate."""
    return Load(group, bench.sizes.calls, bench.sizes.rate)


def _run(bench: Bench, task: Task) -> tuple[float, Outcome]:
    """CPU seconds that the contender spent on the load, and the load's outcome."""
    process = task.contender.process
    before = process.cpu_seconds()
    outcome = run_calls(bench, task.load, task.contender.port)
    time.sleep(_TRAILING_SECONDS)
    if process.has_ended:
        raise RowFailed(f"{process.name} ended: {process.last_words()}")
    if outcome.failed or outcome.succeeded < task.load.calls:
        raise RowFailed(f"{task.contender.name}: {outcome}")
    return process.cpu_seconds() - before, outcome
