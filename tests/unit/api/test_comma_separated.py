"""Comma-separated values: read back as they were, and no formulas of a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.api.comma_separated import csv_lines

_BEGINNINGS = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def test_lines_end_with_crlf_and_what_needs_it_is_quoted() -> None:
    assert csv_lines([["a,b", 'say "x"', "two\nlines", None, True, False, 1, 0.5]]) == (
        b'"a,b","say ""x""","two\nlines",,true,false,1,0.5\r\n'
    )


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "  @x", "＝1"],  # noqa: RUF001
    ids=repr,
)
def test_text_that_would_be_a_formula_is_marked_as_text(text: str) -> None:
    assert read(csv_lines([[text]])) == [[f"'{text}"]]


def test_a_number_below_zero_stays_a_number() -> None:
    assert csv_lines([[-1, -0.5]]) == b"-1,-0.5\r\n"


@given(st.lists(st.lists(st.text(), min_size=2, max_size=4), max_size=4))
def test_text_is_read_back_as_it_was(rows: list[list[str]]) -> None:
    back = read(csv_lines(rows))

    assert [[cell.removeprefix("'") for cell in row] for row in back] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not any(cell.lstrip(" ").startswith(tuple(_BEGINNINGS)) for row in back for cell in row)
