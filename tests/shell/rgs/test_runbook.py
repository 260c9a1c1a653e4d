"""The planning guide's drill as it is shipped, alone and among other calls."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from emulator.resources import resource
from tests.support.admin_client import AdminClient
from tests.support.emulator_process import EmulatorProcess
from tests.support.sipp import Sipp
from tests.support.waiting import until

_DRILL = resource("runbooks/pool-failover-drill.ps1")
_SECONDS = 120
_HELD, _HELD_SECONDS = 50, 20
_NEW_CALLS, _RATE = 200, 10
_LAST = "The drill is done: every step was as it should be."


def _drill(
    emulator: EmulatorProcess, folder: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    host, port = emulator.addresses["http"]
    program: Sequence[str] = (sys.executable, "-m", "emulator", "shell")
    url = ("--url", f"http://{host}:{port}")
    return subprocess.run(
        [*program, *url, str(_DRILL), "-Folder", str(folder), *arguments],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("style", ["graceful", "crash", "blackhole"])
def test_every_step_of_the_drill_is_as_it_should_be(style: str, tmp_path: Path) -> None:
    with EmulatorProcess() as emulator:
        done = _drill(emulator, tmp_path, "-Style", style)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == _LAST
    assert list(tmp_path.iterdir()) == []


def test_the_drill_ends_at_the_first_step_that_is_not_as_it_should_be(tmp_path: Path) -> None:
    with EmulatorProcess() as emulator:
        AdminClient(emulator.addresses["http"]).import_groups()
        done = _drill(emulator, tmp_path)

    assert done.returncode == 1
    assert "NOT AS IT SHOULD BE: nothing has been imported yet" in done.stderr
    assert _LAST not in done.stdout


@pytest.mark.timeout(180)
def test_the_drill_goes_on_among_calls_that_stay_and_calls_that_come(tmp_path: Path) -> None:
    with EmulatorProcess() as emulator:
        admin = AdminClient(emulator.addresses["http"])
        director = emulator.addresses["director"]
        talk = ("-d", str(_HELD_SECONDS * 1000))
        with (
            Sipp("uac", director, service="helpdesk", calls=_HELD, options=talk) as held,
            Sipp("uac", director, service="sales", calls=_NEW_CALLS, rate=_RATE) as coming,
        ):
            until(lambda: admin.counts()["connected"] >= _HELD, what="calls to be held")
            done = _drill(emulator, tmp_path)
            tallies = held.finish(), coming.finish()

    assert done.returncode == 0, done.stdout + done.stderr
    assert [(tally.succeeded, tally.failed) for tally in tallies] == [(_HELD, 0), (_NEW_CALLS, 0)]
