"""Identities of pools and of what is on them: `service:ApplicationServer:FQDN[/GUID]`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from emulator.shell.client import Document
from emulator.shell.engine import CmdletError, ErrorCategory, PSObject, to_text

__all__ = ["SHELL", "Identity", "Site", "identity_object", "not_found"]

SHELL = "config/management-shell"
_PREFIX = "service:ApplicationServer:"
_FORM = re.compile(
    r"(?:service:)?(?:ApplicationServer:(?P<fqdn>[^/:]+)|1-ApplicationServer-(?P<number>[12]))"
    r"(?:/(?P<id>.+))?",
    re.IGNORECASE,
)
_POOLS = ("primary", "backup")


@dataclass(frozen=True, slots=True)
class Identity:
    """A service, by its pool, or with `id` an object on it."""

    pool: str
    id: str | None = None


@dataclass(slots=True)
class Site:
    """The pair of pools, and what is on them as far as it was asked for.

    domain  the SIP domain.
    fqdns   by pool.
    known   objects in the API's terms, by kind.
    stored  which id an object got that was in memory first.
    """

    topology: Document
    domain: str
    fqdns: dict[str, str]
    known: dict[str, list[Document]] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)

    def service(self, pool: str) -> str:
        """The identity of the service on `pool`."""
        return f"{_PREFIX}{self.fqdns[pool]}"

    def pool_of(self, fqdn: str) -> str | None:
        """The pool of that name."""
        folded = fqdn.lower()
        return next((pool for pool, name in self.fqdns.items() if name.lower() == folded), None)

    def identity(self, given: Any, parameter: str = "Identity") -> Identity:
        """What `given` identifies. Raises CmdletError."""
        text = to_text(given).strip()
        match = _FORM.fullmatch(text)
        if match is None:
            raise CmdletError(
                f"Cannot bind parameter '{parameter}': \"{text}\" is no identity such as "
                f'"{self.service("primary")}" or "{self.service("primary")}/GUID".',
                "InvalidRgsIdentity",
                ErrorCategory.INVALID_ARGUMENT,
                text,
                "RgsIdentityException",
            )
        if match["number"]:
            return Identity(_POOLS[int(match["number"]) - 1], match["id"])
        pool = self.pool_of(match["fqdn"])
        if pool is None:
            raise not_found(
                f'There is no pool "{match["fqdn"]}"; the pools are '
                f"{' and '.join(self.fqdns.values())}.",
                match["fqdn"],
            )
        return Identity(pool, match["id"])

    def pool(self, given: Any, parameter: str) -> str:
        """The pool whose service `given` identifies. Raises CmdletError."""
        found = self.identity(given, parameter)
        if found.id is not None:
            raise CmdletError(
                f"Parameter '{parameter}' takes the identity of a service, such as "
                f'"{self.service(found.pool)}", and not that of an object.',
                "InvalidRgsIdentity",
                ErrorCategory.INVALID_ARGUMENT,
                to_text(given),
                "RgsIdentityException",
            )
        return found.pool

    def identity_of(self, kind: str, name: str, pool: str) -> PSObject:
        """The identity of what is named `name` on `pool`, or else on the other pool."""
        found = [each for each in self.known.get(kind, ()) if each["name"] == name]
        found.sort(key=lambda each: each["pool"] != pool)
        if not found:
            return identity_object(self, pool, name)
        return identity_object(self, found[0]["pool"], found[0]["id"])

    def name_of(self, kind: str, given: Any, parameter: str) -> str:
        """The name of the object that `given` identifies. Raises CmdletError."""
        identity = self.identity(given, parameter)
        key = identity.id and self.stored.get(identity.id.lower(), identity.id)
        for each in self.known.get(kind, ()):
            is_meant = key is not None and key.lower() in (each["id"].lower(), each["name"].lower())
            if is_meant and each["pool"] == identity.pool:
                return str(each["name"])
        raise not_found(
            f"Parameter '{parameter}': there is no {kind.rstrip('s').replace('-', ' ')} "
            f'"{to_text(given)}".',
            to_text(given),
        )


def identity_object(site: Site, pool: str, object_id: str) -> PSObject:
    """The identity of an object, which is shown and compared as its text."""
    service = site.service(pool)
    return PSObject(
        "Microsoft.Rtc.Rgs.Management.RgsIdentity",
        {"ServiceId": service, "InstanceId": object_id},
        display=f"{service}/{object_id}",
    )


def not_found(message: str, target: str) -> CmdletError:
    """Something that is named is not there."""
    return CmdletError(
        message, "NotFound", ErrorCategory.OBJECT_NOT_FOUND, target, "ItemNotFoundException"
    )
