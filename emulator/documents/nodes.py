"""The tree that a YAML file is read into: scalars, sequences, mappings, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Mapping", "Mark", "Node", "Scalar", "Sequence"]

# YAML 1.2.2 §10.3.2, the core schema
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_INTEGER = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; both numbers count from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value; `plain` where it was written without quotes."""

    text: str
    plain: bool
    mark: Mark

    @property
    def value(self) -> bool | int | float | str | None:
        """What the text means by YAML's core schema: only plain scalars are more than text."""
        text = self.text
        if not self.plain:
            return text
        if text in _NULL:
            return None
        if text in _BOOLEAN:
            return _BOOLEAN[text]
        if _INTEGER.fullmatch(text):
            return _integer(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        if _NOT_FINITE.fullmatch(text):
            return float(text.replace(".", "", 1))
        return text


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: "tuple[Node, ...]"
    mark: Mark


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their nodes, in the order of the file; no key occurs twice."""

    entries: "tuple[tuple[Scalar, Node], ...]"
    mark: Mark

    def __iter__(self) -> "Iterator[tuple[Scalar, Node]]":
        return iter(self.entries)


Node: TypeAlias = Scalar | Sequence | Mapping


def _integer(text: str) -> int | float:
    if len(text) > _LONGEST_INTEGER:  # int() refuses thousands of digits; no range here needs 40
        return float("inf")
    return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
