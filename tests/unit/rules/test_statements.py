"""The source's statements, and which cells carry them."""

import pytest

from emulator.rules import Phase, Row, load_rules, load_statements, parse_statements

HEAD = "id,phase,row,scope,call_type,outcome"


def test_there_are_64_statements() -> None:
    assert len(load_statements()) == 64


def test_a_statement_knows_its_place_and_its_words() -> None:
    statement = load_statements()["P3-R4-b"]

    assert statement.phase is Phase.FAILED_OVER
    assert statement.row is Row.ON_BEHALF
    assert statement.phase_title == "After failover completes"
    assert statement.text == "Calls succeed."


def test_every_statement_is_carried_by_cells_of_its_own_phase_and_row() -> None:
    rules = load_rules()

    for name, statement in load_statements().items():
        for cell in rules.statements[name]:
            row, phase, *_ = cell.split("/")
            assert phase == statement.phase
            assert row in (statement.row, "agents_homed_on_primary")


def test_every_cell_but_those_the_source_is_silent_on_carries_a_statement() -> None:
    rules = load_rules()

    silent = {cell for cell in rules.cells if not rules.statements_of(cell)}

    assert {cell for cell in silent if cell.split("/")[1] != "normal"} == {
        "connected/outage/anonymous/backup",
        "connected/failing_over/anonymous/backup",
        "connected/failed_over/anonymous/primary",
        "pending/outage/backup",
        "pending/failing_over/backup",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1"),
        ("id,outcome", "line 1"),
        (f"{HEAD}\nP1-R1-a,x", "line 2: 2 fields, not 6"),
        (f"{HEAD}\nP9-R1-a,a,b,c,d,e", "line 2: 'P9-R1-a'"),
        (f"{HEAD}\nP1-R1-a,a,b,c,d,e\nP1-R1-a,a,b,c,d,e", "line 3: 'P1-R1-a'"),
    ],
)
def test_wrong_statements_are_refused_by_line(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_statements(text)
