"""Every cell and every statement is explained, in words that fit the rules in use."""

import pytest

from emulator.explain import UnknownTopic, explain, explain_cell, explain_statement
from emulator.rules import Outcome, Reading, Rules, every_cell, load_rules, load_statements

RULES = load_rules()
LITERAL = RULES.under(Reading.LITERAL)
STATEMENTS = load_statements()
OF_ONES_OWN = "The rules file in use says so; the source does not."


@pytest.mark.parametrize("cell", tuple(every_cell()))
@pytest.mark.parametrize("rules", [RULES, LITERAL], ids=["hosted", "literal"])
def test_cell_has_outcome_meaning_and_reason(cell: str, rules: Rules) -> None:
    explained = explain_cell(cell, rules, STATEMENTS)

    assert explained.outcome is rules.cells[cell]
    assert explained.why != OF_ONES_OWN
    assert f"{cell}: {explained.outcome}" in explain(cell, rules, STATEMENTS)
    for statement in explained.statements:
        assert statement.id in explain(cell, rules, STATEMENTS)


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_has_its_words_and_its_cells(name: str) -> None:
    text = explain(name, RULES, STATEMENTS)

    assert STATEMENTS[name].text in " ".join(text.split())
    for cell in RULES.statements[name]:
        assert f"{cell}: {RULES.cells[cell]}" in text


def test_statement_is_found_however_its_letters_are_written() -> None:
    assert explain("p1-r1-A", RULES, STATEMENTS) == explain("P1-R1-a", RULES, STATEMENTS)


@pytest.mark.parametrize("name", ["P3-R2-a", "P4-R1-b", "P4-R2-a", "P5-R1-b", "P5-R2-a"])
def test_statement_about_calls_that_are_gone_is_shown_by_absence(name: str) -> None:
    assert "Shown by absence" in explain_statement(name, RULES, STATEMENTS).shown


def test_statements_about_calls_that_exist_are_not_shown_by_absence() -> None:
    shown = [name for name in STATEMENTS if explain_statement(name, RULES, STATEMENTS).shown]

    assert len(shown) == 5


def test_a_rule_of_ones_own_is_not_laid_at_the_door_of_the_source() -> None:
    written = {**RULES.written, "connected/outage/normal": Outcome.DISCONNECT}
    rules = Rules(written, RULES.transitions, RULES.statements)

    explained = explain_cell("connected/outage/normal", rules, STATEMENTS)

    assert (explained.outcome, explained.why) == (Outcome.DISCONNECT, OF_ONES_OWN)


def test_the_two_readings_are_told_apart() -> None:
    hosted = explain("pending/outage/backup", RULES, STATEMENTS)
    literal = explain("pending/outage/backup", LITERAL, STATEMENTS)

    assert hosted.startswith("pending/outage/backup: stay\n")
    assert literal.startswith("pending/outage/backup: disconnect\n")
    assert "literal reading" in hosted


@pytest.mark.parametrize(
    ("topic", "nearest"),
    [
        ("conected/outage/normal", '; nearest is "connected/outage/normal"'),
        ("P1-R6-d", '; nearest is "P1-R6-c"'),
        ("?", "P1-R1-a"),
    ],
)
def test_unknown_topic_is_told_with_the_nearest_name(topic: str, nearest: str) -> None:
    with pytest.raises(UnknownTopic) as refused:
        explain(topic, RULES, STATEMENTS)

    assert str(refused.value).startswith(f'"{topic}" is neither a cell')
    assert str(refused.value).endswith(nearest)


def test_a_cell_that_sends_calls_to_a_copy_that_there_is_not_says_what_comes_of_it() -> None:
    written = {**RULES.written, "new/outage/not_imported": Outcome.CONNECT_TO_BACKUP}

    explained = explain_cell("new/outage/not_imported", Rules(written, RULES.transitions), {})

    assert explained.why.endswith(
        "the backup pool has no copy of the group, and the call is refused."
    )
