"""What the demo expects is what the statements say: their cells, and what the rules say too."""

from __future__ import annotations

from enum import StrEnum

from emulator.demo.expectations import NEW_CALLS, OLD_CALLS, Fate
from emulator.demo.plans import STATEMENTS
from emulator.demo.promises import CONFIGURATION, CONSOLE, ON_BEHALF, Access, Favour, Sight
from emulator.rules import Outcome, Rules, load_rules, load_statements

_RULES: Rules = load_rules()


def test_expectations_are_those_of_the_statements() -> None:
    assert list(STATEMENTS) == sorted(load_statements())
    assert len(STATEMENTS) == 64


def test_expectations_name_the_cells_that_carry_their_statements() -> None:
    claims = [(old.statement, old.cell) for old in OLD_CALLS]
    claims += [(new.statement, new.cell) for new in NEW_CALLS]
    claims += [(each.statement, each.cell) for each in ON_BEHALF]
    claims += [(each.statement, each.cell) for each in CONSOLE]
    claims += [(each.statement, each.cell) for each in CONFIGURATION]
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


def test_promises_agree_with_the_rules() -> None:
    outcomes = {
        Favour.SUCCEEDS: Outcome.SUCCEED,
        Favour.DISABLED: Outcome.DISABLED,
        Favour.FAILS: Outcome.FAIL,
        Sight.SIGN_IN: Outcome.VIEW_AND_SIGN_IN,
        Sight.VIEW: Outcome.VIEW_ONLY,
        Sight.HIDDEN: Outcome.HIDDEN,
        Access.MODIFY: Outcome.VIEW_AND_MODIFY,
        Access.VIEW: Outcome.VIEW_IF_DATABASE_UP,
        Access.SHELL: Outcome.SHELL_ONLY,
    }
    promised: list[tuple[str, StrEnum]] = [
        *((each.cell, each.favour) for each in ON_BEHALF),
        *((each.cell, each.sight) for each in CONSOLE),
        *((each.cell, each.access) for each in CONFIGURATION),
    ]
    for cell, promise in promised:
        assert _RULES.cells[cell] is outcomes[promise], cell
