"""A process on a core of its own: what it burnt, what it holds, and its orderly end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_POLL_SECONDS = 0.02


class ProcessFailed(Exception):
    """A process did not come up, or ended before it was told to."""


class RunningProcess:
    """A child pinned to one core; its output goes to a file, so that no pipe fills up."""

    __slots__ = ("_popen", "log", "name")

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        core: int,
        log: Path,
        directory: Path | None = None,
    ) -> None:
        self.name = name
        self.log = log
        with log.open("wb") as output, _inheriting(core):
            self._popen = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=directory,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    @property
    def has_ended(self) -> bool:
        """True once the child has exited, whatever the reason."""
        return self._popen.poll() is not None

    def cpu_seconds(self) -> float:
        """User and system time so far, of all threads, children included; to 10 ms."""
        return sum(_ticks(pid) for pid in family(self.pid)) / _TICKS_PER_SECOND

    def resident_bytes(self) -> int:
        """Resident memory now, children included."""
        return sum(_resident(pid) for pid in family(self.pid))

    def wait_until(self, condition: Callable[[], bool], *, within: float, what: str) -> None:
        """Return when `condition` holds; ProcessFailed when the child ends or time is up."""
        deadline = time.monotonic() + within
        while not condition():
            if self.has_ended:
                raise ProcessFailed(f"{self.name} ended while {what}: {self.last_words()}")
            if time.monotonic() > deadline:
                raise ProcessFailed(f"{self.name}: {what} took over {within:g} s")
            time.sleep(_POLL_SECONDS)

    def wait(self, *, within: float) -> int:
        """The exit status, once the child ends by itself; ProcessFailed when it does not."""
        try:
            return self._popen.wait(within)
        except subprocess.TimeoutExpired:
            self.stop()
            raise ProcessFailed(f"{self.name} was still running after {within:g} s") from None

    def last_words(self) -> str:
        """The last lines that the child wrote, on one line."""
        lines = self.log.read_text(errors="replace").split("\n")
        return " | ".join(line.strip() for line in lines[-6:] if line.strip()) or "no output"

    def give_way(self) -> None:
        """Run only when nothing else wants the core."""
        os.setpriority(os.PRIO_PROCESS, self.pid, 19)

    def kill(self) -> None:
        """End the child at once, without a word to those it talks to."""
        if not self.has_ended:
            self._popen.kill()
            self._popen.wait(5.0)

    def stop(self) -> None:
        """End the child, politely first; nothing happens when it has ended."""
        for number, patience in ((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0)):
            if self.has_ended:
                return
            self._popen.send_signal(number)
            try:
                self._popen.wait(patience)
            except subprocess.TimeoutExpired:
                continue


@contextlib.contextmanager
def _inheriting(core: int) -> Iterator[None]:
    """Be on `core` for a moment: a child takes over where its parent is."""
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, mine)


def family(pid: int) -> list[int]:
    """`pid` and all its living descendants."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat_fields(int(entry.name))
            if fields:
                parents[int(entry.name)] = int(fields[1])
    found = [pid]
    for member in found:
        found.extend(child for child, parent in parents.items() if parent == member)
    return found


def _stat_fields(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third (state) on; the name may hold blanks."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()


def _ticks(pid: int) -> int:
    fields = _stat_fields(pid)
    return int(fields[11]) + int(fields[12]) if fields else 0


def _resident(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)
