"""The shapes of values and lists: each judges a node, and says the same as JSON Schema."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from enum import Enum
from ipaddress import ip_network
from typing import Generic, TypeVar

from emulator.documents import Mapping as MappingNode
from emulator.documents import Node, Scalar, Sequence, listed, nearest, quoted
from emulator.model.hours import time_zone
from emulator.model.topology import Network
from emulator.topology.judgement import Judgement, Path, Schema, Shape

__all__ = [
    "Choice",
    "Flag",
    "ListOf",
    "Moment",
    "NetworkText",
    "Nullable",
    "Number",
    "Recursive",
    "Table",
    "Text",
    "Whole",
    "ZoneName",
]

_T = TypeVar("_T")
_NEVER_TEXT = "; put it in quotes to make it text"


class Text:
    """Text that matches a pattern from end to end; `expected` says in words what that is."""

    def __init__(self, expected: str, pattern: str, longest: int) -> None:
        self._expected = f"{expected}, {longest} characters at most"
        self._pattern = re.compile(pattern)
        self._longest = longest

    def judge(self, node: Node, path: Path, judgement: Judgement) -> str:
        """Give the text."""
        told = f"found {quoted(node)}, expected {self._expected}"
        if not isinstance(node, Scalar):
            judgement.refuse(node.mark, path, told)
        if not isinstance(node.value, str):
            hint = _NEVER_TEXT if node.value is not None else ""
            judgement.refuse(node.mark, path, told + hint)
        if len(node.text) > self._longest or not self._pattern.fullmatch(node.text):
            judgement.refuse(node.mark, path, told)
        return node.text

    def schema(self) -> Schema:
        """Give type, pattern and length."""
        pattern = f"^(?:{self._pattern.pattern})$"
        return {"type": "string", "pattern": pattern, "maxLength": self._longest}


class Number:
    """A number within limits; whole ones stay whole."""

    def __init__(self, lowest: float, highest: float, unit: str) -> None:
        self._lowest = lowest
        self._highest = highest
        self._expected = f"a number of {unit} from {lowest} to {highest}"

    def judge(self, node: Node, path: Path, judgement: Judgement) -> float:
        """Give the number."""
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            judgement.refuse(node.mark, path, f"found {quoted(node)}, expected {self._expected}")
        if not self._lowest <= value <= self._highest:  # this way round, NaN is refused
            judgement.refuse(node.mark, path, f"found {quoted(node)}, expected {self._expected}")
        return value

    def schema(self) -> Schema:
        """Give type and limits."""
        return {"type": "number", "minimum": self._lowest, "maximum": self._highest}


class Whole:
    """A whole number within limits."""

    def __init__(self, lowest: int, highest: int, unit: str) -> None:
        self._lowest = lowest
        self._highest = highest
        of_what = f" of {unit}" if unit else ""
        self._expected = f"a whole number{of_what} from {lowest} to {highest}"

    def judge(self, node: Node, path: Path, judgement: Judgement) -> int:
        """Give the number; 5.0 is 5, as for JSON Schema."""
        value = _without_fraction(node.value) if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int):
            judgement.refuse(node.mark, path, f"found {quoted(node)}, expected {self._expected}")
        if not self._lowest <= value <= self._highest:
            judgement.refuse(node.mark, path, f"found {quoted(node)}, expected {self._expected}")
        return value

    def schema(self) -> Schema:
        """Give type and limits."""
        return {"type": "integer", "minimum": self._lowest, "maximum": self._highest}


class Choice(Generic[_T]):
    """One of a few words or numbers, each of which means a value."""

    def __init__(self, meanings: Mapping[str | int, _T]) -> None:
        self._meanings = meanings
        self._words = [str(word) for word in meanings]

    @classmethod
    def of(cls, members: type[_T]) -> "Choice[_T]":
        """Give the choice between the members of an enum, by their values."""
        assert issubclass(members, Enum)
        return cls({member.value: member for member in members})

    def judge(self, node: Node, path: Path, judgement: Judgement) -> _T:
        """Give what the word means."""
        value = _without_fraction(node.value) if isinstance(node, Scalar) else None
        if (
            isinstance(value, bool)
            or not isinstance(value, str | int)
            or value not in self._meanings
        ):
            told = f"found {quoted(node)}, expected one of {listed(self._words)}"
            close = nearest(value, self._words) if isinstance(value, str) else ""
            judgement.refuse(node.mark, path, told + close)
        return self._meanings[value]

    def schema(self) -> Schema:
        """Give the words."""
        return {"enum": list(self._meanings)}


class Flag:
    """True or false."""

    def judge(self, node: Node, path: Path, judgement: Judgement) -> bool:
        """Give which; `yes` and `on` are text in YAML 1.2."""
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, bool):
            judgement.refuse(node.mark, path, f"found {quoted(node)}, expected true or false")
        return value

    def schema(self) -> Schema:
        """Give the type."""
        return {"type": "boolean"}


class NetworkText:
    """An IP network such as `127.0.0.0/8`, or an address that stands for itself."""

    # What an address never has keeps out netmasks and zones; JSON Schema can say no more.
    _OUTLINE = "[0-9A-Fa-f:.]{2,45}(?:/[0-9]{1,3})?"

    def judge(self, node: Node, path: Path, judgement: Judgement) -> Network:
        """Give the network."""
        expected = "an IP network in quotes, such as 127.0.0.0/8 or ::1/128"
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, str) or not re.fullmatch(self._OUTLINE, value):
            judgement.refuse(node.mark, path, f"found {quoted(node)}, expected {expected}")
        try:
            return ip_network(value)
        except ValueError as error:
            why = f"found {quoted(node)}, expected {expected}: {error}"
            judgement.refuse(node.mark, path, why)

    def schema(self) -> Schema:
        """Give the outline; whether it is a network the loader alone can say."""
        return {"type": "string", "pattern": f"^{self._OUTLINE}$"}


class Moment:
    """A day, or a day and a time, by the clocks of some place: `2026-12-24T18:00`."""

    _OUTLINE = "[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"

    def judge(self, node: Node, path: Path, judgement: Judgement) -> str:
        """Give the text."""
        expected = "a day such as 2026-12-24 or 2026-12-24T18:00"
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, str) or not re.fullmatch(self._OUTLINE, value):
            judgement.refuse(node.mark, path, f"found {quoted(node)}, expected {expected}")
        try:
            datetime.fromisoformat(value)
        except ValueError as error:
            why = f"found {quoted(node)}, expected {expected}: {error}"
            judgement.refuse(node.mark, path, why)
        return value

    def schema(self) -> Schema:
        """Give the outline; whether there is such a day the loader alone can say."""
        return {"type": "string", "pattern": f"^{self._OUTLINE}$"}


class ZoneName:
    """A time zone, by its IANA name or by the one that it has in Windows."""

    _OUTLINE = "[A-Za-z][A-Za-z0-9 .()_+/-]{0,63}"

    def judge(self, node: Node, path: Path, judgement: Judgement) -> str:
        """Give the name."""
        expected = "a time zone such as Europe/Paris or Romance Standard Time"
        value = node.value if isinstance(node, Scalar) else None
        told = f"found {quoted(node)}, expected {expected}"
        if not isinstance(value, str) or not re.fullmatch(self._OUTLINE, value):
            judgement.refuse(node.mark, path, told)
        try:
            time_zone(value)
        except ValueError:
            judgement.refuse(node.mark, path, told)
        return value

    def schema(self) -> Schema:
        """Give the outline; whether there is such a zone the loader alone can say."""
        return {"type": "string", "pattern": f"^{self._OUTLINE}$"}


class Recursive(Generic[_T]):
    """A shape that is inside itself: the schema names it, and has it once under `$defs`."""

    def __init__(self, name: str, shape: Callable[[], Shape[_T]]) -> None:
        self.name = name
        self._shape = shape

    def judge(self, node: Node, path: Path, judgement: Judgement) -> _T:
        """Give what the shape does."""
        return self._shape().judge(node, path, judgement)

    def schema(self) -> Schema:
        """Give the reference."""
        return {"$ref": f"#/$defs/{self.name}"}

    def definition(self) -> Schema:
        """Give what stands under `$defs`."""
        return self._shape().schema()


class Nullable(Generic[_T]):
    """Something, or null."""

    def __init__(self, shape: Shape[_T]) -> None:
        self._shape = shape

    def judge(self, node: Node, path: Path, judgement: Judgement) -> _T | None:
        """Give None for null."""
        if isinstance(node, Scalar) and node.value is None:
            return None
        return self._shape.judge(node, path, judgement)

    def schema(self) -> Schema:
        """Give both ways."""
        return {"anyOf": [self._shape.schema(), {"type": "null"}]}


class ListOf(Generic[_T]):
    """A list, each item of the same shape."""

    def __init__(self, shape: Shape[_T], what: str) -> None:
        self._shape = shape
        self._what = what

    def judge(self, node: Node, path: Path, judgement: Judgement) -> tuple[_T, ...]:
        """Give the items."""
        if not isinstance(node, Sequence):
            told = f"found {quoted(node)}, expected a list of {self._what}"
            judgement.refuse(node.mark, path, told)
        items: list[_T] = []
        failed: list[Path] = []
        for number, item in enumerate(node.items):
            with judgement.going_on(failed, (*path, number)):
                items.append(judgement.value(self._shape, item, (*path, number)))
        judgement.give_up_if(failed)
        return tuple(items)

    def schema(self) -> Schema:
        """Give the type and that of the items."""
        return {"type": "array", "items": self._shape.schema()}


class Table(Generic[_T]):
    """A mapping from known names to values of one shape; none of the names must be there."""

    def __init__(self, names: Collection[str], shape: Shape[_T], what: str) -> None:
        self._names = names
        self._shape = shape
        self._what = what

    def judge(self, node: Node, path: Path, judgement: Judgement) -> dict[str, _T]:
        """Give the values by name."""
        if not isinstance(node, MappingNode):
            told = f"found {quoted(node)}, expected a mapping from {self._what}"
            judgement.refuse(node.mark, path, told)
        values: dict[str, _T] = {}
        failed: list[Path] = []
        for key, value in node:
            below = (*path, key.text)
            with judgement.going_on(failed, below):
                if key.text not in self._names:
                    told = f"found {quoted(key.text)}, expected {self._what}"
                    judgement.refuse(key.mark, path, told + nearest(key.text, self._names))
                values[key.text] = judgement.value(self._shape, value, below)
        judgement.give_up_if(failed)
        return values

    def schema(self) -> Schema:
        """Give the names and the shape of what they have."""
        return {
            "type": "object",
            "propertyNames": {"enum": list(self._names)},
            "additionalProperties": self._shape.schema(),
        }


def _without_fraction(value: object) -> object:
    """Give 5 for 5.0, as JSON Schema's numbers are one kind."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
