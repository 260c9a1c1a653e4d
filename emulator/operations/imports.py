"""Importing the primary pool's groups into the backup pool, and removing the copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulator.operations.administration import Administration
from emulator.operations.errors import NotThere, OperationRefused
from emulator.rules import Pool

__all__ = ["NotImportable", "import_groups", "remove_import", "show_import"]


class NotImportable(OperationRefused):
    """A group of the backup pool: it is there already, and no copy can be made of it."""


def import_groups(
    administration: Administration, names: Sequence[str] | None = None
) -> dict[str, Any]:
    """Copy groups of the primary pool, all of them or those named, to the backup pool.

    A copy that is there already is replaced. Raises NotThere or NotImportable; nothing has
    changed then. Gives what `show_import` does.
    """
    site = administration.site
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
    site.copy_groups(chosen)
    return _tell(administration)


def remove_import(
    administration: Administration, names: Sequence[str] | None = None
) -> dict[str, Any]:
    """Remove the copies, all of them or those named; the calls that they host go on.

    Raises NotThere, and nothing has changed then.
    """
    site = administration.site
    chosen = list(site.copies) if names is None else list(dict.fromkeys(names))
    for name in chosen:
        if name not in site.copies:
            raise NotThere("imported copy of the group", name, list(site.copies))
    site.remove_copies(chosen)
    return _tell(administration)


def show_import(administration: Administration) -> dict[str, Any]:
    """Whether there is any copy, and of which groups, in plain values."""
    copies = administration.site.copies
    return {"imported": bool(copies), "groups": list(copies)}


def _tell(administration: Administration) -> dict[str, Any]:
    shown = show_import(administration)
    administration.site.journal.write("import", shown)
    administration.site.elements.offer_all_waiting()
    return shown
