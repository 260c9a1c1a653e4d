"""A phase change over many open calls: how soon decided, how long the loop was away."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import bars
from benchmarks.bars import Figure
from benchmarks.contenders import Emulator, emulator
from benchmarks.cost import RowFailed
from benchmarks.open_calls import open_calls
from benchmarks.probe import Absence, absence_between, read_record
from benchmarks.processes import RunningProcess
from benchmarks.settings import Bench

_BEFORE_SECONDS = 2.0
_AFTER_SECONDS = 3.0
_LOOP_LAG = "loop_lag"


@dataclass(frozen=True, slots=True)
class Change:
    """One phase change, as the API and the probe saw it."""

    decided_ms: float
    answered_ms: float
    kept: int
    dropped: int
    before: Absence
    during: Absence
    lag: dict[str, float]


def measure_phase_change(bench: Bench) -> list[Figure]:
    """Half the calls normal, half anonymous; the primary pool goes down gracefully."""
    changes = []
    for number in range(bench.sizes.changes):
        change = _one_change(bench)
        changes.append(change)
        bench.say(
            f"  change {number + 1} of {bench.sizes.changes}: decided in "
            f"{change.decided_ms:.1f} ms, away for {change.during.longest_ms:.1f} ms at most"
        )
    return _figures(changes)


def _one_change(bench: Bench) -> Change:
    half = bench.sizes.open_calls // 2
    with (
        emulator(bench) as server,
        open_calls(bench, server, {"helpdesk": half, "hotline": half}) as opened,
    ):
        time.sleep(bench.sizes.forget_seconds)
        record = Path(tempfile.mkdtemp(prefix="probe-", dir=bench.scratch)) / "record"
        began = time.time_ns()
        with _probing(bench, server, record):
            time.sleep(_BEFORE_SECONDS)
            started = time.time_ns()
            answer = server.change_phase("outage", "graceful")
            answered = time.time_ns()
            time.sleep(_AFTER_SECONDS)
            ended = time.time_ns()
        lag = {name: value for name, value in server.metrics().items() if _LOOP_LAG in name}
    kept, dropped = int(answer["kept"]), int(answer["dropped"])
    if kept > half or dropped > half or kept + dropped != opened:
        raise RowFailed(f"kept {kept:,} and dropped {dropped:,} of {opened:,}, half of each kind")
    sent, arrived = read_record(record)
    return Change(
        decided_ms=float(answer["decided_ms"]),
        answered_ms=(answered - started) / 1e6,
        kept=kept,
        dropped=dropped,
        before=absence_between(sent, arrived, began, started),
        during=absence_between(sent, arrived, started, ended),
        lag=lag,
    )


@contextlib.contextmanager
def _probing(bench: Bench, server: Emulator, record: Path) -> Iterator[None]:
    probe = RunningProcess(
        "the probe",
        [sys.executable, "-m", "benchmarks.probe", str(server.port), str(record)],
        core=bench.cores.generator,
        log=record.with_suffix(".log"),
    )
    try:
        yield
    finally:
        probe.stop()


def _figures(changes: list[Change]) -> list[Figure]:
    decided = [change.decided_ms for change in changes]
    away = [change.during.longest_ms for change in changes]
    first = changes[0]
    blind = max(change.during.blind_ms for change in changes)
    unanswered = sum(change.during.unanswered for change in changes)
    asked = sum(change.during.asked for change in changes)
    quiet = max(change.before.longest_ms for change in changes)
    details = {"decided_ms": decided, "away_ms": away, "loop_lag": [c.lag for c in changes]}
    counts = f"{first.kept:,} kept, {first.dropped:,} dropped"
    spread = f"each: {', '.join(f'{value:.1f}' for value in decided)}"
    answered = median(change.answered_ms for change in changes)
    seen = (
        f"OPTIONS every ms: {asked:,} asked, {unanswered:,} unanswered, probe blind for "
        f"{blind:.1f} ms at most; each: {', '.join(f'{value:.1f}' for value in away)}; "
        f"before the change {quiet:.1f}"
    )
    # An unanswered question is an absence of unknown length.
    longest = None if unanswered else median(away)
    return [
        Figure(
            bars.DECIDED,
            median(decided),
            f"{counts}; PUT answered after {answered:,.0f} ms; {spread}",
            details,
        ),
        Figure(bars.ABSENCE, longest, seen, details),
    ]
