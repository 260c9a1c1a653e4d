"""Importing the primary pool's groups into the backup pool, and removing the copies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from emulator.model.actions import Action, Ask, Question, ToQueue
from emulator.model.configuration import ConfigObject, Configuration, Key, ObjectKind
from emulator.model.topology import Group, NamedQueue
from emulator.operations.administration import Administration
from emulator.operations.errors import DatabaseDown, NotThere, OperationRefused
from emulator.rules import Pool

__all__ = ["NotImportable", "import_groups", "remove_import", "show_import", "tell_import"]


class NotImportable(OperationRefused):
    """A group of the backup pool: it is there already, and no copy can be made of it."""


async def import_groups(
    administration: Administration, names: Sequence[str] | None = None
) -> dict[str, Any]:
    """Copy groups of the primary pool, all of them or those named, to the backup pool.

    A copy that is there already is replaced. With the primary's database down the configuration
    that was committed last is copied. Raises NotThere, NotImportable, or DatabaseDown for that of
    the backup pool; nothing has changed then. Gives what `show_import` does.
    """
    stores, site = administration.stores, administration.site
    with suppress(DatabaseDown):
        await stores.current(Pool.PRIMARY)
    owned = [name for name, group in site.groups.items() if group.owner is Pool.PRIMARY]
    chosen = owned if names is None else list(dict.fromkeys(names))
    for name in chosen:
        if name not in site.groups:
            raise NotThere("group", name, owned)
        if name not in owned:
            raise NotImportable(
                f"the group {name} is owned by the backup pool, which serves it in every phase: "
                "only groups of the primary pool are imported"
            )
    async with stores.changing(Pool.BACKUP) as configuration:
        source = site.hosting.configuration[Pool.PRIMARY]
        if names is None:
            originals = [each for each in source if each.kind is not ObjectKind.SETTINGS]
        else:
            keys = _needed_by(source, chosen)
            originals = [each for each in source if each.key in keys]
        copies = [replace(each, version=site.hosting.next_version()) for each in originals]
        kept = {each.key for each in copies}
        gone = [
            key for name in chosen for key in _parts_of_copy(configuration, name) if key not in kept
        ]
        await stores.commit(Pool.BACKUP, copies, gone, afresh=chosen)
        await stores.forget_sign_ins(Pool.BACKUP, copies)
    return tell_import(administration)


async def remove_import(
    administration: Administration, names: Sequence[str] | None = None
) -> dict[str, Any]:
    """Remove the copies, all of them or those named; the calls that they host go on.

    Raises NotThere or DatabaseDown, and nothing has changed then.
    """
    site, stores = administration.site, administration.stores
    async with stores.changing(Pool.BACKUP) as configuration:
        chosen = list(site.copies) if names is None else list(dict.fromkeys(names))
        for name in chosen:
            if name not in site.copies:
                raise NotThere("imported copy of the group", name, list(site.copies))
        if names is None:
            gone = [each.key for each in configuration if each.owner is Pool.PRIMARY]
        else:
            gone = [key for name in chosen for key in _parts_of_copy(configuration, name)]
        if gone:
            await stores.commit(Pool.BACKUP, (), gone)
    return tell_import(administration)


def show_import(administration: Administration) -> dict[str, Any]:
    """Whether there is any copy, and of which groups, in plain values."""
    copies = administration.site.copies
    return {"imported": bool(copies), "groups": list(copies)}


def _parts_of_copy(configuration: Configuration, name: str) -> list[Key]:
    found = configuration.find(ObjectKind.WORKFLOW, name)
    if found is None or found.owner is configuration.parent or not isinstance(found.value, Group):
        return []
    return configuration.keys_of_group(found.value)


def _needed_by(source: Configuration, names: Iterable[str]) -> set[Key]:
    """The workflows that are named, and every object that they lead to, other groups excepted."""
    keys: set[Key] = set()
    for name in names:
        found = source.find(ObjectKind.WORKFLOW, name)
        assert found is not None
        assert isinstance(found.value, Group)
        keys.add(found.key)
        _follow_workflow(source, found.value, keys)
    return keys


def _follow_workflow(source: Configuration, workflow: Group, keys: set[Key]) -> None:
    if workflow.hours is not None:
        keys.add((ObjectKind.HOURS, workflow.hours))
    keys.update((ObjectKind.HOLIDAY_SET, name) for name in workflow.holidays)
    if workflow.shared_queue:
        _follow_queue(source, workflow.shared_queue, keys)
    for action in (workflow.closed_action, workflow.holiday_action):
        _follow_action(source, action, keys)
    if workflow.menu is not None:
        _follow_menu(source, workflow.menu, keys)


def _follow_menu(source: Configuration, question: Question, keys: set[Key]) -> None:
    for answer in question.answers:
        _follow_action(source, answer.action, keys)


def _follow_action(source: Configuration, action: Action | None, keys: set[Key]) -> None:
    if isinstance(action, ToQueue):
        is_a_groups = source.find(ObjectKind.WORKFLOW, action.queue) is not None
        if not is_a_groups:
            _follow_queue(source, action.queue, keys)
    elif isinstance(action, Ask):
        _follow_menu(source, action.question, keys)


def _follow_queue(source: Configuration, name: str, keys: set[Key]) -> None:
    found: ConfigObject | None = source.find(ObjectKind.QUEUE, name)
    if found is None or found.key in keys or not isinstance(found.value, NamedQueue):
        return
    keys.add(found.key)
    keys.update((ObjectKind.AGENT_GROUP, each) for each in found.value.agent_groups)
    for action in (found.value.queue.timeout_action, found.value.queue.overflow_action):
        _follow_action(source, action, keys)


def tell_import(administration: Administration) -> dict[str, Any]:
    """Write into the journal which copies there are now; gives what `show_import` does."""
    shown = show_import(administration)
    administration.site.journal.write("import", shown)
    return shown
