"""Response groups, as each of the three surfaces shows and changes them.

A group is a workflow with its own queue and agent groups, or with the name of another queue, or
with a menu. A change acts on the next call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.documents import quoted
from emulator.model.configuration import ConfigObject, Configuration, ObjectKind
from emulator.model.topology import Group
from emulator.operations.administration import Administration
from emulator.operations.candidates import (
    agree,
    judge_has_no_copy,
    judge_version,
    judge_whole,
    parts_for,
    read_object,
)
from emulator.operations.errors import DatabaseDown, NotThere, NotUsable, OperationRefused
from emulator.operations.imports import remove_import
from emulator.operations.surfaces import Actor, Surface, permit, permit_change, shows
from emulator.rules import Pool
from emulator.topology import contradictions, path_text, plain, topology_of

__all__ = [
    "answering",
    "create_group",
    "list_groups",
    "remove_group",
    "replace_group",
    "show_group",
]

_ANYBODY = Actor()


async def list_groups(
    administration: Administration,
    surface: Surface,
    pool: Pool | None = None,
    *,
    shows_all: bool = False,
) -> dict[str, Any]:
    """The groups that `surface` lists, in plain values.

    pool       only those of that pool; else those of every pool whose database answers, and
               `unavailable` names the others.
    shows_all  the imported copies too, which only the management shell can list.

    Raises DatabaseDown where no database answers that is asked, NotUsable.
    """
    if shows_all and surface is not Surface.MANAGEMENT_SHELL:
        raise NotUsable([("show_all", "only the management shell lists imported groups")])
    found, unavailable = await answering(administration, pool)
    originals = [
        _shown(configuration, each)
        for configuration in found
        for each in configuration.of_kind(ObjectKind.WORKFLOW)
        if each.owner is configuration.parent
        and shows(administration, surface, each.owner, is_copy=False)
    ]
    copies = [
        _shown(configuration, each)
        for configuration in found
        for each in configuration.of_kind(ObjectKind.WORKFLOW)
        if shows_all and each.owner is not configuration.parent
    ]
    return {"groups": [*originals, *copies], "unavailable": unavailable}


async def answering(
    administration: Administration, pool: Pool | None
) -> tuple[list[Configuration], list[Pool]]:
    """The configurations of the pools that answer, and the pools that do not.

    Raises DatabaseDown where none of those asked does.
    """
    found, unavailable = [], []
    refusal: DatabaseDown | None = None
    asked = list(Pool) if pool is None else [pool]
    for each, given in (await administration.stores.currents(asked)).items():
        if isinstance(given, DatabaseDown):
            unavailable.append(each)
            refusal = given
        else:
            found.append(given)
    if not found and refusal is not None:
        if len(unavailable) > 1:
            raise DatabaseDown("neither pool's back-end database answers")
        raise refusal
    return found, unavailable


async def show_group(
    administration: Administration, surface: Surface, name: str, pool: Pool | None = None
) -> dict[str, Any]:
    """One group in plain values; raises NotThere or DatabaseDown."""
    parent = _place_of(administration, surface, name, pool)
    configuration = await administration.stores.current(parent)
    return _shown(configuration, _find(configuration, name))


async def create_group(
    administration: Administration,
    surface: Surface,
    values: Mapping[str, Any],
    pool: Pool | None = None,
    actor: Actor = _ANYBODY,
) -> dict[str, Any]:
    """Make a new group, of the fields that a topology file has, on the pool that owns it.

    Raises NotUsable, ForbiddenByRule, NotPermitted, DatabaseDown, and OperationRefused for a name
    that is taken.
    """
    owner, group = read_object(ObjectKind.WORKFLOW, values)
    assert owner is not None
    assert isinstance(group, Group)
    agree("pool", values.get("pool", owner), owner)
    agree("pool", owner if pool is None else pool, owner)
    agree("imported", values.get("imported", False), False)
    permit(administration, owner, group.name, is_copy=False)
    async with administration.stores.changing(owner) as configuration:
        permit_change(actor, configuration, ObjectKind.WORKFLOW, group.name, None, values, None)
        if group.name in administration.site.groups:
            raise OperationRefused(f"there is a group {quoted(group.name)} already")
        put, removed = parts_for(administration, configuration, group, owner)
        _judge_places(configuration, put, None)
        judge_whole(administration, configuration.with_changes(put), group.name)
        await administration.stores.commit(owner, put, removed)
    return _shown_now(administration, owner, group.name)


async def replace_group(
    administration: Administration,
    surface: Surface,
    name: str,
    values: Mapping[str, Any],
    pool: Pool | None = None,
    versions: Sequence[str] | None = None,
    actor: Actor = _ANYBODY,
) -> dict[str, Any]:
    """Give a group other settings, all of them; from the next call on they count.

    versions  those that it may have now, None for any.

    Raises NotThere, ForbiddenByRule, NotPermitted, DatabaseDown, StaleVersion or NotUsable.
    """
    parent = _place_of(administration, surface, name, pool)
    is_copy = _is_copy(administration, name, parent)
    owner = administration.site.groups[name].owner
    permit(administration, owner, name, is_copy=is_copy)
    async with administration.stores.changing(parent) as configuration:
        found = _find(configuration, name)
        shown = _shown(configuration, found)
        judge_version(name, shown["version"], versions)
        _, group = read_object(ObjectKind.WORKFLOW, values)
        assert isinstance(group, Group)
        agree("name", group.name, name)
        agree("owner", group.owner, owner)
        agree("pool", values.get("pool", parent), parent)
        agree("imported", values.get("imported", is_copy), is_copy)
        after = plain(group)
        assert isinstance(after, dict)
        permit_change(actor, configuration, ObjectKind.WORKFLOW, name, found, after, shown)
        put, removed = parts_for(administration, configuration, group, owner)
        _judge_places(configuration, put, found)
        judge_whole(administration, configuration.with_changes(put, removed), name, is_copy=is_copy)
        if put or removed:
            await administration.stores.commit(parent, put, removed)
    return _shown_now(administration, parent, name)


async def remove_group(
    administration: Administration,
    surface: Surface,
    name: str,
    pool: Pool | None = None,
    versions: Sequence[str] | None = None,
    actor: Actor = _ANYBODY,
) -> None:
    """Remove a group: who waits in it is refused, who talks goes on; raises as `replace_group`."""
    parent = _place_of(administration, surface, name, pool)
    is_copy = _is_copy(administration, name, parent)
    site = administration.site
    permit(administration, site.groups[name].owner, name, is_copy=is_copy)
    async with administration.stores.changing(parent) as configuration:
        found = _find(configuration, name)
        shown = _shown(configuration, found)
        judge_version(name, shown["version"], versions)
        permit_change(actor, configuration, ObjectKind.WORKFLOW, name, found, None, shown)
        if not is_copy:
            judge_has_no_copy(administration, name)
            assert isinstance(found.value, Group)
            removed = configuration.keys_of_group(found.value)
            left = {**site.hosting.configuration, parent: configuration.with_changes((), removed)}
            for fault in contradictions(topology_of(site.topology, left)):
                told = f"another group needs {name}: {path_text(fault.path)}: {fault.text}"
                raise OperationRefused(told)
            await administration.stores.commit(parent, (), removed)
    if is_copy:
        await remove_import(administration, [name])


def _judge_places(
    configuration: Configuration, put: Sequence[ConfigObject], workflow: ConfigObject | None
) -> None:
    """Raise NotUsable if queue or agent groups would take the place of somebody else's."""
    own = set()
    if workflow is not None and isinstance(workflow.value, Group):
        own = set(configuration.keys_of_group(workflow.value))
    for each in put:
        is_taken = configuration.find(*each.key) is not None and each.key not in own
        if is_taken and each.kind is not ObjectKind.WORKFLOW:
            word = each.kind.replace("_", " ")
            told = f"found {quoted(each.name)}, which is the name of another {word}"
            raise NotUsable([("name" if each.kind is ObjectKind.QUEUE else "agent_groups", told)])


