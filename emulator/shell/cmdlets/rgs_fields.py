"""How a property of Lync's objects is made of the API's fields, and goes back into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from emulator.shell.client import Document
from emulator.shell.cmdlets.rgs_identities import Site
from emulator.shell.engine import CmdletError, ErrorCategory, PSObject, Uri, to_text
from emulator.shell.engine.conversion import convert

__all__ = [
    "Field",
    "Limits",
    "RgsObject",
    "Show",
    "Store",
    "boolean",
    "invalid",
    "name_in",
    "number",
    "optional_text",
    "out_of_limits",
    "read_only",
    "text",
    "too_long",
    "uri_of",
    "word",
    "words_by_shown",
]

_SPACE = "Microsoft.Rtc.Rgs.Management.WritableSettings."
Show: TypeAlias = Callable[[Document, Site], Any]
Store: TypeAlias = Callable[[Any, Site], Document]


class RgsObject(PSObject):
    """An object of Lync's, and the API's document that it was made of."""

    __slots__ = ("origin",)

    def __init__(self, name: str, origin: Document, **options: Any) -> None:
        super().__init__(f"{_SPACE}{name}", **options)
        self.origin = origin


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and the most that a number may be."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Field:
    """A property: `show` makes it of a document, `store` gives the keys of the document back.

    keys    the keys that it stands for; they are left alone as long as the property says the same.
    type    what a script's value becomes; empty for what may be $null.
    judge   raises CmdletError for a value that Lync refuses, although the emulator has it.
    """

    name: str
    keys: tuple[str, ...]
    show: Show
    store: Store
    type: str = ""
    judge: Callable[[Any], None] | None = None

    def put(self, value: Any, document: Document, origin: Document, site: Site) -> None:
        """Let `document`, which is as `origin` yet, say `value`. Raises CmdletError."""
        if not self.keys:
            return
        new = self.store(value, site)
        if origin and new == self._stored_before(origin, site):
            return
        if self.judge is not None:
            self.judge(value)
        for key in self.keys:
            document.pop(key, None)
        document.update(new)

    def _stored_before(self, origin: Document, site: Site) -> Document | None:
        """What the property would say unchanged; None if what it names is no longer there."""
        try:
            return self.store(self.show(origin, site), site)
        except CmdletError:
            return None


def invalid(message: str, target: Any = None) -> CmdletError:
    """A value that cannot be."""
    return CmdletError(
        message, "InvalidArgument", ErrorCategory.INVALID_ARGUMENT, target, "ArgumentException"
    )


def out_of_limits(name: str, value: Any, limits: Limits, unit: str) -> CmdletError:
    """A number below or above the limits of a parameter."""
    return invalid(
        f"Cannot validate argument on parameter '{name}'. The value {to_text(value)} is not "
        f"allowed: it must be from {limits.least} to {limits.most}{unit}.",
        value,
    )


def read_only(name: str, show: Show) -> Field:
    """A property that nothing is stored of."""
    return Field(name, (), show, lambda value, site: {})


def text(name: str, key: str, *, most: int | None = None) -> Field:
    """A property that is the text at `key`."""

    def judge(value: Any) -> None:
        if most is not None and len(to_text(value)) > most:
            raise too_long(name, value, most)

    return Field(
        name,
        (key,),
        lambda document, site: document.get(key, ""),
        lambda value, site: {key: to_text(value)},
        "String",
        judge,
    )


def too_long(name: str, value: Any, most: int) -> CmdletError:
    """A text above the limit of a parameter."""
    return invalid(
        f"Cannot validate argument on parameter '{name}'. The text has {len(to_text(value))} "
        f"characters; at most {most} are allowed."
    )


def optional_text(name: str, key: str) -> Field:
    """A property that is the text at `key`, or $null."""
    return Field(
        name,
        (key,),
        lambda document, site: document.get(key),
        lambda value, site: {key: to_text(value) or None},
    )


def boolean(name: str, key: str) -> Field:
    """A property that is the flag at `key`."""
    return Field(
        name,
        (key,),
        lambda document, site: document.get(key, False),
        lambda value, site: {key: convert(value, "Boolean")},
        "Boolean",
    )


def number(
    name: str, key: str, limits: Limits, type_name: str, *, is_optional: bool, unit: str = ""
) -> Field:
    """A property that is the number at `key`; seconds are whole ones."""

    def whole(value: Any) -> Any:
        if value is None and is_optional:
            return None
        try:
            return convert(value, type_name)
        except CmdletError:
            raise out_of_limits(name, value, limits, unit) from None

    def judge(value: Any) -> None:
        found = whole(value)
        if found is not None and not limits.least <= found <= limits.most:
            raise out_of_limits(name, value, limits, unit)

    def show(document: Document, site: Site) -> Any:
        held = document.get(key)
        return None if held is None else round(held)

    return Field(
        name,
        (key,),
        show,
        lambda value, site: {key: whole(value)},
        "" if is_optional else type_name,
        judge,
    )


def words_by_shown(words: dict[str, str], name: str, value: Any) -> str:
    """The API's word for what Lync calls `value`. Raises CmdletError."""
    folded = to_text(value).lower()
    for shown, stored in words.items():
        if shown.lower() == folded:
            return stored
    raise invalid(
        f"Cannot validate argument on parameter '{name}'. \"{to_text(value)}\" is none of "
        f"{', '.join(words)}.",
        value,
    )


def word(name: str, key: str, words: dict[str, str]) -> Field:
    """A property that is one of `words`, which gives the API's word by Lync's."""
    shown = {stored: name for name, stored in words.items()}
    return Field(
        name,
        (key,),
        lambda document, site: shown[document[key]],
        lambda value, site: {key: words_by_shown(words, name, value)},
    )


def uri_of(name: str, site: Site) -> Uri:
    """The SIP address of an agent or a workflow."""
    return Uri(f"sip:{name}@{site.domain}")


def name_in(uri: Any, site: Site, parameter: str) -> str:
    """The name in a SIP address of the domain. Raises CmdletError."""
    written = to_text(uri).strip()
    scheme, _, rest = written.partition(":")
    user, at, domain = rest.partition("@")
    if scheme.lower() != "sip" or not user or not at or domain.lower() != site.domain.lower():
        raise invalid(
            f"Cannot validate argument on parameter '{parameter}'. \"{written}\" is no SIP "
            f"address of this domain, such as sip:name@{site.domain}.",
            written,
        )
    return user
