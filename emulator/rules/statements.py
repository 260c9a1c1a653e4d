"""The 64 statements of the source, as statements.csv has them."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emulator.resources import resource
from emulator.rules.cells import Row
from emulator.rules.phases import Phase

__all__ = ["Statement", "load_statements", "parse_statements"]

_COLUMNS: Final = ["id", "phase", "row", "scope", "call_type", "outcome"]
_ID: Final = re.compile(r"P([1-5])-R([1-6])-[a-z]")
_PHASES: Final = tuple(Phase)  # P1 is the second: the source has no column for `normal`
_ROWS: Final = tuple(Row)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of the source: its id such as `P1-R1-a`, where it stands there, and its words.

    `phase` and `row` are ours, `phase_title` and `row_title` the source's; `scope` and `call_type`
    say what it is about in the source's terms.
    """

    id: str
    phase: Phase
    row: Row
    phase_title: str
    row_title: str
    scope: str
    call_type: str
    text: str


def load_statements(path: Path | None = None) -> dict[str, Statement]:
    """Read the statements by id, in the order of the file; by default the product's own."""
    chosen = path or resource("statements.csv")
    return parse_statements(chosen.read_text(encoding="utf-8"))


def parse_statements(text: str) -> dict[str, Statement]:
    """Give the statements of a CSV text by id; raises ValueError with the line that is wrong."""
    reader = csv.reader(text.splitlines())
    if next(reader, None) != _COLUMNS:
        raise ValueError(f"line 1: the columns are {', '.join(_COLUMNS)}")
    statements: dict[str, Statement] = {}
    for fields in reader:
        if len(fields) != len(_COLUMNS):
            raise ValueError(f"line {reader.line_num}: {len(fields)} fields, not {len(_COLUMNS)}")
        name, phase_title, row_title, scope, call_type, told = fields
        place = _ID.fullmatch(name)
        if place is None or name in statements:
            raise ValueError(f"line {reader.line_num}: {name!r} is no id, or is there twice")
        phase, row = _PHASES[int(place[1])], _ROWS[int(place[2]) - 1]
        statements[name] = Statement(
            name, phase, row, phase_title, row_title, scope, call_type, told
        )
    return statements
