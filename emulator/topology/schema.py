"""The JSON Schema of the topology file, made from the same form that the loader judges by."""

from emulator.topology.form import GROUP, TOPOLOGY
from emulator.topology.judgement import Schema

__all__ = ["group_schema", "schema"]


def schema() -> Schema:
    """Give the JSON Schema (draft 2020-12) of a topology file.

    It accepts what the loader accepts. The loader refuses more: what JSON Schema can't see, such as
    names that are there twice, agents that are unknown, and networks with host bits set.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Topology of a Response Group emulator",
        **TOPOLOGY.schema(),
    }


def group_schema() -> Schema:
    """Give the JSON Schema of one response group, as it stands in the file."""
    return GROUP.schema()
