"""YAML is read into nodes with their places, or refused: no file makes it slow or large."""

from pathlib import Path

import pytest

from emulator.documents import (
    MAX_BYTES,
    DocumentError,
    Findings,
    Mapping,
    Mark,
    Scalar,
    Sequence,
    read_document,
    read_file,
)


def read_scalar(text: str) -> Scalar:
    node = read_document(f"value: {text}\n", name="file.yaml")
    assert isinstance(node, Mapping)
    [(_, value)] = node
    assert isinstance(value, Scalar)
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("on", "on"),
        ("12", 12),
        ("-7", -7),
        ("+7", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".inf", float("inf")),
        ("-.inf", float("-inf")),
        ("9" * 5000, float("inf")),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-11-01", "2026-11-01"),
        ("'12'", "12"),
        ('"true"', "true"),
        ('""', ""),
        ("127.0.0.0/8", "127.0.0.0/8"),
        ('"\\ud83d\\ude00"', "\U0001f600"),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    found = read_scalar(text).value

    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_read_as_such() -> None:
    found = read_scalar(".nan").value

    assert isinstance(found, float)
    assert found != found


def test_every_node_knows_its_line_and_column() -> None:
    node = read_document("a: 1\nb:\n  - x\n  - {c: d}\n", name="file.yaml")

    assert isinstance(node, Mapping)
    (_, _), (key, items) = node
    assert isinstance(items, Sequence)
    assert key.mark == Mark(2, 1)
    assert [item.mark for item in items.items] == [Mark(3, 5), Mark(4, 5)]


def test_aliases_stand_for_what_they_name() -> None:
    node = read_document("a: &people [x, y]\nb: *people\n", name="file.yaml")

    assert isinstance(node, Mapping)
    (_, first), (_, second) = node
    assert first is second


def test_a_byte_order_mark_is_taken_away() -> None:
    assert isinstance(read_document(b"\xef\xbb\xbfa: 1", name="file.yaml"), Mapping)
    assert isinstance(read_document("\ufeffa: 1", name="file.yaml"), Mapping)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "line", "column", "told"),
    [
        pytest.param("", 1, 1, "the file is empty", id="empty"),
        pytest.param("# nothing\n", 1, 1, "the file is empty", id="only a comment"),
        pytest.param(b"a: 1\nb: \xff", 2, 4, "not UTF-8: found byte 0xff", id="not UTF-8"),
        pytest.param("a: 1\xe9\x01", 1, 6, "a character that YAML forbids", id="control character"),
        pytest.param("a: 1\n b: 2", 2, 3, "not YAML: mapping values are not", id="indentation"),
        pytest.param("a: [1, 2", 1, 9, "not YAML: while parsing a flow sequence", id="open list"),
        pytest.param("a: 'x", 1, 6, "not YAML: while scanning a quoted scalar", id="open quote"),
        pytest.param(
            "a: 1\na: 2\n", 2, 1, 'the key "a" is there twice: first in line 1', id="twice"
        ),
        pytest.param("a: 1\n'a': 2\n", 2, 1, "there twice", id="twice in different quotes"),
        pytest.param("[a, b]: 1", 1, 1, "a list as a key: expected a name", id="a list as key"),
        pytest.param("a: 1\n---\nb: 2", 2, 1, "a second document", id="two documents"),
        pytest.param("a: !!python/name:x y", 1, 4, "the tag", id="tag"),
        pytest.param("a: ! 5", 1, 4, "the tag", id="tag without a name"),
        pytest.param('a: "\\ud83d"', 1, 4, "half a surrogate pair", id="half a pair"),
        pytest.param("a: *b", 1, 4, 'the alias "b" names no anchor', id="unknown alias"),
        pytest.param("a: &a [*a]", 1, 8, 'the alias "a" stands inside', id="circular alias"),
        pytest.param("[" * 4000, 1, 33, "nested too deep: at most 32 levels", id="deep"),
        pytest.param("{a: " * 4000, 1, 129, "nested too deep", id="deep mapping"),
        pytest.param("- " * 4000, 1, 65, "nested too deep", id="deep block"),
        pytest.param(BOMB, 6, 30, "too large: over 500000 values", id="alias bomb"),
        pytest.param("a: x" * 1_100_000, 0, 0, "too large: at most 4 MiB", id="large text"),
        pytest.param(b"a" * (MAX_BYTES + 1), 0, 0, "too large: at most 4 MiB", id="large"),
        pytest.param("%YAML 7.0\n---\na: 1", 1, 1, "not YAML", id="unknown version"),
        pytest.param("\t- a", 1, 1, "not YAML: while scanning for the next token", id="tab"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    text: str | bytes, line: int, column: int, told: str
) -> None:
    with pytest.raises(DocumentError) as refused:
        read_document(text, name="file.yaml")

    error = refused.value
    assert told in error.text
    assert (error.file, error.line, error.column) == ("file.yaml", line, column)
    assert "\n" not in error.text


def test_every_key_that_is_there_twice_is_told() -> None:
    with pytest.raises(DocumentError) as refused:
        read_document("a: 1\na: 2\nb: {c: 1, c: 2}\n", name="file.yaml")

    assert [(each.line, each.column) for each in refused.value.problems] == [(2, 1), (3, 11)]


def test_an_error_prints_a_line_for_each_problem() -> None:
    findings = Findings("file.yaml", DocumentError)
    findings.add(Mark(4, 2), "second")
    findings.add(Mark(3, 9), "first")

    with pytest.raises(DocumentError) as refused:
        findings.raise_any()

    assert str(refused.value) == "file.yaml:3:9: first\nfile.yaml:4:2: second"


def test_no_more_than_fifty_problems_are_collected() -> None:
    findings = Findings("file.yaml", DocumentError)

    for line in range(1, 50):
        findings.add(Mark(line, 1), "wrong")

    with pytest.raises(DocumentError) as refused:
        findings.add(Mark(50, 1), "wrong")

    assert len(refused.value.problems) == 50


def test_control_characters_of_a_file_do_not_reach_the_terminal() -> None:
    with pytest.raises(DocumentError) as refused:
        read_document('"\\e[31m": 1\n"\\e[31m": 2\n', name="file.yaml")

    assert "\x1b" not in str(refused.value)


def test_a_file_is_read_no_further_than_its_limit(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"a" * (MAX_BYTES + 100))

    assert len(read_file(large)) == MAX_BYTES + 1


def test_a_name_with_a_zero_byte_cannot_be_read() -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        read_file(Path("a\0b"))
