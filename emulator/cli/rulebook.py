"""`rgs explain`, `rgs check`, `rgs schema`: what the rules and the topology file say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from emulator.cli.exits import ExitCode, Failure
from emulator.cli.output import JsonOption, print_json, print_lines
from emulator.cli.words import ReadingWord

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Make the commands known to `app`."""
    app.command("explain")(_explain)
    app.command("check")(_check)
    app.command("schema")(_schema)


def _explain(
    topic: Annotated[
        str, typer.Argument(metavar="CELL|STATEMENT", help="Such as new/outage/imported, P1-R3-b.")
    ],
    rules: Annotated[
        Path | None, typer.Option(help="Rules file. Default: the product's own.")
    ] = None,
    reading: Annotated[
        ReadingWord, typer.Option(help="How the source's “disconnected” is read.")
    ] = "hosted",
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Say what a cell or a statement means, and why."""
    from emulator.explain import UnknownTopic, explain, explain_cell, explain_statement
    from emulator.rules import Reading, RulesError, load_rules, load_statements

    try:
        book = load_rules(rules, Reading(reading))
    except RulesError as error:
        raise Failure(ExitCode.USAGE, f"explain: {error}") from error
    statements = load_statements()
    try:
        if not as_json:
            print_lines(explain(topic, book, statements))
            return
        name = topic.strip()
        if name in book.cells:
            print_json(_plain(explain_cell(name, book, statements)))
        else:
            head, dash, letter = name.rpartition("-")
            known = f"{head.upper()}{dash}{letter.lower()}"
            print_json(_plain(explain_statement(known, book, statements)))
    except UnknownTopic as error:
        raise Failure(ExitCode.USAGE, f"explain: {error}") from error


def _plain(value: Any) -> Any:
    from dataclasses import asdict

    return asdict(value)


def _check(
    file: Annotated[Path, typer.Argument(help="The topology file.")],
    as_json: JsonOption = False,
) -> None:
    """Judge a topology file.

    Every fault is told with its place.
    """
    from emulator.topology import TopologyError, load_topology

    try:
        topology = load_topology(file)
    except TopologyError as error:
        if as_json:
            faults = [
                {"file": each.file, "line": each.line, "column": each.column, "text": each.text}
                for each in error.problems
            ]
            print_json({"usable": False, "faults": faults})
            raise typer.Exit(int(ExitCode.USAGE)) from error
        raise Failure(ExitCode.USAGE, f"check: {error}") from error
    if as_json:
        print_json({"usable": True, "faults": []})
        return
    print_lines(f"{file}: usable: {len(topology.groups)} groups, {len(topology.agents)} agents")


def _schema() -> None:
    """Print the JSON Schema of the topology file."""
    from emulator.topology import schema

    print_lines(json.dumps(schema(), indent=2))
