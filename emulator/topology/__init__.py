"""The topology file: read, judged, described, written back."""

from emulator.topology.contradiction import Contradiction
from emulator.topology.contradictions import contradictions
from emulator.topology.errors import TopologyError
from emulator.topology.judgement import path_text
from emulator.topology.load import load_topology, parse_object, parse_topology
from emulator.topology.plain import plain
from emulator.topology.rejoin import topology_of
from emulator.topology.schema import group_schema, schema

__all__ = [
    "Contradiction",
    "TopologyError",
    "contradictions",
    "group_schema",
    "load_topology",
    "parse_object",
    "parse_topology",
    "path_text",
    "plain",
    "schema",
    "topology_of",
]
