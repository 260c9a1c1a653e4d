"""The JSON Schema says of a topology what the loader says."""

import json

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from emulator.resources import resource
from emulator.topology import TopologyError, parse_topology, plain, schema

SCHEMA = schema()


def accepts(instance: object) -> bool:
    return bool(Draft202012Validator(SCHEMA).is_valid(instance))


def test_it_is_a_json_schema_2020_12() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_it_can_be_written_as_json() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("name", ["contoso.yaml", "minimal.yaml", "phones.yaml", "queues.yaml"])
def test_sample_is_valid(name: str) -> None:
    text = resource(name).read_text(encoding="utf-8")

    assert accepts(YAML(typ="safe", pure=True).load(text))
    assert accepts(plain(parse_topology(text, name=name)))


def test_every_default_is_valid_where_it_stands() -> None:
    def defaults(part: object) -> None:
        if not isinstance(part, dict):
            return
        if "default" in part:
            Draft202012Validator(part).validate(part["default"])
        for below in part.values():
            for each in below if isinstance(below, list) else [below]:
                defaults(each)

    defaults(SCHEMA)


@pytest.mark.parametrize(
    ("instance", "is_valid"),
    [
        ({}, True),
        ([], False),
        (None, False),
        ({"domian": "x"}, False),
        ({"profile": "lync"}, False),
        ({"imported": True}, True),
        ({"imported": "yes"}, False),
        ({"imported": 1}, False),
        ({"failover_seconds": None}, True),
        ({"failover_seconds": 0.5}, True),
        ({"failover_seconds": -0.5}, False),
        ({"keep_calls": 5.0}, True),
        ({"keep_calls": 5.5}, False),
        ({"keep_calls": True}, False),
        ({"agents": [{"name": "a"}]}, True),
        ({"agents": [{}]}, False),
        ({"agents": [{"name": "a b"}]}, False),
        ({"agents": [{"name": "a", "concurrent": 1}]}, True),
        ({"agents": [{"name": "a", "concurrent": 1.0}]}, True),
        ({"agents": [{"name": "a", "concurrent": True}]}, False),
        ({"agents": [{"name": "a", "concurrent": "1"}]}, False),
        ({"groups": [{"name": "g"}]}, False),
        ({"groups": [{"name": "g", "agents": []}]}, True),
        ({"groups": [{"name": "g", "agent_groups": []}]}, True),
        ({"groups": [{"name": "g", "agents": [], "agent_groups": []}]}, False),
        ({"groups": [{"name": "g", "agents": [], "queue": {"timeout_action": {}}}]}, False),
        ({"responses": {"new/outage/not_imported": 480}}, True),
        ({"responses": {"new/outage/not_imported": 299}}, False),
        ({"responses": {"config/outage/primary": 480}}, False),
        ({"allowed_networks": ["::1/128"]}, True),
        ({"allowed_networks": ["localhost"]}, False),
        ({"timers": {"t1_ms": 1, "t2_ms": 2}}, True),
        ({"timers": {"t5_ms": 1}}, False),
    ],
)
def test_schema_and_loader_agree(instance: object, is_valid: bool) -> None:
    assert accepts(instance) is is_valid
    if is_valid:
        parse_topology(json.dumps(instance), name="instance.json")
    else:
        with pytest.raises(TopologyError):
            parse_topology(json.dumps(instance), name="instance.json")
