"""What the demo prints: the statements one by one, what differed, one line at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from emulator.demo.doors import Door, doors_of
from emulator.demo.evidence import Difference, Evidence
from emulator.rules import Statement

__all__ = ["print_report", "report_as_json"]

_LEAST_WIDTH = 100


def print_report(
    console: Console,
    evidence: Evidence,
    statements: Sequence[Statement],
    transports: Sequence[Door],
    style: str,
) -> None:
    """Print the table, every difference with its ladder, and the summary line."""
    if console.width < _LEAST_WIDTH:
        console.width = _LEAST_WIDTH  # a pipe has no width; a narrower table says nothing
    title = f"the 64 statements of the source; style {style}"
    table = Table(title=title, title_justify="left", title_style="bold", pad_edge=False)
    table.add_column("statement", no_wrap=True)
    table.add_column("phase", no_wrap=True)
    table.add_column("what the source says", ratio=1)
    table.add_column("shown through", no_wrap=True)
    for statement in statements:
        table.add_row(
            statement.id,
            statement.phase,
            f"{statement.row_title} ({_scope(statement)}): {statement.text}",
            _marks(evidence, statement.id, doors_of(statement.id, transports)),
        )
    console.print(table)
    alike: dict[tuple[str, str, str], list[Difference]] = {}
    for each in evidence.differences:
        alike.setdefault((each.statement, each.cell, each.door), []).append(each)
    for first, *others in alike.values():
        _print_difference(console, first, len(others))
    console.print(summary(evidence, statements, transports), highlight=False)


def summary(evidence: Evidence, statements: Sequence[Statement], transports: Sequence[Door]) -> str:
    """The last line."""
    shown = sum(_is_shown(evidence, each, transports) for each in statements)
    return f"{shown} of {len(statements)} statements shown"


def report_as_json(
    evidence: Evidence,
    statements: Sequence[Statement],
    transports: Sequence[Door],
    cells: Mapping[str, Sequence[str]],
    style: str,
) -> str:
    """The same for machines."""
    document: dict[str, Any] = {
        "style": style,
        "transports": list(transports),
        "shown": sum(_is_shown(evidence, each, transports) for each in statements),
        "of": len(statements),
        "statements": [
            {
                "id": each.id,
                "phase": each.phase,
                "text": each.text,
                "scope": _scope(each),
                "cells": list(cells[each.id]),
                "shown": _is_shown(evidence, each, transports),
                "seen": {
                    door: dict(evidence.shown.get((each.id, door), {}))
                    for door in doors_of(each.id, transports)
                },
                "differences": [_plain(found) for found in evidence.differences_of(each.id)],
            }
            for each in statements
        ],
        "other_differences": [_plain(found) for found in evidence.differences_of("")],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _scope(statement: Statement) -> str:
    scope = statement.scope.strip("()").removeprefix("default = ")
    words = [scope] if scope != "any" else []
    words += [statement.call_type] if statement.call_type not in ("both", "n/a") else []
    return ", ".join(words) or "all"


def _is_shown(evidence: Evidence, statement: Statement, transports: Sequence[Door]) -> bool:
    return evidence.is_shown(statement.id, doors_of(statement.id, transports))


def _marks(evidence: Evidence, statement: str, doors: Sequence[Door]) -> Text:
    """Each door, and how often the statement was seen to hold through it, or not to."""
    return Text("  ").join(_mark(evidence, statement, door) for door in doors)


def _mark(evidence: Evidence, statement: str, door: Door) -> Text:
    differences = [each for each in evidence.differences_of(statement) if each.door == door]
    name = door.upper()
    if differences:
        return Text(f"{name} ✗ {len(differences)}", style="bold red")
    seen = evidence.shown.get((statement, door))
    if not seen:
        return Text(f"{name} nothing", style="bold red")
    return Text(f"{name} ✓ {seen.total()}", style="green")


def _print_difference(console: Console, difference: Difference, more: int) -> None:
    about = difference.statement or "before the first phase"
    console.print(
        f"\n{about} differs through {difference.door.upper()}: cell {difference.cell}",
        style="bold red",
        highlight=False,
    )
    console.print(f"  {difference.situation}", highlight=False, markup=False)
    console.print(f"  expected  {difference.expected}", highlight=False, markup=False)
    console.print(f"  seen      {difference.seen}", highlight=False, markup=False)
    if difference.ladder:
        console.print(difference.ladder, highlight=False, markup=False, soft_wrap=True)
    if more:
        console.print(f"  and {more} more of this cell; --json has all", highlight=False)


def _plain(difference: Difference) -> dict[str, str]:
    return {
        "cell": difference.cell,
        "door": difference.door,
        "situation": difference.situation,
        "expected": difference.expected,
        "seen": difference.seen,
        "ladder": difference.ladder,
    }
