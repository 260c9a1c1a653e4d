"""What variables hold and pipelines carry.

$null is None; strings, whole numbers, floats and booleans are Python's; an array is a list, a
byte[] bytes, a DateTime a datetime, a TimeSpan a timedelta. Everything else is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from emulator.shell.engine.caseless import Caseless

if TYPE_CHECKING:
    from emulator.shell.language.syntax import Block

__all__ = [
    "CUSTOM_OBJECT",
    "Collection",
    "Hashtable",
    "PSObject",
    "ScriptBlock",
    "TypeReference",
    "Uri",
]

CUSTOM_OBJECT = "System.Management.Automation.PSCustomObject"
Display: TypeAlias = "str | Callable[[PSObject], str]"


class PSObject:
    """A record: a type's name and properties in order, found in any case.

    `display` is what it is as a string. `property_types` names the types that values are
    converted to when a script sets a property, as `{"TimeoutThreshold": "Int16"}`. A record
    that `is_open` takes properties that it has not had.
    """

    __slots__ = ("display", "is_open", "properties", "property_types", "type_name")

    def __init__(
        self,
        type_name: str = CUSTOM_OBJECT,
        properties: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
        *,
        display: Display | None = None,
        property_types: Mapping[str, str] | None = None,
        is_open: bool = False,
    ) -> None:
        self.type_name = type_name
        self.properties: Caseless[Any] = Caseless(properties)
        self.display = display
        self.property_types: Caseless[str] = Caseless(property_types or {})
        self.is_open = is_open

    def __getitem__(self, name: str) -> Any:
        return self.properties[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.properties[name] = value

    def get(self, name: str, default: Any = None) -> Any:
        """The value of the property, or `default` if there is none."""
        return self.properties.get(name, default)

    def __repr__(self) -> str:
        return f"PSObject({self.type_name!r}, {dict(self.properties)!r})"


class Hashtable(Caseless[Any]):
    """`@{ }`; keys keep their order whether or not it was asked for."""

    __slots__ = ("is_ordered",)

    def __init__(
        self,
        entries: Mapping[Any, Any] | Iterable[tuple[Any, Any]] = (),
        *,
        is_ordered: bool = False,
    ) -> None:
        super().__init__(entries)
        self.is_ordered = is_ordered


class Collection(list[Any]):
    """A list that can grow in place, such as a workflow's or a queue's; items have `item_type`."""

    __slots__ = ("item_type", "type_name")

    def __init__(
        self,
        items: Iterable[Any] = (),
        *,
        item_type: str = "System.Object",
        type_name: str = "System.Collections.ObjectModel.Collection",
    ) -> None:
        super().__init__(items)
        self.item_type = item_type
        self.type_name = type_name


class ScriptBlock:
    """A script block; it runs in the scope from which it is called."""

    __slots__ = ("block",)

    def __init__(self, block: Block) -> None:
        self.block = block

    @property
    def text(self) -> str:
        """What stands between its braces."""
        text = self.block.at.text
        return text[1:-1] if text.startswith("{") else text


class TypeReference:
    """`[type]` as a value."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TypeReference) and other.name.lower() == self.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())


class Uri:
    """A URI, such as the primary URI of a workflow."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Uri) and other.text.lower() == self.text.lower()

    def __hash__(self) -> int:
        return hash(self.text.lower())
