"""The five kinds of objects that a service has: their properties in Lync's order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from emulator.shell.client import Document
from emulator.shell.cmdlets.rgs_fields import Field, RgsObject, read_only
from emulator.shell.cmdlets.rgs_identities import Site, identity_object
from emulator.shell.engine import PSObject, to_text

__all__ = [
    "OWNER_POOL",
    "Kind",
    "document_of",
    "fresh_object",
    "is_stored",
    "shown_object",
    "update",
]

_OWN_KEYS = ("id", "pool", "imported", "version")


def _as_it_is(document: Document) -> Document:
    return document


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: `noun` as cmdlets name it, `path` as the API does.

    refers_to  kinds whose identities stand in its properties.
    opened     the API's document in the form that the fields are for; `closed` goes back.
    judge      raises CmdletError for a whole that Lync refuses, unless it was so before.
    remark     what the cmdlets warn of, if anything.
    """

    noun: str
    path: str
    fields: tuple[Field, ...]
    refers_to: tuple[str, ...] = ()
    opened: Callable[[Document], Document] = _as_it_is
    closed: Callable[[Document], Document] = _as_it_is
    judge: Callable[[Document, Document], None] = lambda document, origin: None
    remark: Callable[[Document], str] = lambda document: ""

    @property
    def property_types(self) -> dict[str, str]:
        """What a script's values become, by property."""
        return {field.name: field.type for field in self.fields if field.type}


OWNER_POOL = read_only("OwnerPool", lambda document, site: site.fqdns[document["owner"]])


def shown_object(kind: Kind, document: Document, site: Site) -> RgsObject:
    """The object that the API's document describes."""
    opened = kind.opened(document)
    identity = identity_object(site, document["pool"], document["id"])
    return _made(
        kind, opened, identity, {field.name: field.show(opened, site) for field in kind.fields}
    )


def fresh_object(kind: Kind, values: dict[str, Any], pool: str, site: Site) -> RgsObject:
    """A new object with the values of its properties, which is not stored yet."""
    origin = {"owner": pool, "pool": pool}
    held = {field.name: values.get(field.name) for field in kind.fields}
    held[OWNER_POOL.name] = OWNER_POOL.show(origin, site)
    return _made(kind, origin, identity_object(site, pool, str(uuid4())), held)


def _made(kind: Kind, origin: Document, identity: PSObject, held: dict[str, Any]) -> RgsObject:
    return RgsObject(
        kind.noun,
        origin,
        properties={"Identity": identity, **held},
        display=lambda each: to_text(each["Identity"]),
        property_types=kind.property_types,
    )


def document_of(kind: Kind, given: RgsObject, site: Site) -> Document:
    """What the API is to have. Raises CmdletError for what Lync refuses.

    Keys whose properties say the same as before stay exactly as they were.
    """
    origin = given.origin if is_stored(given) else {}
    document = {key: value for key, value in given.origin.items() if key not in _OWN_KEYS}
    for field in kind.fields:
        field.put(given[field.name], document, origin, site)
    kind.judge(document, origin)
    return kind.closed(document)


def is_stored(given: RgsObject) -> bool:
    """Whether it is on a pool, and not in memory only."""
    return "id" in given.origin


def update(given: RgsObject, then: RgsObject) -> None:
    """Let `given` be as `then`, which the API has made of it."""
    given.origin = then.origin
    given.properties.update(then.properties)
