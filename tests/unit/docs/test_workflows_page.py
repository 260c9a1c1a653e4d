"""The examples on the page of workflows are read as they stand there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from emulator.topology import parse_topology
from emulator.topology.action_form import ACTION

_PAGE = (Path(__file__).parents[3] / "docs" / "workflows.md").read_text(encoding="utf-8")
_EXAMPLES = re.findall(r"```yaml\n(.*?)```", _PAGE, re.DOTALL)

# What an example names and leaves to the reader.
_ELSEWHERE: list[dict[str, Any]] = [
    {"queues": [{"name": "emergencies"}]},
    {"queues": [{"name": "sales"}, {"name": "phones"}]},
    {},
]
_PEOPLE = [{"name": name} for name in ("alice", "bob", "carol", "dave")]


@pytest.mark.parametrize(
    ("example", "elsewhere"), list(zip(_EXAMPLES, _ELSEWHERE, strict=True)), ids=range(1, 4)
)
def test_an_example_is_read(example: str, elsewhere: dict[str, Any]) -> None:
    document = YAML(typ="safe").load(example)

    topology = parse_topology(
        json.dumps({"agents": _PEOPLE, **elsewhere, **document}), name="workflows.md"
    )

    assert [group.name for group in topology.groups] == [
        group["name"] for group in document["groups"]
    ]


def test_every_action_is_on_the_page() -> None:
    rows = re.findall(r"^\| `\{(\w+): ", _PAGE, re.MULTILINE)
    keys = ACTION.schema()["properties"]

    assert isinstance(keys, dict)
    assert sorted(rows) == sorted(keys.keys() - {"prompt"})
