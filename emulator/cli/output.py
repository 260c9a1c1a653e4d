"""How commands print their results: JSON for machines, tables on a terminal, lines elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

__all__ = ["JsonOption", "print_json", "print_lines", "print_table"]

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def print_json(value: Any) -> None:
    """Print `value` as JSON, indented on a terminal."""
    indent = 2 if sys.stdout.isatty() else None
    sys.stdout.write(json.dumps(value, indent=indent, ensure_ascii=False) + "\n")


def print_lines(*lines: str) -> None:
    """Print lines of plain text."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: drawn on a terminal, elsewhere a line for each row with tabs between."""
    if not sys.stdout.isatty():
        print_lines("\t".join(heads), *("\t".join(_flat(cell) for cell in row) for row in rows))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*heads, box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def _flat(cell: str) -> str:
    return cell.replace("\t", " ").replace("\n", " ")
