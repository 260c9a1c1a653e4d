"""`rgs explain`, `rgs check`, `rgs schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from emulator.resources import resource
from emulator.rules import load_rules
from tests.support.command_line import CommandLine


@pytest.mark.parametrize("cell", [*load_rules().cells][::25])
def test_cells_are_explained(rgs: CommandLine, cell: str) -> None:
    text = rgs("explain", cell)
    data = rgs("explain", cell, "--json")

    assert text.code == data.code == 0
    assert text.out.startswith(f"{cell}: {load_rules().cells[cell]}\n")
    assert json.loads(data.out)["outcome"] == load_rules().cells[cell]


@pytest.mark.parametrize("statement", [*load_rules().statements][::16])
def test_statements_are_explained(rgs: CommandLine, statement: str) -> None:
    text = rgs("explain", statement.lower())
    data = rgs("explain", statement, "--json")

    assert text.code == data.code == 0
    assert statement in text.out
    assert json.loads(data.out)["statement"]["id"] == statement


def test_cell_is_explained_under_the_reading_that_is_asked_for(rgs: CommandLine) -> None:
    cell = "pending/outage/backup"

    assert rgs("explain", cell).out.startswith(f"{cell}: stay\n")
    assert rgs("explain", cell, "--reading", "literal").out.startswith(f"{cell}: disconnect\n")


def test_unknown_topic_names_the_nearest(rgs: CommandLine) -> None:
    for option in ((), ("--json",)):
        ended = rgs("explain", "new/outage/importd", *option)

        assert ended.code == 2
        assert 'nearest is "new/outage/imported"' in ended.err


def test_rules_file_that_is_none_is_refused(rgs: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("phases: []\n")

    ended = rgs("explain", "new/outage/imported", "--rules", file)

    assert ended.code == 2
    assert str(file) in ended.err


@pytest.mark.parametrize("name", ["contoso.yaml", "minimal.yaml", "queues.yaml", "phones.yaml"])
def test_topologies_of_the_product_are_usable(rgs: CommandLine, name: str) -> None:
    text = rgs("check", resource(name))
    data = rgs("check", resource(name), "--json")

    assert text.code == data.code == 0
    assert "usable" in text.out
    assert json.loads(data.out) == {"usable": True, "faults": []}


def test_faults_come_as_json_too(rgs: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "lab.yaml"
    file.write_text("retries: 3\n")

    ended = rgs("check", file, "--json")

    told = json.loads(ended.out)
    assert ended.code == 2
    assert told["usable"] is False
    assert (told["faults"][0]["line"], told["faults"][0]["column"]) == (1, 1)


def test_schema_is_a_json_schema(rgs: CommandLine) -> None:
    ended = rgs("schema")

    assert ended.code == 0
    Draft202012Validator.check_schema(json.loads(ended.out))
