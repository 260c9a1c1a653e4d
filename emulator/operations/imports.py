"""Importing the primary pool's groups into the backup pool, and removing the copies."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from emulator.model.configuration import Configuration, Key, ObjectKind
from emulator.model.needs import needed_by
from emulator.model.topology import Group
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
            keys = needed_by(source, chosen)
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
            left = [name for name in site.copies if name not in chosen]
            needed = needed_by(configuration, left)
            gone = [
                each.key
                for each in configuration
                if each.owner is Pool.PRIMARY
                and each.key in needed_by(configuration, chosen)
                and each.key not in needed
            ]
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


def tell_import(administration: Administration) -> dict[str, Any]:
    """Write into the journal which copies there are now; gives what `show_import` does."""
    shown = show_import(administration)
    administration.site.journal.write("import", shown)
    return shown
