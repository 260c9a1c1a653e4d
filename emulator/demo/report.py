"""What the demo prints: the statements one by one, what differed, one line at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from emulator.demo.evidence import Difference, Evidence
from emulator.rules import Statement

__all__ = ["print_report", "report_as_json"]

_LEAST_WIDTH = 100


def print_report(
    console: Console,
    evidence: Evidence,
    statements: Sequence[Statement],
    transports: Sequence[str],
    style: str,
) -> None:
    """Print the table, every difference with its ladder, and the summary line."""
    if console.width < _LEAST_WIDTH:
        console.width = _LEAST_WIDTH  # a pipe has no width; a narrower table says nothing
    title = f"calls in the 64 statements of the source, rows R1 to R3; style {style}"
    table = Table(title=title, title_justify="left", title_style="bold", pad_edge=False)
    table.add_column("statement", no_wrap=True)
    table.add_column("phase", no_wrap=True)
    table.add_column("what the source says", ratio=1)
    for transport in transports:
        table.add_column(transport.upper(), no_wrap=True, justify="right")
    for statement in statements:
        table.add_row(
            statement.id,
            statement.phase,
            f"{statement.row_title} ({_scope(statement)}): {statement.text}",
            *(_mark(evidence, statement.id, transport) for transport in transports),
        )
    console.print(table)
    alike: dict[tuple[str, str, str], list[Difference]] = {}
    for each in evidence.differences:
        alike.setdefault((each.statement, each.cell, each.transport), []).append(each)
    for first, *others in alike.values():
        _print_difference(console, first, len(others))
    console.print(summary(evidence, statements, transports), highlight=False)


def summary(evidence: Evidence, statements: Sequence[Statement], transports: Sequence[str]) -> str:
    """The last line."""
    shown = sum(evidence.is_shown(each.id, transports) for each in statements)
    return f"{shown} of {len(statements)} statements shown"


def report_as_json(
    evidence: Evidence,
    statements: Sequence[Statement],
    transports: Sequence[str],
    cells: Mapping[str, Sequence[str]],
    style: str,
) -> str:
    """The same for machines."""
    document: dict[str, Any] = {
        "style": style,
        "transports": list(transports),
        "shown": sum(evidence.is_shown(each.id, transports) for each in statements),
        "of": len(statements),
        "statements": [
            {
                "id": each.id,
                "phase": each.phase,
                "text": each.text,
                "scope": _scope(each),
                "cells": list(cells[each.id]),
                "shown": evidence.is_shown(each.id, transports),
                "seen": {
                    transport: dict(evidence.shown.get((each.id, transport), {}))
                    for transport in transports
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
    words += [statement.call_type] if statement.call_type != "both" else []
    return ", ".join(words) or "all"


def _mark(evidence: Evidence, statement: str, transport: str) -> Text:
    differences = [
        each for each in evidence.differences_of(statement) if each.transport == transport
    ]
    if differences:
        return Text(f"✗ {len(differences)}", style="bold red")
    seen = evidence.shown.get((statement, transport))
    if not seen:
        return Text("nothing", style="bold red")
    return Text(f"✓ {seen.total()}", style="green")


def _print_difference(console: Console, difference: Difference, more: int) -> None:
    about = difference.statement or "before the first phase"
    console.print(
        f"\n{about} differs over {difference.transport.upper()}: cell {difference.cell}",
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
        "transport": difference.transport,
        "situation": difference.situation,
        "expected": difference.expected,
        "seen": difference.seen,
        "ladder": difference.ladder,
    }
