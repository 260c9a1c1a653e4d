"""Runs `rgs` in the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

import pytest

from emulator.cli import main

__all__ = ["CommandLine", "Ended"]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code, and what it wrote."""

    code: int
    out: str
    err: str


class CommandLine:
    """Calls the entry point with arguments; `options` go behind the command's name."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *options: str) -> None:
        self._capsys = capsys
        self._options = options

    def __call__(self, command: str, *arguments: object) -> Ended:
        """Run one command, such as `calls` or `report usage`, to its end."""
        words = ["rgs", *command.split(), *self._options, *map(str, arguments)]
        self._capsys.readouterr()
        with _environment(), patch("sys.argv", words):
            code = _exit_code()
        told = self._capsys.readouterr()
        return Ended(code, told.out, told.err)


@contextmanager
def _environment() -> Iterator[None]:
    """Without what the environment of the tests says."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("RGS_URL", "RGS_TOKEN"):
            patched.delenv(name, raising=False)
        yield


def _exit_code() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
