"""The script on docs/shell.md makes what it says, and every cmdlet that the page names is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from emulator.shell.client import ApiClient
from emulator.shell.cmdlets import GENERIC_CMDLETS
from emulator.shell.cmdlets.lync import lync_cmdlets
from tests.support.admin_client import AdminClient
from tests.support.emulator_process import EmulatorProcess

_PAGE = (Path(__file__).resolve().parents[3] / "docs" / "shell.md").read_text()
_SCRIPT = _PAGE.partition("```powershell\n")[2].partition("```")[0]
_NAME = re.compile(r"`([A-Z][a-z]+-[A-Z]\w+)`")
_SECONDS = 60


def test_the_script_makes_a_group_that_takes_calls_in_its_hours() -> None:
    with EmulatorProcess() as emulator:
        host, port = emulator.addresses["http"]
        program = [sys.executable, "-m", "emulator", "shell", "--url", f"http://{host}:{port}"]
        done = subprocess.run(
            program, input=_SCRIPT, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        made = AdminClient((host, port)).ask("GET", "/config/control-panel/groups/desk")

    assert (made["display_name"], made["hours"], made["active"]) == ("Service Desk", "Office", True)
    assert "TimeoutThreshold : 60" in done.stdout


def test_every_cmdlet_that_the_page_names_is_there() -> None:
    known = {each.name for each in (*GENERIC_CMDLETS, *lync_cmdlets(ApiClient("http://x")))}
    assert set(_NAME.findall(_PAGE)) <= known
