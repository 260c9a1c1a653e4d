"""SIPp as the caller: one run, and what its own counters say of it."""

from __future__ import annotations

import contextlib
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import RunningProcess
from benchmarks.settings import Bench, free_port
from benchmarks.tools import path_of

SCENARIOS = Path(__file__).parent / "scenarios"
_SOCKET_BUFFER_BYTES = 4_194_304
_TAIL_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Load:
    """What SIPp is to do: so many calls to `group`, at `rate` calls a second.

    `scenario` is a file of SIPp's XML, None its built-in `uac`.
    """

    group: str
    calls: int
    rate: int
    scenario: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a load, by SIPp's own count."""

    placed: int
    succeeded: int
    failed: int
    retransmitted: int
    after_the_end: int
    wall_seconds: float
    generator_seconds: float

    @property
    def is_clean(self) -> bool:
        """No call failed, no message was sent or received twice, none came after its call."""
        return not (self.failed or self.retransmitted or self.after_the_end)

    @property
    def generator_share(self) -> float:
        """How much of its core the generator used, 0 to 1."""
        return self.generator_seconds / self.wall_seconds if self.wall_seconds else 0.0

    def __str__(self) -> str:
        return (
            f"{self.succeeded} of {self.placed} calls, {self.failed} failed, "
            f"{self.retransmitted} retransmissions, {self.after_the_end} late messages"
        )


def last_row(text: str) -> dict[str, str]:
    """The last line of one of SIPp's CSV files by its column names, {} when there is none."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        return {}
    return dict(zip(lines[0].split(";"), lines[-1].split(";"), strict=False))


def read_outcome(
    statistics: str, counts: str, *, wall_seconds: float, generator_seconds: float
) -> Outcome:
    """What the files of -trace_stat and -trace_counts say at the end of a run."""
    totals, messages = last_row(statistics), last_row(counts)
    # -trace_stat counts what SIPp sent again, -trace_counts also what it received again.
    sent_again = int(totals.get("Retransmissions(C)", "0"))
    seen_again = sum(int(n) for name, n in messages.items() if name.endswith("_Retrans") and n)
    return Outcome(
        placed=int(totals.get("TotalCallCreated", "0")),
        succeeded=int(totals.get("SuccessfulCall(C)", "0")),
        failed=int(totals.get("FailedCall(C)", "0")),
        retransmitted=max(sent_again, seen_again),
        after_the_end=int(totals.get("DeadCallMsgs(C)", "0")),
        wall_seconds=wall_seconds,
        generator_seconds=generator_seconds,
    )


def run_calls(bench: Bench, load: Load, port: int) -> Outcome:
    """Place `load` on 127.0.0.1:`port`; returns when every call is over, or gives up."""
    folder = Path(tempfile.mkdtemp(prefix="calls-", dir=bench.scratch))
    patience = load.calls / load.rate + _TAIL_SECONDS
    command = [
        *_command(load, port),
        "-timeout",
        f"{int(patience)}s",
        "-trace_stat",
        "-stf",
        "statistics.csv",
        "-trace_counts",
        "-fd",
        "5",
    ]
    burnt = _children_seconds()
    began = time.monotonic()
    caller = RunningProcess(
        "SIPp", command, core=bench.cores.generator, log=folder / "output", directory=folder
    )
    try:
        caller.wait(within=patience + _TAIL_SECONDS)
    finally:
        caller.stop()
    wall = time.monotonic() - began
    statistics = folder / "statistics.csv"
    counts = next(iter(folder.glob("*_counts.csv")), None)
    return read_outcome(
        statistics.read_text() if statistics.exists() else "",
        counts.read_text() if counts else "",
        wall_seconds=wall,
        generator_seconds=_children_seconds() - burnt,
    )


@contextlib.contextmanager
def holding(bench: Bench, load: Load, port: int) -> Iterator[RunningProcess]:
    """SIPp placing `load` and staying in every call until the server hangs up."""
    folder = Path(tempfile.mkdtemp(prefix="hold-", dir=bench.scratch))
    held = Load(load.group, load.calls, load.rate, SCENARIOS / "hold.xml")
    caller = RunningProcess(
        "SIPp",
        _command(held, port),
        core=bench.cores.generator,
        log=folder / "output",
        directory=folder,
    )
    try:
        yield caller
    finally:
        # SIPp answers SIGTERM by ending its calls one by one; SIGKILL leaves them to the server.
        caller.kill()


def _command(load: Load, port: int) -> list[str]:
    scenario = ["-sn", "uac"] if load.scenario is None else ["-sf", str(load.scenario)]
    return [
        path_of("sipp"),
        *scenario,
        "-s",
        load.group,
        f"127.0.0.1:{port}",
        "-i",
        "127.0.0.1",
        "-p",
        str(free_port()),
        "-r",
        str(load.rate),
        "-m",
        str(load.calls),
        "-l",
        str(load.calls + 1),
        "-buff_size",
        str(_SOCKET_BUFFER_BYTES),
        "-nostdin",
    ]


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
