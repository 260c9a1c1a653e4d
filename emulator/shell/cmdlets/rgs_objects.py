"""What Get-, New-, Set- and Remove- do with the objects of a kind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from emulator.shell.client import Document, segment
from emulator.shell.cmdlets.administered import Administered
from emulator.shell.cmdlets.rgs_fields import RgsObject
from emulator.shell.cmdlets.rgs_identities import SHELL, Site, not_found
from emulator.shell.cmdlets.rgs_kinds import (
    Kind,
    document_of,
    fresh_object,
    is_stored,
    shown_object,
    update,
)
from emulator.shell.cmdlets.rgs_parameters import (
    FORCE,
    IN_MEMORY,
    NAMED,
    OWNER,
    PARENT,
    SHOW_ALL,
    SOUGHT,
    instance,
)
from emulator.shell.engine import (
    Call,
    Cmdlet,
    CmdletError,
    ErrorCategory,
    Example,
    Parameter,
    to_text,
)
from emulator.shell.engine.patterns import wildcard

__all__ = ["Defaults", "object_cmdlets"]

Defaults = Callable[[], dict[str, Any]]
_SETTINGS = "Microsoft.Rtc.Rgs.Management.WritableSettings."
_CLASS = "Microsoft.Rtc.Rgs.Management.Cmdlets."


def object_cmdlets(
    administered: Administered,
    kind: Kind,
    parameters: Iterable[Parameter],
    defaults: Defaults,
    *,
    many: str,
    is_removed_by_position: bool = False,
    example: str,
) -> tuple[Cmdlet, ...]:
    """The four cmdlets of a kind.

    parameters  those of New- beside -Parent, -Force and -InMemory.
    defaults    the properties that New- gives where no parameter does.
    many        what several of them are called.
    """
    noun, output = kind.noun, (f"{_SETTINGS}{kind.noun}",)
    own = instance(kind.noun)
    removed = own if is_removed_by_position else instance(kind.noun, position=None)
    return (
        Cmdlet(
            name=f"Get-CsRgs{noun}",
            synopsis=f"Gives Response Group {many}.",
            description=(
                "Objects whose owner is the pool that they are on. Imported copies, which belong "
                "to another pool, are given with -ShowAll or -Owner."
            ),
            run=partial(_get, administered, kind),
            class_name=f"{_CLASS}Get{noun}Cmdlet",
            parameters=(
                SOUGHT,
                replace(NAMED, completes=partial(_names, administered, kind)),
                OWNER,
                SHOW_ALL,
            ),
            output_types=output,
            examples=(Example(f"Get-CsRgs{noun} -Name Help* -ShowAll"),),
        ),
        Cmdlet(
            name=f"New-CsRgs{noun}",
            synopsis=f"Makes a new one of the {many} of a pool.",
            run=partial(_new, administered, kind, defaults),
            supports_should_process=True,
            class_name=f"{_CLASS}New{noun}Cmdlet",
            parameters=(PARENT, *parameters, FORCE, IN_MEMORY),
            output_types=output,
            examples=(Example(example),),
        ),
        Cmdlet(
            name=f"Set-CsRgs{noun}",
            synopsis=f"Stores one of the {many} with what was changed of it.",
            description=(
                "An object that somebody else has changed since it was given is refused, and "
                "stays as it is there."
            ),
            run=partial(_set, administered, kind),
            supports_should_process=True,
            class_name=f"{_CLASS}Set{noun}Cmdlet",
            parameters=(own, FORCE),
            examples=(
                Example(
                    f"$x = Get-CsRgs{noun} -Name 'Help Desk'; $x.Name = 'Help'; "
                    f"Set-CsRgs{noun} -Instance $x"
                ),
            ),
        ),
        Cmdlet(
            name=f"Remove-CsRgs{noun}",
            synopsis=f"Removes one of the {many}.",
            run=partial(_remove, administered, kind),
            supports_should_process=True,
            class_name=f"{_CLASS}Remove{noun}Cmdlet",
            parameters=(FORCE, removed),
            examples=(Example(f"Get-CsRgs{noun} -Name 'Help Desk' | Remove-CsRgs{noun}"),),
        ),
    )


async def _names(administered: Administered, kind: Kind) -> list[str]:
    """The names that there are, for completion; none if the emulator does not answer."""
    try:
        site = await administered.site(kind.refers_to)
        answer = await administered.client.get(f"{SHELL}/{kind.path}", show_all=True)
    except CmdletError:
        return []
    shown = (shown_object(kind, each, site)["Name"] for each in answer["objects"])
    return list(dict.fromkeys(map(to_text, shown)))


async def _get(administered: Administered, kind: Kind, call: Call) -> AsyncIterator[Any]:
    site = await administered.site(kind.refers_to)
    for document in await _sought(administered, kind, call, site):
        shown = shown_object(kind, document, site)
        if "Name" not in call or wildcard(call["Name"]).fullmatch(to_text(shown["Name"])):
            yield shown


async def _sought(administered: Administered, kind: Kind, call: Call, site: Site) -> list[Document]:
    identity = site.identity(call["Identity"]) if "Identity" in call else None
    owner = site.pool(call["Owner"], "Owner") if "Owner" in call else None
    if identity is not None and identity.id is not None:
        key = administered.stored_ids.get(identity.id.lower(), identity.id)
        path = f"{SHELL}/{kind.path}/{segment(key)}"
        found: Document = await administered.client.get(path, pool=identity.pool)
        return [found] if owner in (None, found["owner"]) else []
    answer = await administered.client.get(
        f"{SHELL}/{kind.path}",
        pool=None if identity is None else identity.pool,
        show_all=bool(call.get("ShowAll")),
        owner=owner,
    )
    for pool in answer["unavailable"]:
        fqdn = site.fqdns[pool]
        call.write_error(
            f"The back-end database of {fqdn} does not answer; what it holds is not shown.",
            "DatabaseUnavailable",
            ErrorCategory.RESOURCE_UNAVAILABLE,
            fqdn,
        )
    objects: list[Document] = answer["objects"]
    return objects


async def _new(
    administered: Administered, kind: Kind, defaults: Defaults, call: Call
) -> AsyncIterator[Any]:
    site = await administered.site(kind.refers_to)
    pool = site.pool(call["Parent"], "Parent")
    values = defaults() | {
        field.name: call[field.name] for field in kind.fields if field.name in call
    }
    made = fresh_object(kind, values, pool, site)
    if call.get("InMemory"):
        yield made
        return
    document = document_of(kind, made, site)
    if await call.should_process(f"{site.service(pool)} ({to_text(made['Name'])})"):
        await _store_new(administered, kind, made, document, site)
        _remark(kind, call, document)
        yield made


async def _set(administered: Administered, kind: Kind, call: Call) -> None:
    given = call["Instance"]
    assert isinstance(given, RgsObject)
    site = await administered.site(kind.refers_to)
    document = document_of(kind, given, site)
    if not await call.should_process(to_text(given)):
        return
    if not is_stored(given):
        await _store_new(administered, kind, given, document, site)
    else:
        origin = given.origin
        then = await administered.client.send(
            "PUT",
            f"{SHELL}/{kind.path}/{segment(origin['id'])}",
            document,
            version=origin["version"],
            pool=origin["pool"],
        )
        update(given, shown_object(kind, then, site))
    _remark(kind, call, document)


async def _remove(administered: Administered, kind: Kind, call: Call) -> None:
    given = call["Instance"]
    assert isinstance(given, RgsObject)
    if not is_stored(given):
        raise not_found(f"{to_text(given)} is in memory only.", to_text(given))
    if await call.should_process(to_text(given)):
        origin = given.origin
        await administered.client.send(
            "DELETE",
            f"{SHELL}/{kind.path}/{segment(origin['id'])}",
            version=origin["version"],
            pool=origin["pool"],
        )


async def _store_new(
    administered: Administered, kind: Kind, made: RgsObject, document: Document, site: Site
) -> None:
    """Store what was in memory; what names it by the id that it had there finds it."""
    then = await administered.client.send("POST", f"{SHELL}/{kind.path}", document)
    administered.stored_ids[made["Identity"]["InstanceId"].lower()] = then["id"]
    update(made, shown_object(kind, then, site))


def _remark(kind: Kind, call: Call, document: Document) -> None:
    told = kind.remark(document)
    if told and not call.get("Force"):
        call.write_warning(told)
