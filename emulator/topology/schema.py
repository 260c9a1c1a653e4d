"""The JSON Schema of the topology file, made from the same form that the loader judges by."""

from emulator.topology.action_form import QUESTION
from emulator.topology.form import TOPOLOGY
from emulator.topology.group_form import GROUP
from emulator.topology.judgement import Schema, Shape

__all__ = ["group_schema", "inlined", "schema"]


def schema() -> Schema:
    """Give the JSON Schema (draft 2020-12) of a topology file.

    It accepts what the loader accepts. The loader refuses more: what JSON Schema can't see, such as
    names that are there twice, agents that are unknown, and networks with host bits set.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Topology of a Response Group emulator",
        **TOPOLOGY.schema(),
        "$defs": {QUESTION.name: QUESTION.definition()},
    }


def group_schema() -> Schema:
    """Give the JSON Schema of one response group, as it stands in the file."""
    return inlined(GROUP)


def inlined(shape: Shape[object]) -> Schema:
    """Give a schema without references: a menu inside a menu is some object there."""
    outer = _without_references(QUESTION.definition(), {"type": "object"})
    found = _without_references(shape.schema(), outer)
    assert isinstance(found, dict)
    return found


def _without_references(schema: object, instead: object) -> object:
    if isinstance(schema, list):
        return [_without_references(each, instead) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        assert isinstance(instead, dict)
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {**instead, **rest}
    return {key: _without_references(value, instead) for key, value in schema.items()}
