"""How commands print their results: JSON for machines, tables on a terminal, lines elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

__all__ = ["JsonOption", "print_json", "print_lines", "print_table"]

_GAP = 2

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def print_json(value: Any) -> None:
    """Print `value` as JSON, indented on a terminal."""
    indent = 2 if sys.stdout.isatty() else None
    sys.stdout.write(json.dumps(value, indent=indent, ensure_ascii=False) + "\n")


def print_lines(*lines: str) -> None:
    """Print lines of plain text."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def print_table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, spare: Sequence[str] = ()
) -> None:
    """Print a table: drawn on a terminal, elsewhere a line for each row with tabs between.

    The columns named in `spare` are left out, one after the other, where the terminal is too
    narrow for all of them.
    """
    if not sys.stdout.isatty():
        print_lines("\t".join(heads), *("\t".join(_flat(cell) for cell in row) for row in rows))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    widths = [max(map(len, column)) + _GAP for column in zip(heads, *rows, strict=True)]
    shown = _columns_that_fit(heads, widths, spare, console.width)
    table = Table(*(heads[index] for index in shown), box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(row[index], overflow="fold") for index in shown))
    console.print(table)


def _columns_that_fit(
    heads: Sequence[str], widths: Sequence[int], spare: Sequence[str], room: int
) -> list[int]:
    shown = list(range(len(heads)))
    for name in spare:
        if sum(widths[index] for index in shown) > room:
            shown.remove(heads.index(name))
    return shown


def _flat(cell: str) -> str:
    return cell.replace("\t", " ").replace("\n", " ")
