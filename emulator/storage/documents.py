"""Objects of the configuration as they are written down: one document each, in the file's terms."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from emulator.model.configuration import ConfigObject, ObjectKind
from emulator.model.topology import Group, Owned
from emulator.rules import Pool
from emulator.storage.errors import UnreadableStore
from emulator.topology import TopologyError, parse_object, plain

__all__ = ["as_document", "as_object"]


def as_document(found: ConfigObject) -> str:
    """Write the value of an object as JSON."""
    value = found.value
    written: Any = plain(value)
    if not isinstance(value, Group) and found.kind is not ObjectKind.SETTINGS:
        written = plain(Owned(found.owner, value))
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))


def as_object(
    kind: str, name: str, owner: str, identity: str, version: int, document: str
) -> ConfigObject:
    """Read an object back; raises UnreadableStore for what can't be one."""
    try:
        which, pool = ObjectKind(kind), Pool(owner)
        value = parse_object(which, document, name=f"{kind} {name}")
    except (ValueError, TopologyError) as error:
        raise UnreadableStore(
            f"the {kind} {name!r} that is stored can't be used: {error}"
        ) from error
    if isinstance(value, Owned):
        value = value.value
    if isinstance(value, Group):
        value = replace(value, owner=pool)
    return ConfigObject(which, name, pool, identity, version, value)
