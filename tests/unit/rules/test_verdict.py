"""What the rules say, cell by cell, and for what the file leaves to its scope note."""

from collections.abc import Mapping

import pytest
from ruamel.yaml import YAML

from emulator.resources import resource
from emulator.rules import (
    LITERAL_CELLS,
    Cause,
    Kind,
    Outcome,
    Phase,
    Pool,
    Reading,
    Row,
    Rules,
    Situation,
    TransitionRefused,
    agent_reachable,
    every_cell,
    is_agent_reachable,
    load_rules,
    outcomes_of,
    transition,
    verdict,
)

RULES = load_rules()
LITERAL = RULES.under(Reading.LITERAL)
CALL_ROWS = (Row.CONNECTED, Row.PENDING, Row.NEW, Row.ON_BEHALF)


def words_of_the_file() -> dict[str, str]:
    """Read the cells a second way: whatever stands below `rows`, by path."""
    content = YAML(typ="safe", pure=True).load(resource("behaviour.yaml").read_text())

    def below(path: str, found: object) -> dict[str, str]:
        if not isinstance(found, Mapping):
            return {path: str(found)}
        cells: dict[str, str] = {}
        for key, value in found.items():
            cells |= below(f"{path}/{key}" if path else str(key), value)
        return cells

    agents = {"agents_homed_on_primary": content["agents_homed_on_primary"]}
    return below("", content["rows"]) | below("", agents)


WORDS = words_of_the_file()


def situation_of(cell: str) -> Situation:
    """Give the situation of a primary-owned group (or the column's owner) that `cell` rules."""
    row_name, _, *column = cell.split("/")
    row = Row(row_name)
    match row, column:
        case Row.CONNECTED, ["normal"]:
            return Situation(row, host=Pool.PRIMARY, kind=Kind.NORMAL)
        case Row.CONNECTED, [kind, host]:
            return Situation(row, host=Pool(host), kind=Kind(kind))
        case Row.PENDING, [host]:
            return Situation(row, host=Pool(host))
        case ((Row.CONSOLE | Row.CONFIG), ["backup"]):
            return Situation(row, owner=Pool.BACKUP)
        case _:
            return Situation(row, imported=column == ["imported"])


@pytest.mark.parametrize("cell", [cell for cell in WORDS if not cell.startswith("agents_")])
def test_verdict_has_the_word_of_its_cell(cell: str) -> None:
    phase = Phase(cell.split("/")[1])

    said = verdict(situation_of(cell), phase, RULES)

    assert (said.cell, said.outcome, said.phase) == (cell, WORDS[cell], phase)


@pytest.mark.parametrize("phase", Phase)
def test_agents_homed_on_primary_are_reachable_as_their_cell_says(phase: Phase) -> None:
    cell = f"agents_homed_on_primary/{phase}"

    said = agent_reachable(Pool.PRIMARY, phase, RULES)

    assert (said.cell, said.outcome) == (cell, WORDS[cell])
    assert is_agent_reachable(Pool.PRIMARY, phase, RULES) is (WORDS[cell] == "reachable")


@pytest.mark.parametrize("phase", Phase)
def test_agents_homed_on_backup_are_reachable_in_every_phase(phase: Phase) -> None:
    assert is_agent_reachable(Pool.BACKUP, phase, RULES)
    assert agent_reachable(Pool.BACKUP, phase, RULES).outcome is Outcome.REACHABLE


def test_the_cells_are_those_of_the_file() -> None:
    assert set(every_cell()) == set(WORDS)
    assert RULES.cells == WORDS


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("row", [Row.CONNECTED, Row.PENDING])
def test_calls_of_groups_owned_by_backup_stay_in_every_phase(
    row: Row, kind: Kind, phase: Phase
) -> None:
    situation = Situation(row, Pool.BACKUP, Pool.BACKUP, kind)

    for rules in (RULES, LITERAL):
        said = verdict(situation, phase, rules)
        assert said.outcome is Outcome.STAY
        assert said.phase is phase
        assert said.rule_phase is Phase.NORMAL


def test_an_anonymous_call_of_a_backup_owned_group_carries_the_cell_of_phase_normal() -> None:
    situation = Situation(Row.CONNECTED, Pool.BACKUP, Pool.BACKUP, Kind.ANONYMOUS)

    assert verdict(situation, Phase.OUTAGE, RULES).cell == "connected/normal/anonymous/backup"


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("imported", [False, True])
def test_new_calls_of_groups_owned_by_backup_connect_to_backup(
    imported: bool, phase: Phase
) -> None:
    said = verdict(Situation(Row.NEW, Pool.BACKUP, imported=imported), phase, RULES)

    assert said.serving_pool is Pool.BACKUP
    assert said.cell == "new/normal/not_imported"


