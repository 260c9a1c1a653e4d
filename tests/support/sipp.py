"""SIPp in a process of its own: one run, and what its own counters say of it.

Its exit code alone says little: it is 0 where some calls have failed.
"""

from __future__ import annotations

import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.support.emulator_process import Address
from tests.support.ports import own_host
from tests.support.tools import require_tool

__all__ = ["Sipp", "Tally"]

_TIMEOUT_SECONDS = 30
_GRACE_SECONDS = 15
_PORT = 5060


@dataclass(frozen=True, slots=True)
class Tally:
    """What SIPp counted: calls by how they went, messages sent or received more than once."""

    placed: int
    succeeded: int
    failed: int
    retransmitted: int
    exit_code: int
    output: str

    @property
    def is_clean(self) -> bool:
        """Every call went as the scenario says, and nothing had to be said twice."""
        return self.failed == 0 and self.retransmitted == 0 and self.succeeded == self.placed

    def __str__(self) -> str:
        return (
            f"{self.succeeded} of {self.placed} succeeded, {self.failed} failed, "
            f"{self.retransmitted} retransmissions, exit {self.exit_code}"
        )


class Sipp:
    """One SIPp that runs beside the test; `finish` waits for it. Ends with its block.

    `scenario` is a file, or the name of one of SIPp's own. `calls` None: as many as there are.
    """

    def __init__(
        self,
        scenario: Path | str,
        target: Address | None = None,
        *,
        service: str = "service",
        calls: int | None = 1,
        rate: int = 100,
        transport: str = "u1",
        keys: dict[str, str] | None = None,
        options: tuple[str, ...] = (),
    ) -> None:
        self.host = own_host()
        self._folder = tempfile.TemporaryDirectory(prefix="sipp-")
        folder = Path(self._folder.name)
        self._statistics = folder / "statistics.csv"
        which = ["-sn", scenario] if isinstance(scenario, str) else ["-sf", str(scenario)]
        command = [
            require_tool("sipp"), *which, "-i", self.host, "-p", str(_PORT),
            "-mi", self.host, "-ci", self.host, "-s", service, "-t", transport,
            "-r", str(rate), "-l", str(calls or 1_000), "-nostdin",
            "-timeout", f"{_TIMEOUT_SECONDS}s", "-timeout_error",
            "-trace_stat", "-stf", str(self._statistics), "-trace_counts", "-fd", "1",
            *options,
        ]  # fmt: skip
        if calls is not None:
            command += ["-m", str(calls)]
        for name, value in (keys or {}).items():
            command += ["-key", name, value]
        if target is not None:
            command.append(f"{target[0]}:{target[1]}")
        self._output = folder / "output"
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._folder.cleanup()

    @property
    def address(self) -> Address:
        """Where it listens."""
        return (self.host, _PORT)

    def finish(self) -> Tally:
        """Wait until all its calls are over."""
        try:
            self._process.wait(_TIMEOUT_SECONDS + _GRACE_SECONDS)
        finally:
            self.kill()
        return self._read()

    def stop(self) -> Tally:
        """Let it end its calls and go: for one that answers, and would answer for ever."""
        self._process.send_signal(signal.SIGUSR1)
        return self.finish()

    def kill(self) -> None:
        """End it now, if it has not ended."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _read(self) -> Tally:
        totals = _last_row(self._statistics)
        found = list(Path(self._folder.name).glob("*_counts.csv"))
        counts = _last_row(found[0]) if found else {}
        again = sum(int(n) for name, n in counts.items() if name.endswith("_Retrans") and n)
        return Tally(
            placed=int(totals.get("TotalCallCreated", 0)),
            succeeded=int(totals.get("SuccessfulCall(C)", 0)),
            failed=int(totals.get("FailedCall(C)", 0)),
            retransmitted=max(again, int(totals.get("Retransmissions(C)", 0))),
            exit_code=self._process.returncode,
            output=self._output.read_text("utf-8", "replace")[-3_000:],
        )


def _last_row(file: Path) -> dict[str, str]:
    lines = file.read_text().splitlines() if file.exists() else []
    lines = [line for line in lines if line.strip()]
    if len(lines) < 2:
        return {}
    return dict(zip(lines[0].split(";"), lines[-1].split(";"), strict=False))
