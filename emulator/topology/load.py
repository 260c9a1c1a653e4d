"""Reads a topology file into the model, or tells every fault with its place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from emulator.documents import DocumentError, Mark, read_document, read_file
from emulator.model.configuration import ObjectKind
from emulator.model.topology import Topology
from emulator.topology.contradictions import contradictions
from emulator.topology.errors import TopologyError
from emulator.topology.form import POOL_SETTINGS, TOPOLOGY
from emulator.topology.group_form import (
    GROUP,
    OWNED_AGENT_GROUP,
    OWNED_HOLIDAY_SET,
    OWNED_HOURS,
    OWNED_QUEUE,
)
from emulator.topology.judgement import Judgement, Refused, Shape
from emulator.topology.judgement import Path as ValuePath

__all__ = ["load_topology", "parse_object", "parse_topology"]

_SHAPES: Mapping[ObjectKind, Shape[Any]] = {
    ObjectKind.WORKFLOW: GROUP,
    ObjectKind.QUEUE: OWNED_QUEUE,
    ObjectKind.AGENT_GROUP: OWNED_AGENT_GROUP,
    ObjectKind.HOURS: OWNED_HOURS,
    ObjectKind.HOLIDAY_SET: OWNED_HOLIDAY_SET,
    ObjectKind.SETTINGS: POOL_SETTINGS,
}

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


def parse_object(kind: ObjectKind, text: str | bytes, *, name: str) -> Any:
    """Give the object that `text` describes; what stands by itself is given as `Owned`.

    A workflow is a Group, the settings of a pool are PoolSettings. Raises TopologyError.
    """
    return _judge(_SHAPES[kind], text, Judgement(name))


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
