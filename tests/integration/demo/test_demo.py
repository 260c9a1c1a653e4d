"""`rgs demo` shows what is there, and finds out what is not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.demo.expectations import NEW_CALLS, OLD_CALLS, STATEMENTS, Fate
from emulator.rules import Outcome, Rules, Style, load_rules, outcomes_of
from tests.support.altered_rules import alter_rules
from tests.support.commands import run

_RULES: Rules = load_rules()
_CANNOT_COME_ABOUT = "pending/failed_back/backup"


def _demo(*options: str | Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "emulator", "demo", *options)


def _alterations() -> list[tuple[str, Outcome]]:
    """Another word for every cell that carries a statement and that a call can come to."""
    cells = {
        cell: None
        for statement in STATEMENTS
        for cell in _RULES.statements[statement]
        if _RULES.cells[cell] is not Outcome.NONE_EXIST and cell != _CANNOT_COME_ABOUT
    }
    alterations: list[tuple[str, Outcome]] = []
    for cell in cells:
        others = [
            outcome
            for outcome in outcomes_of(cell)
            if outcome not in (_RULES.cells[cell], Outcome.NONE_EXIST)
        ]
        # Each walk takes seconds: all the words for one phase, the first one for the others.
        alterations += [(cell, word) for word in (others if "/outage" in cell else others[:1])]
    return alterations


@pytest.mark.parametrize("style", list(Style), ids=str)
def test_every_statement_is_shown_over_udp_and_tcp(style: Style) -> None:
    shown = _demo("--style", style)

    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert shown.stdout.splitlines()[-1] == "28 of 28 statements shown"
    assert all(statement in shown.stdout for statement in STATEMENTS)


@pytest.mark.parametrize(("cell", "outcome"), _alterations(), ids=str)
def test_one_altered_cell_is_found_out_and_named(
    cell: str, outcome: Outcome, tmp_path: Path
) -> None:
    altered = alter_rules(cell, outcome, tmp_path / "rules.yaml")
    carried = [option for name in _RULES.statements_of(cell) for option in ("--only", name)]

    shown = _demo("--rules", altered, "--transports", "udp", *carried)

    assert shown.returncode == 1, shown.stdout + shown.stderr
    assert f"cell {cell}\n" in shown.stdout
    assert "INVITE" in shown.stdout  # the ladder


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


@pytest.mark.parametrize("statement", ["P1-R4-a", "P9-R1-a"])
def test_statement_that_it_can_not_show_is_a_usage_error(statement: str) -> None:
    shown = _demo("--only", statement)

    assert shown.returncode == 2
    assert statement in shown.stderr


def test_broken_rules_file_is_a_usage_error_that_names_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "rules.yaml"
    broken.write_text("phases: [normal]\n")

    shown = _demo("--rules", broken)

    assert shown.returncode == 2
    assert "rules.yaml:1" in shown.stderr


def test_expectations_are_those_of_the_statements_of_rows_1_to_3() -> None:
    statements = [name for name in _RULES.statements if name[3:5] in ("R1", "R2", "R3")]

    assert list(STATEMENTS) == sorted(statements)
    assert len(STATEMENTS) == 28


def test_expectations_name_the_cells_that_carry_their_statements() -> None:
    claims = [(old.statement, old.cell) for old in OLD_CALLS]
    claims += [(new.statement, new.cell) for new in NEW_CALLS]
    for statement in STATEMENTS:
        carried = {cell for cell in _RULES.statements[statement] if not cell.startswith("agents_")}

        assert carried <= {cell for name, cell in claims if name == statement}


def test_expectations_agree_with_the_rules() -> None:
    fates = {
        Fate.KEPT: (Outcome.STAY,),
        Fate.DROPPED: (Outcome.DISCONNECT,),
        # Of calls of before: the cell may be about those that are new since the failback.
        Fate.NONE_LEFT: (Outcome.NONE_EXIST, Outcome.STAY, Outcome.DISCONNECT),
    }
    for old in OLD_CALLS:
        assert _RULES.cells[old.cell] in fates[old.fate], old
    for new in NEW_CALLS:
        expected = Outcome(f"connect-to-{new.pool}") if new.pool else Outcome.DISCONNECT
        assert _RULES.cells[new.cell] is expected, new
        reachable = _RULES.cells[f"agents_homed_on_primary/{new.phase}"] is Outcome.REACHABLE
        assert new.pool is None or new.reaches_primary_agents == reachable, new
