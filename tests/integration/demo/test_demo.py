"""`rgs demo` shows what is there, and finds out what is not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.demo.doors import DOORS
from emulator.demo.plans import STATEMENTS
from emulator.rules import Outcome, Style
from tests.support.altered_rules import alter_rules
from tests.support.commands import run


def _demo(*options: str | Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "emulator", "demo", *options)


@pytest.mark.parametrize("style", list(Style), ids=str)
def test_every_statement_is_shown(style: Style) -> None:
    shown = _demo("--style", style)

    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert (
        shown.stdout.splitlines()[-1] == f"{len(STATEMENTS)} of {len(STATEMENTS)} statements shown"
    )
    assert all(statement in shown.stdout for statement in STATEMENTS)


def test_json_tells_the_same_to_machines(tmp_path: Path) -> None:
    cell = "connected/outage/anonymous/primary"
    altered = alter_rules(cell, Outcome.STAY, tmp_path / "rules.yaml")

    shown = _demo("--json", "--rules", altered, "--only", "P1-R1-a", "--only", "P1-R1-b")

    told = json.loads(shown.stdout)
    kept, dropped = told["statements"]
    assert (shown.returncode, told["shown"], told["of"]) == (1, 1, 2)
    assert (kept["id"], kept["shown"], kept["differences"]) == ("P1-R1-a", True, [])
    assert (dropped["id"], dropped["shown"]) == ("P1-R1-b", False)
    assert {each["cell"] for each in dropped["differences"]} == {cell}


def test_each_statement_is_seen_through_the_doors_of_its_row() -> None:
    named = ("P1-R4-a", "P1-R5-b", "P1-R6-b")

    shown = _demo("--json", "--transports", "tcp", *(f"--only={each}" for each in named))

    told = json.loads(shown.stdout)
    assert (shown.returncode, told["shown"]) == (0, 3), shown.stderr
    seen = {each["id"]: list(each["seen"]) for each in told["statements"]}
    assert seen == {
        "P1-R4-a": ["tcp"],
        "P1-R5-b": ["json", "soap"],
        "P1-R6-b": [str(door) for door in DOORS["R6"]],
    }


def test_statement_that_there_is_not_is_a_usage_error() -> None:
    shown = _demo("--only", "P9-R1-a")

    assert shown.returncode == 2
    assert "P9-R1-a" in shown.stderr


def test_broken_rules_file_is_a_usage_error_that_names_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "rules.yaml"
    broken.write_text("phases: [normal]\n")

    shown = _demo("--rules", broken)

    assert shown.returncode == 2
    assert "rules.yaml:1" in shown.stderr