def _place_of(
    administration: Administration, surface: Surface, name: str, pool: Pool | None
) -> Pool:
    """The pool on which the group, or its copy, is, if `surface` shows it; raises NotThere."""
    site = administration.site
    group = site.groups.get(name)
    if group is None:
        raise NotThere("group", name, sorted(site.groups))
    is_copy = pool is not None and pool is not group.owner
    if is_copy and (pool is not Pool.BACKUP or name not in site.copies):
        raise NotThere(f"group on the {pool} pool", name)
    if not shows(administration, surface, group.owner, is_copy=is_copy):
        raise NotThere(f"group of the {pool or group.owner} pool in the {surface}", name)
    return pool or group.owner


def _is_copy(administration: Administration, name: str, parent: Pool) -> bool:
    return administration.site.groups[name].owner is not parent


def _find(configuration: Configuration, name: str) -> ConfigObject:
    found = configuration.find(ObjectKind.WORKFLOW, name)
    if found is None:
        raise NotThere(f"group on the {configuration.parent} pool", name)
    return found


def _shown_now(administration: Administration, parent: Pool, name: str) -> dict[str, Any]:
    configuration = administration.site.hosting.configuration[parent]
    return _shown(configuration, _find(configuration, name))


def _shown(configuration: Configuration, found: ConfigObject) -> dict[str, Any]:
    assert isinstance(found.value, Group)
    settings = plain(configuration.whole(found.value))
    assert isinstance(settings, dict)
    parts = (configuration.find(*key) for key in configuration.keys_of_group(found.value))
    version = max(each.version for each in parts if each is not None)
    is_copy = found.owner is not configuration.parent
    return settings | {"pool": configuration.parent, "imported": is_copy, "version": version}
