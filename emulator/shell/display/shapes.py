"""What a value is made of, for showing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from emulator.shell.engine.errors import ErrorRecord
from emulator.shell.engine.members import get_member, member_names
from emulator.shell.engine.text import to_text
from emulator.shell.engine.times import format_moment
from emulator.shell.engine.types import type_name_of
from emulator.shell.engine.values import Hashtable, PSObject, ScriptBlock, TypeReference, Uri

__all__ = ["FormattedText", "cell_text", "columns_of", "is_plain", "plain_text", "value_of"]

_SHOWN_ITEMS = 4


class FormattedText:
    """What Format-Table and Format-List put out: a text that is shown as it is."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


def is_plain(value: Any) -> bool:
    """Whether `value` is shown as a line of text, not by its properties."""
    if isinstance(value, PSObject):
        return not value.properties
    plain = str | int | float | bytes | datetime | ScriptBlock | ErrorRecord
    return value is None or isinstance(value, plain)


def plain_text(value: Any) -> str:
    """The line or the lines that a plain value is shown as."""
    if isinstance(value, datetime):
        return f"\n{format_moment(value, 'F')}\n"
    if isinstance(value, ErrorRecord):
        return value.described()
    return "\n".join(map(str, value)) if isinstance(value, bytes) else to_text(value)


def columns_of(values: Sequence[Any]) -> list[str]:
    """The names of the properties that `values` show."""
    if isinstance(values[0], TypeReference | Uri):
        return member_names(values[0])
    names: dict[str, str] = {}
    for value in values:
        for name in member_names(value):
            names.setdefault(name.lower(), name)
    return list(names.values())


def value_of(value: Any, name: str) -> Any:
    """The property `name` of a value or of a row of a table."""
    if isinstance(value, dict):
        return value.get(name)
    return get_member(value, name)


def cell_text(value: Any) -> str:
    """A property's value in a table or a list."""
    if isinstance(value, bytes):
        value = list(value[: _SHOWN_ITEMS + 1])
    if isinstance(value, list):
        shown = [_item_text(item) for item in value[:_SHOWN_ITEMS]]
        more = ["..."] if len(value) > _SHOWN_ITEMS else []
        return f"{{{', '.join([*shown, *more])}}}"
    if isinstance(value, Hashtable):
        return f"{{{', '.join(to_text(key) for key in value)}}}"
    if isinstance(value, datetime):
        return format_moment(value, "G")
    return _item_text(value)


def _item_text(value: Any) -> str:
    if isinstance(value, list):
        return type_name_of(value)
    return to_text(value)