@pytest.mark.parametrize(
    ("phase", "imported", "serving"),
    [
        (Phase.NORMAL, False, Pool.PRIMARY),
        (Phase.NORMAL, True, Pool.PRIMARY),
        (Phase.OUTAGE, False, None),
        (Phase.OUTAGE, True, Pool.BACKUP),
        (Phase.FAILED_OVER, False, None),
        (Phase.FAILED_OVER, True, Pool.BACKUP),
        (Phase.FAILING_BACK, True, Pool.PRIMARY),
    ],
)
def test_new_call_of_a_primary_owned_group_is_served_by(
    phase: Phase, imported: bool, serving: Pool | None
) -> None:
    said = verdict(Situation(Row.NEW, imported=imported), phase, RULES)

    assert said.serving_pool is serving
    assert said.disconnects is (serving is None)


@pytest.mark.parametrize("cell", LITERAL_CELLS)
def test_the_literal_reading_disconnects(cell: str) -> None:
    phase = Phase(cell.split("/")[1])

    assert verdict(situation_of(cell), phase, RULES).outcome is Outcome.STAY
    assert verdict(situation_of(cell), phase, LITERAL).disconnects


def test_readings_go_back_and_forth() -> None:
    assert LITERAL.under(Reading.HOSTED) == RULES
    assert RULES.under(Reading.HOSTED) is RULES


def test_an_original_and_its_copy_have_columns_of_their_own_on_the_console() -> None:
    original = Situation(Row.CONSOLE)
    copy = Situation(Row.CONSOLE, imported=True)

    assert verdict(original, Phase.FAILED_OVER, RULES).cell == "console/failed_over/primary"
    assert verdict(copy, Phase.FAILED_OVER, RULES).cell == "console/failed_over/imported"


@pytest.mark.parametrize("cell", tuple(every_cell()))
def test_every_cell_may_carry_every_word_that_its_row_knows(cell: str) -> None:
    for outcome in outcomes_of(cell):
        altered = Rules({**RULES.written, cell: outcome}, RULES.transitions)
        phase = Phase(cell.split("/")[1])
        if cell.startswith("agents_homed_on_primary/"):
            assert agent_reachable(Pool.PRIMARY, phase, altered).outcome is outcome
            assert is_agent_reachable(Pool.BACKUP, phase, altered)
        else:
            assert verdict(situation_of(cell), phase, altered).outcome is outcome


@pytest.mark.parametrize(
    ("source", "target", "cause"),
    [
        (Phase.NORMAL, Phase.OUTAGE, Cause.FAULT),
        (Phase.NORMAL, Phase.FAILING_OVER, Cause.ADMINISTRATOR),
        (Phase.OUTAGE, Phase.NORMAL, Cause.RECOVERY),
        (Phase.OUTAGE, Phase.FAILING_OVER, Cause.ADMINISTRATOR),
        (Phase.FAILING_OVER, Phase.FAILED_OVER, Cause.COMPLETION),
        (Phase.FAILED_OVER, Phase.FAILING_BACK, Cause.ADMINISTRATOR),
        (Phase.FAILING_BACK, Phase.FAILED_BACK, Cause.COMPLETION),
        (Phase.FAILED_BACK, Phase.NORMAL, Cause.SETTLE),
        (Phase.FAILED_BACK, Phase.OUTAGE, Cause.FAULT),
        (Phase.FAILED_BACK, Phase.FAILING_OVER, Cause.ADMINISTRATOR),
    ],
)
def test_transition_has_its_cause(source: Phase, target: Phase, cause: Cause) -> None:
    assert transition(source, target, RULES) is cause


def test_there_are_ten_transitions() -> None:
    assert sum(map(len, RULES.transitions.values())) == 10


def test_refused_transition_names_what_is_permitted() -> None:
    with pytest.raises(TransitionRefused) as refused:
        transition(Phase.NORMAL, Phase.FAILED_OVER, RULES)

    assert str(refused.value) == (
        "phase normal is not followed by failed_over: "
        "what may follow is outage (fault) or failing_over (administrator)"
    )
    assert set(refused.value.permitted) == {Phase.OUTAGE, Phase.FAILING_OVER}


@pytest.mark.parametrize("row", [Row.CONNECTED, Row.PENDING])
def test_a_live_call_without_a_host_is_no_situation(row: Row) -> None:
    with pytest.raises(ValueError, match="has a host"):
        Situation(row, kind=Kind.NORMAL)


def test_a_connected_call_without_a_kind_is_no_situation() -> None:
    with pytest.raises(ValueError, match="has a kind"):
        Situation(Row.CONNECTED, host=Pool.PRIMARY)


def test_rules_without_a_cell_are_no_rules() -> None:
    written = dict(RULES.written)
    del written["new/outage/imported"]

    with pytest.raises(ValueError, match="every cell"):
        Rules(written, RULES.transitions)
