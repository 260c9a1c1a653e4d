"""Properties as Select-Object and Format-Table take them: names, wildcards, calculations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.shell.engine import Call, CmdletError, Hashtable, ScriptBlock
from emulator.shell.engine.conversion import to_list
from emulator.shell.engine.members import get_member, member_names
from emulator.shell.engine.patterns import has_wildcards, wildcard
from emulator.shell.engine.text import to_text

__all__ = ["Chosen", "chosen", "value_of", "values_of"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A property that was asked for: `name`, and how its value comes about."""

    name: str
    source: str | ScriptBlock


def chosen(given: Any) -> list[Chosen]:
    """What the value of a `-Property` parameter asks for. Raises CmdletError."""
    return [_chosen(item) for item in to_list(given)]


def _chosen(item: Any) -> Chosen:
    if isinstance(item, ScriptBlock):
        return Chosen(item.text.strip(), item)
    if not isinstance(item, Hashtable):
        return Chosen(to_text(item), to_text(item))
    name: str | None = None
    source: Any = None
    for key, value in item.items():
        folded = to_text(key).lower()
        if folded and ("name".startswith(folded) or "label".startswith(folded)):
            name = to_text(value)
        elif folded and "expression".startswith(folded):
            source = value
        elif folded not in (
            "alignment",
            "width",
            "formatstring",
            "align",
            "ascending",
            "descending",
        ):
            raise CmdletError(f"The {to_text(key)} key is not valid.", "DictionaryKeyUnknown")
    if source is None:
        source = name or ""
    if not isinstance(source, ScriptBlock):
        source = to_text(source)
    return Chosen(name or (source if isinstance(source, str) else source.text.strip()), source)


async def value_of(call: Call, wanted: Chosen, record: Any) -> Any:
    """The value that `record` has for the property."""
    if isinstance(wanted.source, str):
        return get_member(record, wanted.source)
    found = await call.invoke(wanted.source, record)
    return found[0] if len(found) == 1 else (found or None)


async def values_of(call: Call, properties: list[Chosen], record: Any) -> dict[str, Any]:
    """The values that `record` has for the properties, wildcards spread out, by name."""
    values: dict[str, Any] = {}
    for wanted in properties:
        if isinstance(wanted.source, str) and has_wildcards(wanted.source):
            pattern = wildcard(wanted.source)
            for name in member_names(record):
                if pattern.fullmatch(name):
                    values[name] = get_member(record, name)
        else:
            values[_known_name(wanted, record)] = await value_of(call, wanted, record)
    return values


def _known_name(wanted: Chosen, record: Any) -> str:
    """The name as the record writes it."""
    if wanted.name != wanted.source:
        return wanted.name
    folded = wanted.name.lower()
    return next((n for n in member_names(record) if n.lower() == folded), wanted.name)
