"""Tables: drawn on a terminal, leaving out what does not fit; lines with tabs elsewhere."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest

from emulator.cli.output import print_json, print_table

HEADS = ("id", "caller", "cell")
ROWS = [("1", "sip:someone@example.org", "new/outage/imported"), ("22", "-", "a\tb")]


class Terminal(io.StringIO):
    """What a command writes to, taken for a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@contextmanager
def terminal(columns: int = 80) -> Iterator[Terminal]:
    """Stdout as a terminal of that width."""
    made = Terminal()
    plain = {"TERM": "xterm", "LINES": "25", "COLUMNS": str(columns)}
    with patch("sys.stdout", made), patch.dict("os.environ", plain):
        yield made


def test_rows_are_lines_with_tabs_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(HEADS, ROWS)

    assert capsys.readouterr().out == (
        "id\tcaller\tcell\n1\tsip:someone@example.org\tnew/outage/imported\n22\t-\ta b\n"
    )


@pytest.mark.parametrize(
    ("columns", "shown"), [(80, {"id", "caller", "cell"}), (40, {"id", "cell"}), (10, {"id"})]
)
def test_columns_that_can_be_spared_are_left_out_of_a_narrow_table(
    columns: int, shown: set[str]
) -> None:
    with terminal(columns) as written:
        print_table(HEADS, ROWS, spare=("caller", "cell"))

    head = next(line for line in written.getvalue().splitlines() if line.strip())
    assert set(re.sub(r"\x1b\[[0-9;]*m", "", head).split()) == shown


def test_empty_table_is_its_head() -> None:
    with terminal() as written:
        print_table(HEADS, [])

    assert "caller" in written.getvalue()


def test_json_is_indented_on_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal() as written:
        print_json({"a": 1})
    print_json({"a": "é"})

    assert written.getvalue() == '{\n  "a": 1\n}\n'
    assert capsys.readouterr().out == '{"a": "é"}\n'
