"""Runs the micro-benchmarks, and holds them against the baseline or makes them the baseline."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence

from benchmarks.micro import baseline
from benchmarks.micro.cases import CASES
from benchmarks.micro.timing import Timed, look, prepare

_ROUNDS = 15
_LOOKS_FOR_A_BASELINE = 5
# A slow machine's moment looks like a slow path; what stays slow through all of these is one.
_SECOND_LOOKS = 6


def run(*, update: bool, say: Callable[[str], None]) -> int:
    """Print every ratio; 1 when one became worse than tolerated, or has no baseline to compare."""
    say(f"{len(CASES)} micro-benchmarks, {_ROUNDS} rounds")
    timed, broken = prepare(CASES)
    for reason in broken:
        say(f"can't be measured: {reason}")
    look(timed, _ROUNDS)
    kept = baseline.load()
    if update:
        for _ in range(_LOOKS_FOR_A_BASELINE - 1):
            look(timed, _ROUNDS)
        _print(timed, kept.ratios if kept else {})
        baseline.keep({entry.case.name: entry.ratio for entry in timed})
        return 1 if broken else 0
    if kept is None:
        say(f"there is no {baseline.PATH.name}; --update-baseline makes it")
        return 1
    if kept.python.rpartition(".")[0] != platform.python_version().rpartition(".")[0]:
        say(f"the baseline is Python {kept.python}'s, this is {platform.python_version()}")
    worse = _still_worse(timed, kept.ratios, say)
    _print(timed, kept.ratios)
    for entry in worse:
        before = kept.ratios[entry.case.name]
        by = baseline.change(entry.best_ratio, before)
        print(f"worse by {by:.0%}: {entry.case.name} ({before:.2f} -> {entry.best_ratio:.2f})")
    gone = sorted(set(kept.ratios) - {entry.case.name for entry in timed})
    for name in gone:
        print(f"in the baseline, but no longer measured: {name}")
    return 1 if worse or gone or broken else 0


def _still_worse(
    timed: Sequence[Timed], known: Mapping[str, float], say: Callable[[str], None]
) -> list[Timed]:
    """What is worse than the baseline, however often it is looked at again."""

    def suspicious() -> list[Timed]:
        return [
            entry
            for entry in timed
            if entry.case.name in known
            and baseline.is_worse(entry.best_ratio, known[entry.case.name])
        ]

    for _ in range(_SECOND_LOOKS):
        suspects = suspicious()
        if not suspects:
            break
        say("looking again at: " + ", ".join(entry.case.name for entry in suspects))
        for entry in suspects:
            entry.work = entry.case.prepare()  # elsewhere in memory, perhaps more luckily
        look(suspects, _ROUNDS)
    return suspicious()


def _print(timed: Sequence[Timed], known: Mapping[str, float]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Hot paths (1 = one step of a plain loop)", title_justify="left")
    table.add_column("path")
    for heading in ("µs", "ratio", "baseline", "change"):
        table.add_column(heading, justify="right")
    for entry in timed:
        before = known.get(entry.case.name)
        table.add_row(
            entry.case.name,
            f"{entry.microseconds:.2f}",
            f"{entry.best_ratio:.2f}",
            "–" if before is None else f"{before:.2f}",
            "–" if before is None else f"{baseline.change(entry.best_ratio, before):+.0%}",
        )
    console = Console()
    (console if console.is_terminal else Console(width=100)).print(table)
