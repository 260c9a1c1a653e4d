"""A rules file of the user's is taken whole, or refused with the place of every fault."""

from pathlib import Path

import pytest

from emulator.resources import resource
from emulator.rules import (
    Outcome,
    Phase,
    Reading,
    Rules,
    RulesError,
    load_rules,
    load_statements,
    parse_rules,
)

TEXT = resource("behaviour.yaml").read_text(encoding="utf-8")


def parse(text: str | bytes) -> Rules:
    return parse_rules(text, name="mine.yaml", statements=load_statements())


def altered(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def place_of(part: str) -> tuple[int, int]:
    at = TEXT.index(part)
    return TEXT.count("\n", 0, at) + 1, at - TEXT.rfind("\n", 0, at)


def test_a_handed_over_call_may_be_told_to_disconnect() -> None:
    text = altered("outage:       {normal: stay,", "outage:       {normal: disconnect,")

    assert parse(text).cells["connected/outage/normal"] is Outcome.DISCONNECT


def test_the_reading_is_chosen_at_loading() -> None:
    assert load_rules(reading=Reading.LITERAL).cells["pending/outage/backup"] == "disconnect"


def test_bytes_are_taken_as_well_as_text() -> None:
    assert parse(TEXT.encode()) == parse(TEXT) == load_rules()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(
            "{primary: disconnect, backup: stay}         # P1-R2-a",
            "{primary: disconect, backup: stay}",
            'unknown outcome of pending/outage/primary: found "disconect", expected one of '
            'stay, disconnect, none-exist; nearest is "disconnect"',
            id="unknown word",
        ),
        pytest.param(
            "{primary: disconnect, backup: stay}         # P1-R2-a",
            "{primary: succeed, backup: stay}",
            'unknown outcome of pending/outage/primary: found "succeed"',
            id="a word of another row",
        ),
        pytest.param(
            "{primary: disconnect, backup: stay}         # P1-R2-a",
            "{primary: disconnect}",
            "pending/outage: expected backup, found none",
            id="missing cell",
        ),
        pytest.param(
            "{primary: disconnect, backup: stay}         # P1-R2-a",
            "{primary: disconnect, backup: stay, both: stay}",
            'unknown key "both" of pending/outage, expected one of primary, backup',
            id="extra key",
        ),
        pytest.param(
            "{primary: disconnect, backup: stay}         # P1-R2-a",
            "stay",
            'found "stay", expected a mapping with primary, backup',
            id="a word where columns belong",
        ),
        pytest.param(
            "{normal: stay, anonymous: {primary: disconnect, backup: stay}}   # P1",
            "{normal: {primary: stay}, anonymous: {primary: stay, backup: stay}} # P1",
            "found a mapping, expected one outcome of connected/outage/normal",
            id="columns where a word belongs",
        ),
        pytest.param(
            "  failed_back:  {primary: stay, backup: disconnect} ",
            "  failing_baque: {primary: stay, backup: disconnect} ",
            "the row pending: expected failed_back, found none",
            id="missing phase",
        ),
        pytest.param(
            "outage: fault, failing",
            "outage: falt, failing",
            'unknown cause: found "falt"',
            id="unknown cause",
        ),
        pytest.param(
            "outage: fault, failing",
            "outrage: fault, failing",
            'unknown phase: found "outrage", expected one of normal, outage',
            id="unknown phase of a transition",
        ),
        pytest.param(
            "  failing_over: {failed_over: completion}",
            "  failing_over: failed_over",
            "expected a mapping of phases to causes",
            id="transition without a cause",
        ),
        pytest.param(
            "phases: [normal, ", "phases: [", "found the phase normal nowhere", id="phase left out"
        ),
        pytest.param(
            "phases: [normal, ",
            "phases: [normal, normal, ",
            "found the phase normal more than once",
            id="phase twice",
        ),
        pytest.param(
            "phases: [normal, ",
            "phases: [standard, ",
            'unknown phase: found "standard"',
            id="phase",
        ),
        pytest.param(
            "P1-R1-a: [connected/outage/normal]",
            "P1-R1-a: [connected/outrage/normal]",
            'unknown cell: found "connected/outrage/normal"',
            id="unknown cell of a statement",
        ),
        pytest.param(
            "P1-R1-a: [connected/outage/normal]",
            "P1-R1-a: []",
            "found an empty list, expected the list of the cells that carry P1-R1-a",
            id="statement without cells",
        ),
        pytest.param(
            "P1-R1-a: [connected/outage/normal]",
            "P1-R1-a: [[connected/outage/normal]]",
            "found a list, expected one cell",
            id="list of lists",
        ),
        pytest.param(
            "  P1-R1-a: [connected/outage/normal]",
            "",
            "the statements: expected P1-R1-a, found none",
            id="missing statement",
        ),
        pytest.param("rows:", "Rows:", 'unknown key "Rows" of a rules file', id="unknown section"),
    ],
)
def test_fault_is_told(old: str, new: str, told: str) -> None:
    with pytest.raises(RulesError) as refused:
        parse(altered(old, new))

    assert told in str(refused.value)


def test_fault_is_told_with_file_line_and_column() -> None:
    line, column = place_of("fault, failing_over: administrator}     # a planned")

    with pytest.raises(RulesError) as refused:
        parse(altered("outage: fault, failing", "outage: falt, failing"))

    error = refused.value
    assert (error.file, error.line, error.column) == ("mine.yaml", line, column)
    assert str(error).startswith(f"mine.yaml:{line}:{column}: unknown cause")


def test_all_faults_are_told_in_order_of_place() -> None:
    text = altered("outage: fault, failing", "outage: falt, failing")
    text = text.replace("P1-R1-a: [connected/outage/normal]", "P1-R1-a: [here]")

    with pytest.raises(RulesError) as refused:
        parse(text)

    assert [problem.text[:13] for problem in refused.value.problems] == [
        "unknown cause",
        "unknown cell:",
    ]


def test_a_file_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match=r"none\.yaml: cannot be read: No such file"):
        load_rules(tmp_path / "none.yaml")


def test_a_folder_is_not_a_rules_file(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="cannot be read"):
        load_rules(tmp_path)


def test_what_is_no_rules_file_at_all_is_refused() -> None:
    for text in ("", "[]", "12", "{}", "a: {", b"\xff\xfe"):
        with pytest.raises(RulesError):
            parse(text)


def test_transitions_may_be_taken_away() -> None:
    rules = parse(altered("  failing_over: {failed_over: completion}", "  failing_over: {}"))

    assert rules.transitions[Phase.FAILING_OVER] == {}
