"""Reads a topology file into the model, or tells every fault with its place."""

from pathlib import Path
from typing import TypeVar

from emulator.documents import DocumentError, Mark, read_document, read_file
from emulator.model.topology import Group, Topology
from emulator.topology.contradictions import contradictions
from emulator.topology.errors import TopologyError
from emulator.topology.form import TOPOLOGY
from emulator.topology.group_form import GROUP
from emulator.topology.judgement import Judgement, Refused, Shape
from emulator.topology.judgement import Path as ValuePath

__all__ = ["load_topology", "parse_group", "parse_topology"]

_T = TypeVar("_T")


def load_topology(path: Path) -> Topology:
    """Read the topology file at `path`; raises TopologyError."""
    try:
        data = read_file(path)
    except DocumentError as error:
        raise _as_topology_error(error) from error
    return parse_topology(data, name=str(path))


def parse_topology(text: str | bytes, *, name: str) -> Topology:
    """Give the topology that `text` describes; `name` stands for the file in errors.

    Raises TopologyError with up to 50 faults in order of place. Whether names fit together is
    judged once every value by itself is right.
    """
    judgement = Judgement(name)
    topology = _judge(TOPOLOGY, text, judgement)
    for found in contradictions(topology):
        judgement.note(_mark(found.path, judgement), found.path, found.text)
    judgement.raise_any()
    return topology


def parse_group(text: str | bytes, *, name: str) -> Group:
    """Give the one response group that `text` describes, YAML or JSON, in the file's terms.

    Raises TopologyError. Whether it fits in with others is for `contradictions` to say.
    """
    return _judge(GROUP, text, Judgement(name))


def _judge(shape: Shape[_T], text: str | bytes, judgement: Judgement) -> _T:
    try:
        root = read_document(text, name=judgement.file)
    except DocumentError as error:
        raise _as_topology_error(error) from error
    try:
        return judgement.value(shape, root, ())
    except Refused:
        judgement.raise_any()
        raise


def _mark(path: ValuePath, judgement: Judgement) -> Mark:
    """Give where the value stood, which the shorthand `agents` has nearer to its group."""
    match path:
        case ("groups", int(), "agent_groups", 0, *rest) if not judgement.has(path):
            return judgement.place((*path[:2], *rest))
    return judgement.place(path)


def _as_topology_error(error: DocumentError) -> TopologyError:
    first, *others = error.problems
    return TopologyError(first.file, first.line, first.column, first.text, others)
