"""The commands on docs/surfaces.md reach each surface, in the order in which they stand."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.admin_client import AdminClient
from tests.support.emulator_process import EmulatorProcess

_PAGE = Path(__file__).resolve().parents[3] / "docs" / "surfaces.md"
_COMMAND = re.compile(
    r"^\|(?P<surface>[^|]*)\|[^|]*\| `(?P<command>(?:curl|rgs) [^`]*)` \|$", re.MULTILINE
)
_FOUND = [
    (each["surface"].strip(), each["command"]) for each in _COMMAND.finditer(_PAGE.read_text())
]
_SECONDS = 60


@pytest.fixture(scope="module")
def process() -> Iterator[EmulatorProcess]:
    """One emulator for the whole page."""
    with EmulatorProcess() as running:
        yield running


def test_the_page_has_a_command_for_each_line() -> None:
    table = _PAGE.read_text().partition("reach it by |")[2].partition("\n\n")[0]
    assert len(_FOUND) == len(table.strip().splitlines()) - 1


@pytest.mark.parametrize(("surface", "command"), _FOUND, ids=[command for _, command in _FOUND])
def test_the_command_reaches_its_surface(
    process: EmulatorProcess, surface: str, command: str
) -> None:
    host, port = process.addresses["http"]
    AdminClient((host, port)).reset()
    program, *words = shlex.split(command.replace("localhost:8080", f"{host}:{port}"))
    if program == "rgs":
        url = ["--url", f"http://{host}:{port}"]
        depth = 2 if words[0] == "report" else 1
        words = [sys.executable, "-m", "emulator", *words[:depth], *url, *words[depth:]]
    else:
        words = [program, "--fail", "--silent", "--show-error", *words]

    ended = subprocess.run(words, capture_output=True, text=True, timeout=_SECONDS, check=False)

    assert ended.returncode == 0, f"{surface}: {ended.stdout}{ended.stderr}"
    assert (ended.stdout + ended.stderr).strip()
