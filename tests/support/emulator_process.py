"""`emulator up` in a process of its own, watched from outside: addresses, stderr, memory, end."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

__all__ = ["Address", "EmulatorProcess", "StartFailed", "resident_settles"]

Address = tuple[str, int]

_ROOT = Path(__file__).resolve().parent.parent.parent
_ADDRESS = re.compile(r"(\w+)=(?:sip:|http://)([0-9.]+):([0-9]+)")
_TROUBLE = re.compile(
    r"Traceback \(most recent call last\)|Exception in callback|fault on the event loop"
    r"|a fault of its own|Fatal Python"
)
_UP = ("-m", "emulator", "up", "--port-base", "0", "--http-port", "0", "--no-dns")


class StartFailed(Exception):
    """The process ended, or said nothing, before it was ready."""


class EmulatorProcess:
    """One running emulator on free ports; as a context manager it ends with the block.

    `addresses` has its listeners by the names of the ready line: `director`, `primary`, `backup`,
    `agents`, `http`.
    """

    def __init__(
        self,
        *options: str | Path,
        program: Sequence[str | Path] = _UP,
        environment: Mapping[str, str] | None = None,
        start_seconds: float = 30.0,
    ) -> None:
        """Start it with further `options`; raises StartFailed.

        `program` is what the interpreter is given in the place of `-m emulator up`.
        """
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        self._process = subprocess.Popen(
            [sys.executable, *map(str, (*program, *options))],
            cwd=_ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
        )
        self.addresses = self._await_ready(start_seconds)

    def _await_ready(self, seconds: float) -> dict[str, Address]:
        stdout = self._process.stdout
        assert stdout is not None
        readable, _, _ = select.select([stdout], [], [], seconds)
        line = stdout.readline().decode() if readable else ""
        if not line.startswith("ready "):
            said = f"{line}{self.stderr()}"
            self.kill()
            raise StartFailed(f"the emulator did not become ready: {said}")
        return {name: (host, int(port)) for name, host, port in _ADDRESS.findall(line)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def director(self) -> Address:
        """Where most callers call."""
        return self.addresses["director"]

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def stderr(self, since: int = 0) -> str:
        """What it has written to stderr, from octet `since` on."""
        data = os.pread(self._stderr.fileno(), 1 << 24, since)
        return data.decode("utf-8", "replace")

    def stderr_bytes(self) -> int:
        """How much it has written to stderr."""
        return os.fstat(self._stderr.fileno()).st_size

    def trouble(self, since: int = 0) -> str | None:
        """The first fault told of on stderr from octet `since` on, and what follows, or None."""
        text = self.stderr(since)
        found = _TROUBLE.search(text)
        return text[found.start() : found.start() + 4_000] if found else None

    def resident_kib(self) -> int:
        """Resident memory in KiB (Linux)."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    def cpu_seconds(self) -> float:
        """Processor time that it has used so far (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def open_files(self) -> int:
        """How many descriptors it has open (Linux)."""
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    def end(self, seconds: float = 10.0) -> int:
        """Ask it to end as an operator does (SIGTERM) and give its exit code."""
        if self.is_alive:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(seconds)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it now, if it has not ended; what it wrote to stderr is gone then."""
        if self.is_alive:
            self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._stderr.close()


def resident_settles(
    process: EmulatorProcess, limit_kib: float, *, within_seconds: float
) -> tuple[bool, int]:
    """Wait until resident memory is at most `limit_kib`: whether it came to that, what it is."""
    deadline = time.monotonic() + within_seconds
    while True:
        now = process.resident_kib()
        if now <= limit_kib or time.monotonic() > deadline:
            return now <= limit_kib, now
        time.sleep(0.25)
