"""What holds of the rules whatever the situation, and whatever words a file puts into its cells."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.rules import (
    LITERAL_CELLS,
    Kind,
    Outcome,
    Phase,
    Pool,
    Reading,
    Row,
    Rules,
    RulesError,
    Situation,
    agent_reachable,
    every_cell,
    every_situation,
    load_rules,
    load_statements,
    outcomes_of,
    parse_rules,
    verdict,
)

RULES = load_rules()
STATEMENTS = load_statements()
SITUATIONS = tuple(every_situation())
CELLS = tuple(every_cell())

situations = st.sampled_from(SITUATIONS)
phases = st.sampled_from(Phase)
books = st.fixed_dictionaries({cell: st.sampled_from(outcomes_of(cell)) for cell in CELLS}).map(
    lambda written: Rules(written, RULES.transitions, RULES.statements)
)


@cache
def cells_that_rule() -> frozenset[str]:
    calls = {verdict(each, phase, RULES).cell for each in SITUATIONS for phase in Phase}
    return frozenset(calls | {agent_reachable(Pool.PRIMARY, phase, RULES).cell for phase in Phase})


@given(
    row=st.sampled_from(Row),
    owner=st.sampled_from(Pool),
    host=st.none() | st.sampled_from(Pool),
    kind=st.none() | st.sampled_from(Kind),
    imported=st.booleans(),
    phase=phases,
)
def test_every_situation_has_a_verdict_in_every_phase(
    row: Row, owner: Pool, host: Pool | None, kind: Kind | None, imported: bool, phase: Phase
) -> None:
    try:
        situation = Situation(row, owner, host, kind, imported)
    except ValueError:
        assert host is None or kind is None
        return

    said = verdict(situation, phase, RULES)

    assert said.phase is phase
    assert said.outcome in outcomes_of(said.cell)


def test_every_cell_of_the_rules_is_reached() -> None:
    assert cells_that_rule() == set(CELLS)


@given(rules=books, situation=situations, phase=phases)
def test_the_word_of_the_cell_is_the_verdict_for_groups_owned_by_primary(
    rules: Rules, situation: Situation, phase: Phase
) -> None:
    said = verdict(situation, phase, rules)

    if situation.owner is Pool.PRIMARY:
        assert said.outcome is rules.cells[said.cell]
        assert said.rule_phase is phase


@given(rules=books, situation=situations, phase=phases)
def test_groups_owned_by_backup_are_ruled_alike_in_every_phase(
    rules: Rules, situation: Situation, phase: Phase
) -> None:
    if situation.owner is Pool.PRIMARY or situation.row in (Row.CONSOLE, Row.CONFIG):
        return

    said, before = (verdict(situation, each, rules) for each in (phase, Phase.NORMAL))

    assert (said.cell, said.outcome) == (before.cell, before.outcome)
    assert said.serving_pool is not Pool.PRIMARY


@given(rules=books)
def test_the_literal_reading_differs_in_exactly_the_four_cells(rules: Rules) -> None:
    literal = rules.under(Reading.LITERAL)

    for situation in SITUATIONS:
        for phase in Phase:
            hosted_says = verdict(situation, phase, rules)
            literal_says = verdict(situation, phase, literal)
            assert literal_says.cell == hosted_says.cell
            if hosted_says.cell in LITERAL_CELLS:
                assert literal_says.outcome is Outcome.DISCONNECT
            else:
                assert literal_says == hosted_says


def test_the_four_cells_of_the_literal_reading_are_those_that_the_contract_names() -> None:
    literal = RULES.under(Reading.LITERAL)

    assert {cell for cell in CELLS if literal.cells[cell] is not RULES.cells[cell]} == {
        "connected/outage/anonymous/backup",
        "connected/failing_over/anonymous/backup",
        "pending/outage/backup",
        "pending/failing_over/backup",
    }


@given(situation=situations, phase=phases)
def test_a_verdict_is_the_same_object_each_time(situation: Situation, phase: Phase) -> None:
    again = Situation(
        situation.row, situation.owner, situation.host, situation.kind, situation.imported
    )

    assert verdict(situation, phase, RULES) is verdict(again, phase, RULES)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_refused_as_rules_without_a_traceback(text: str | bytes) -> None:
    with pytest.raises(RulesError) as refused:
        parse_rules(text, name="rules.yaml", statements=STATEMENTS)

    assert str(refused.value).startswith("rules.yaml:")
