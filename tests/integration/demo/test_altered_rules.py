"""Whatever cell a statement names is altered in the emulator's rules: `rgs demo` finds it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.demo.cli import run
from emulator.demo.plans import STATEMENTS
from emulator.rules import Outcome, Rules, load_rules, outcomes_of
from tests.support.altered_rules import alter_rules

_RULES: Rules = load_rules()
_CANNOT_COME_ABOUT = "pending/failed_back/backup"
# The surfaces ask the rules of copies alone: what the pools own is shown whatever the word is.
_SHOWN_ALL_THE_SAME = ("config/outage/backup", Outcome.SHELL_ONLY)
_OF_CALLS = ("connected", "pending", "new", "on_behalf", "agents_homed_on_primary")


def _alterations() -> list[tuple[str, Outcome]]:
    """Another word for every cell that carries a statement and that can come about."""
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


@pytest.mark.parametrize(("cell", "outcome"), _alterations(), ids=str)
def test_one_altered_cell_is_found_out_and_named(
    cell: str,
    outcome: Outcome,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    if (cell, outcome) == _SHOWN_ALL_THE_SAME:
        request.applymarker(pytest.mark.xfail(reason="no surface hides what a pool owns"))
    altered = alter_rules(cell, outcome, tmp_path / "rules.yaml")
    carried = list(_RULES.statements_of(cell))

    code = run("graceful", ["udp"], carried, altered, as_json=False)

    told = capsys.readouterr().out
    assert code == 1, told
    assert f"cell {cell}\n" in told
    if cell.startswith(_OF_CALLS):
        assert "INVITE" in told  # the ladder
