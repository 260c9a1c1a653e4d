"""An emulator in a process of its own, on free ports: started, and ended whatever happens."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

import emulator
from emulator.testing.failures import EmulatorFailed
from emulator.testing.trail import Address

__all__ = ["EmulatorProcess"]

_ADDRESS = re.compile(r"(\w+)=sip:(?:\[([0-9a-fA-F:]+)\]|([0-9.]+)):([0-9]+)")
_HTTP = re.compile(r"http=(\S+)")
_START_SECONDS = 30.0
_END_SECONDS = 10.0
_MOST_STDERR_BYTES = 1 << 20


class EmulatorProcess:
    """`rgs up` on free ports of loopback, asking no DNS, with further `options`.

    addresses  where its elements listen: director, primary, backup, agents.
    url        where its admin API is.

    Made by `start`; blocks while it does. Raises EmulatorFailed with what the process said.
    """

    __slots__ = ("_process", "_stderr", "addresses", "url")

    def __init__(self, options: Sequence[str] = ()) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        self._process = subprocess.Popen(
            [sys.executable, "-m", "emulator", "up", "--port-base", "0", "--http-port", "0",
             "--no-dns", *options],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
        )  # fmt: skip
        self.addresses: dict[str, Address] = {}
        self.url = ""
        try:
            line = self._read_line(_START_SECONDS)
            if not line.startswith("ready "):
                code = self._exit_code(1.0 if not line else 0.0)
                said = f"{line}{self.stderr()}".strip()
                raise EmulatorFailed(f"the emulator did not start: {said}", code)
        except BaseException:
            self.end(0)
            raise
        for name, ipv6, ipv4, port in _ADDRESS.findall(line):
            self.addresses[name] = (ipv6 or ipv4, int(port))
        found = _HTTP.search(line)
        self.url = found[1] if found else ""

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    @property
    def stderr_bytes(self) -> int:
        """How much it has written to stderr so far."""
        return os.fstat(self._stderr.fileno()).st_size

    def stderr(self, since: int = 0) -> str:
        """What it has written to stderr from octet `since` on, a megabyte at most."""
        since = max(since, self.stderr_bytes - _MOST_STDERR_BYTES)
        return os.pread(self._stderr.fileno(), _MOST_STDERR_BYTES, since).decode("utf-8", "replace")

    def end(self, seconds: float = _END_SECONDS) -> None:
        """Ask it to end, and end it if it has not done so after `seconds`."""
        if self.is_alive:
            self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._stderr.close()

    def _exit_code(self, seconds: float) -> int | None:
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def _read_line(self, seconds: float) -> str:
        assert self._process.stdout is not None
        readable, _, _ = select.select([self._process.stdout], [], [], seconds)
        if not readable:
            return f"it was not ready after {seconds:g} s\n"
        return self._process.stdout.readline().decode("utf-8", "replace")


def _environment() -> dict[str, str]:
    """The environment in which the interpreter finds this very package, installed or not."""
    home = str(Path(emulator.__file__).resolve().parent.parent)
    if home in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        return dict(os.environ)
    paths = [home, os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
