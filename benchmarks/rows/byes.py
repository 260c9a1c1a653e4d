"""The BYEs of a phase change, at a caller whose socket buffers are the system's defaults."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import bars
from benchmarks.bars import Figure
from benchmarks.contenders import Emulator, emulator
from benchmarks.figures import arrivals_per_second
from benchmarks.processes import RunningProcess
from benchmarks.settings import Bench

_RATE = 1_000
_END_SECONDS = 240.0


def measure_byes(bench: Bench) -> list[Figure]:
    """One caller holds anonymous calls; the primary pool goes down gracefully."""
    number = bench.sizes.held_for_byes
    with emulator(bench) as server:
        report = Path(tempfile.mkdtemp(prefix="byes-", dir=bench.scratch)) / "report"
        with _caller(bench, server, number, report) as caller:
            bench.say(f"  opening {number:,} calls to hotline")
            caller.wait_until(
                lambda: "connected " in caller.log.read_text(errors="replace"),
                within=number / _RATE * 2 + 60.0,
                what=f"opening {number:,} calls",
            )
            server.change_phase("outage", "graceful")
            caller.wait(within=_END_SECONDS)
        metrics = server.metrics()
    return _figures(number, json.loads(report.read_text()), metrics)


@contextlib.contextmanager
def _caller(bench: Bench, server: Emulator, number: int, report: Path) -> Iterator[RunningProcess]:
    arguments = [str(server.port), "hotline", str(number), str(_RATE), str(report)]
    caller = RunningProcess(
        "the caller",
        [sys.executable, "-m", "benchmarks.caller", *arguments],
        core=bench.cores.generator,
        log=report.with_suffix(".log"),
    )
    try:
        yield caller
    finally:
        caller.stop()


def _figures(number: int, report: dict[str, Any], metrics: dict[str, float]) -> list[Figure]:
    arrivals: list[int] = report["arrivals_ns"]
    rate = arrivals_per_second(arrivals)
    # A datagram that the kernel dropped never arrived, though its repetition may have.
    lost = max(int(report["dropped"]), int(report["missing"]))
    resent = sum(
        value
        for name, value in metrics.items()
        if "retransmi" in name and "_total" in name and 'method="BYE"' in name
    )
    note = (
        f"{len(arrivals):,} of {number:,} came, {report['missing']:,} never; the kernel dropped "
        f"{report['dropped']:,}, {report['repeated']:,} came twice; the server's own count of "
        f"repeated BYEs: {resent:.0f}"
    )
    seconds = (arrivals[-1] - arrivals[0]) / 1e9 if arrivals else 0.0
    details = {key: value for key, value in report.items() if key != "arrivals_ns"}
    return [
        Figure(bars.BYE_RATE, rate if arrivals else None, f"over {seconds:.2f} s", details),
        Figure(bars.BYES_LOST, float(lost), note, details),
    ]
