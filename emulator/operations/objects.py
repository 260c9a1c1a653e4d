"""The objects that response groups are made of, as the surfaces show and change each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from emulator.documents import quoted
from emulator.model.configuration import ConfigObject, Configuration, ObjectKind, Value
from emulator.model.topology import Group, Owned, PoolSettings
from emulator.operations.administration import Administration
from emulator.operations.candidates import (
    agree,
    judge_has_no_copy,
    judge_unneeded,
    judge_version,
    judge_whole,
    read_object,
)
from emulator.operations.configuration import answering
from emulator.operations.errors import NotThere, NotUsable, OperationRefused
from emulator.operations.references import with_names_changed
from emulator.operations.surfaces import (
    Actor,
    Surface,
    permit,
    permit_change,
    permit_kind,
    shows,
)
from emulator.rules import Pool
from emulator.topology import plain

__all__ = [
    "change_settings",
    "create_object",
    "list_objects",
    "remove_object",
    "replace_object",
    "show_object",
    "show_settings",
]

_ANYBODY = Actor()


async def list_objects(
    administration: Administration,
    surface: Surface,
    kind: ObjectKind,
    pool: Pool | None = None,
    owner: Pool | None = None,
    *,
    shows_all: bool = False,
) -> dict[str, Any]:
    """The objects of a kind that `surface` lists; copies are asked for by `owner` or `shows_all`.

    Raises NotThere, NotUsable, or DatabaseDown where no database answers that is asked.
    """
    permit_kind(surface, kind)
    if (shows_all or owner is not None) and surface is not Surface.MANAGEMENT_SHELL:
        name = "show_all" if shows_all else "owner"
        raise NotUsable([(name, "only the management shell lists imported objects")])
    found, unavailable = await answering(administration, pool)
    objects = [
        _shown(configuration, each)
        for configuration in found
        for each in configuration.of_kind(kind)
        if owner in (None, each.owner)
        and (shows_all or owner is not None or each.owner is configuration.parent)
        and shows(
            administration,
            surface,
            each.owner,
            is_copy=each.owner is not configuration.parent,
        )
    ]
    return {"objects": objects, "unavailable": unavailable}


async def show_object(
    administration: Administration,
    surface: Surface,
    kind: ObjectKind,
    name: str,
    pool: Pool | None = None,
) -> dict[str, Any]:
    """One object by its name or id; raises NotThere or DatabaseDown."""
    permit_kind(surface, kind)
    parent = _place_of(administration, surface, kind, name, pool)
    configuration = await administration.stores.current(parent)
    return _shown(configuration, _find(configuration, kind, name))


async def create_object(
    administration: Administration,
    surface: Surface,
    kind: ObjectKind,
    values: Mapping[str, Any],
    pool: Pool | None = None,
    actor: Actor = _ANYBODY,
) -> dict[str, Any]:
    """Make a new object on the pool that owns it; it acts on the next call.

    Raises NotThere, NotOffered, NotUsable, ForbiddenByRule, NotPermitted, DatabaseDown, and
    OperationRefused for a name that is taken.
    """
    permit_kind(surface, kind, changes=True)
    owner, value = read_object(kind, values)
    assert owner is not None
    name = _name_of(value)
    _judge_workflow(value)
    agree("pool", owner if pool is None else pool, owner)
    permit(administration, owner, name, is_copy=False)
    async with administration.stores.changing(owner) as configuration:
        permit_change(actor, configuration, kind, name, None, values, None)
        _judge_free(administration, kind, name)
        version = administration.site.hosting.next_version()
        made = ConfigObject(kind, name, owner, str(uuid4()), version, value)
        judge_whole(administration, configuration.with_changes([made]), name)
        await administration.stores.commit(owner, [made])
        return _shown(administration.site.hosting.configuration[owner], made)


async def replace_object(
    administration: Administration,
    surface: Surface,
    kind: ObjectKind,
    name: str,
    values: Mapping[str, Any],
    pool: Pool | None = None,
    versions: Sequence[str] | None = None,
    actor: Actor = _ANYBODY,
) -> dict[str, Any]:
    """Give an object other fields, all of them, perhaps another name, which what names it follows.

    Raises as `create_object`, and StaleVersion.
    """
    permit_kind(surface, kind, changes=True)
    parent = _place_of(administration, surface, kind, name, pool)
    hosting = administration.site.hosting
    is_copy = _find(hosting.configuration[parent], kind, name).owner is not parent
    permit(administration, Pool.PRIMARY if is_copy else parent, name, is_copy=is_copy)
    async with administration.stores.changing(parent) as configuration:
        found = _find(configuration, kind, name)
        shown = _shown(configuration, found)
        judge_version(found.name, found.version, versions)
        owner, value = read_object(kind, values)
        _judge_workflow(value)
        agree("owner", owner, found.owner)
        after = _written(found.owner, value)
        permit_change(actor, configuration, kind, found.name, found, after, shown)
        put, removed = [replace(found, version=hosting.next_version(), value=value)], []
        new_name = _name_of(value)
        if new_name != found.name:
            _judge_free(administration, kind, new_name)
            if kind is ObjectKind.WORKFLOW and not is_copy:
                judge_has_no_copy(administration, found.name)
            removed = [found.key]
            put[0] = replace(put[0], name=new_name)
            changed = with_names_changed(configuration, {found.key: new_name})
            put += [
                replace(each, version=hosting.next_version(), value=then)
                for each, then in changed
                if each.key != found.key
            ]
        candidate = configuration.with_changes(put, removed)
        judge_whole(administration, candidate, new_name, is_copy=is_copy)
        await administration.stores.commit(parent, put, removed)
        return _shown(hosting.configuration[parent], put[0])


async def remove_object(
    administration: Administration,
    surface: Surface,
    kind: ObjectKind,
    name: str,
    pool: Pool | None = None,
    versions: Sequence[str] | None = None,
    actor: Actor = _ANYBODY,
) -> None:
    """Remove an object; raises as `replace_object`, and OperationRefused if another needs it."""
    permit_kind(surface, kind, changes=True)
    parent = _place_of(administration, surface, kind, name, pool)
    hosting = administration.site.hosting
    is_copy = _find(hosting.configuration[parent], kind, name).owner is not parent
    permit(administration, Pool.PRIMARY if is_copy else parent, name, is_copy=is_copy)
    async with administration.stores.changing(parent) as configuration:
        found = _find(configuration, kind, name)
        judge_version(found.name, found.version, versions)
        shown = _shown(configuration, found)
        permit_change(actor, configuration, kind, found.name, found, None, shown)
        if kind is ObjectKind.WORKFLOW and not is_copy:
            judge_has_no_copy(administration, found.name)
        candidate = configuration.with_changes((), [found.key])
        judge_unneeded(administration, candidate, found.name, is_copy=is_copy)
        await administration.stores.commit(parent, (), [found.key])


async def show_settings(
    administration: Administration, surface: Surface, pool: Pool
) -> dict[str, Any]:
    """The settings of the service on `pool`; raises NotThere or DatabaseDown."""
    permit_kind(surface, ObjectKind.SETTINGS)
    return _shown_settings(await administration.stores.current(pool))


async def change_settings(
    administration: Administration,
    surface: Surface,
    pool: Pool,
    values: Mapping[str, Any],
    versions: Sequence[str] | None = None,
    actor: Actor = _ANYBODY,
) -> dict[str, Any]:
    """Give the service on `pool` other settings, all of them; raises as `replace_object`."""
    permit_kind(surface, ObjectKind.SETTINGS, changes=True)
    permit(administration, pool, f"the {pool} pool", is_copy=False)
    async with administration.stores.changing(pool) as configuration:
        found = _find(configuration, ObjectKind.SETTINGS, "")
        permit_change(actor, configuration, ObjectKind.SETTINGS, "", found, values, None)
        judge_version(f"the {pool} pool", found.version, versions)
        assert isinstance(found.value, PoolSettings)
        _, value = read_object(ObjectKind.SETTINGS, {"fqdn": found.value.fqdn, **values})
        assert isinstance(value, PoolSettings)
        agree("fqdn", value.fqdn, found.value.fqdn)
        version = administration.site.hosting.next_version()
        put = replace(found, version=version, value=value)
        await administration.stores.commit(pool, [put])
        return _shown_settings(administration.site.hosting.configuration[pool])


def _place_of(
    administration: Administration,
    surface: Surface,
    kind: ObjectKind,
    name: str,
    pool: Pool | None,
) -> Pool:
    """The pool on which the object is: that of its owner unless `pool` says where its copy is."""
    configuration = administration.site.hosting.configuration
    for parent in list(Pool) if pool is None else [pool]:
        try:
            found = _find(configuration[parent], kind, name)
        except NotThere:
            continue
        is_copy = found.owner is not parent
        if pool is None and is_copy:
            continue
        if shows(administration, surface, found.owner, is_copy=is_copy):
            return parent
    known = [each.name for one in configuration.values() for each in one.of_kind(kind)]
    where = "" if pool is None else f" of the {pool} pool"
    raise NotThere(f"{_word(kind)}{where}", name, sorted(set(known)))


def _find(configuration: Configuration, kind: ObjectKind, name: str) -> ConfigObject:
    found = configuration.find(kind, name)
    if found is None:
        found = next((each for each in configuration.of_kind(kind) if each.id == name), None)
    if found is None:
        raise NotThere(f"{_word(kind)} on the {configuration.parent} pool", name)
    return found


def _judge_free(administration: Administration, kind: ObjectKind, name: str) -> None:
    """Raise OperationRefused if an object of that kind has the name, on whatever pool."""
    for configuration in administration.site.hosting.configuration.values():
        if configuration.find(kind, name) is not None:
            raise OperationRefused(f"there is {_article(kind)} {quoted(name)} already")


def _judge_workflow(value: Value) -> None:
    if isinstance(value, Group) and value.has_own_queue:
        told = "expected shared_queue or menu: queues and agent groups are objects by themselves"
        raise NotUsable([("agent_groups", told)])


def _name_of(value: Value) -> str:
    assert not isinstance(value, PoolSettings)
    return value.name


def _written(owner: Pool, value: Value) -> dict[str, Any]:
    written = plain(value if isinstance(value, Group) else Owned(owner, value))
    assert isinstance(written, dict)
    return written


def _shown(configuration: Configuration, found: ConfigObject) -> dict[str, Any]:
    return _written(found.owner, found.value) | {
        "id": found.id,
        "pool": configuration.parent,
        "imported": found.owner is not configuration.parent,
        "version": found.version,
    }


def _shown_settings(configuration: Configuration) -> dict[str, Any]:
    found = _find(configuration, ObjectKind.SETTINGS, "")
    settings = plain(found.value)
    assert isinstance(settings, dict)
    return settings | {"pool": configuration.parent, "version": found.version}


def _word(kind: ObjectKind) -> str:
    return kind.replace("_", " ")


def _article(kind: ObjectKind) -> str:
    articles = {ObjectKind.AGENT_GROUP: "an ", ObjectKind.HOURS: ""}
    return f"{articles.get(kind, 'a ')}{_word(kind)}"
