"""The configuration of response groups, as each of the three surfaces shows and changes it.

A change acts on the next call. What a surface shows, and what may be changed, is the rules' to say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from emulator.documents import quoted
from emulator.model.groups import HostedGroup
from emulator.model.topology import Group
from emulator.operations.administration import Administration
from emulator.operations.errors import (
    DatabaseDown,
    ForbiddenByRule,
    NotThere,
    NotUsable,
    OperationRefused,
    StaleVersion,
)
from emulator.operations.imports import remove_import
from emulator.rules import Outcome, Pool, Row, Situation, Verdict, verdict
from emulator.topology import TopologyError, contradictions, parse_group, path_text, plain

__all__ = [
    "Surface",
    "create_group",
    "list_groups",
    "remove_group",
    "replace_group",
    "show_group",
]

_OWN_KEYS = ("pool", "imported", "version")


class Surface(StrEnum):
    """The three surfaces of the real service that configure response groups."""

    CONTROL_PANEL = "control-panel"
    CONFIGURATION_TOOL = "configuration-tool"
    MANAGEMENT_SHELL = "management-shell"


def list_groups(
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
    asked = list(Pool) if pool is None else [pool]
    unavailable = [each for each in asked if not administration.databases[each]]
    if len(unavailable) == len(asked):
        raise _down(*unavailable)
    site = administration.site
    listed = [*site.groups.values(), *(site.copies.values() if shows_all else ())]
    return {
        "groups": [
            _shown(group)
            for group in listed
            if group.host in asked and group.host not in unavailable
        ],
        "unavailable": unavailable,
    }


def show_group(
    administration: Administration, surface: Surface, name: str, pool: Pool | None = None
) -> dict[str, Any]:
    """One group in plain values; raises NotThere or DatabaseDown."""
    group = _find(administration, surface, name, pool)
    _ask_database(administration, group.host)
    return _shown(group)


def create_group(
    administration: Administration,
    surface: Surface,
    values: Mapping[str, Any],
    pool: Pool | None = None,
) -> dict[str, Any]:
    """Make a new group, of the fields that a topology file has, on the pool that owns it.

    Raises NotUsable, ForbiddenByRule, DatabaseDown, and OperationRefused for a name that is taken.
    """
    site = administration.site
    settings = _read(values)
    _agree("pool", values.get("pool", settings.owner), settings.owner)
    _agree("pool", settings.owner if pool is None else pool, settings.owner)
    _agree("imported", values.get("imported", False), False)
    _permit(_ruling(administration, settings.owner, is_copy=False), settings.name)
    _ask_database(administration, settings.owner)
    if settings.name in site.groups:
        raise OperationRefused(f"there is a group {quoted(settings.name)} already")
    others = [group.settings for group in site.groups.values()]
    _fit_in(others, settings, administration)
    return _configured(administration, settings, is_copy=False)


def replace_group(
    administration: Administration,
    surface: Surface,
    name: str,
    values: Mapping[str, Any],
    pool: Pool | None = None,
    versions: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Give a group other settings, all of them; from the next call on they count.

    versions  those that it may have now, None for any.

    Raises NotThere, ForbiddenByRule, DatabaseDown, StaleVersion or NotUsable.
    """
    site = administration.site
    group = _find_changeable(administration, surface, name, pool, versions)
    settings = _read(values)
    _agree("name", settings.name, name)
    _agree("owner", settings.owner, group.owner)
    _agree("pool", values.get("pool", group.host), group.host)
    _agree("imported", values.get("imported", group.is_copy), group.is_copy)
    others = [each.settings for each in site.groups.values() if each.name != name]
    _fit_in(others, settings, administration)
    return _configured(administration, settings, is_copy=group.is_copy)


def remove_group(
    administration: Administration,
    surface: Surface,
    name: str,
    pool: Pool | None = None,
    versions: Sequence[str] | None = None,
) -> None:
    """Remove a group: who waits in it is refused, who talks goes on; raises as `replace_group`."""
    site = administration.site
    group = _find_changeable(administration, surface, name, pool, versions)
    if group.is_copy:
        remove_import(administration, [name])
        return
    if name in site.copies:
        raise OperationRefused(f"{name} has an imported copy: remove that first (DELETE /import)")
    left = [each.settings for each in site.groups.values() if each.name != name]
    for found in contradictions(replace(site.topology, groups=tuple(left))):
        raise OperationRefused(f"another group needs {name}: {path_text(found.path)}: {found.text}")
    site.remove_group(name)
    administration.deployment.destinations.list_groups(left)


def _configured(
    administration: Administration, settings: Group, *, is_copy: bool
) -> dict[str, Any]:
    site = administration.site
    group = site.configure(settings, is_copy=is_copy)
    groups = [each.settings for each in site.groups.values()]
    administration.deployment.destinations.list_groups(groups)
    site.elements.offer_all_waiting()
    return _shown(group)


def _find_changeable(
    administration: Administration,
    surface: Surface,
    name: str,
    pool: Pool | None,
    versions: Sequence[str] | None,
) -> HostedGroup:
    group = _find(administration, surface, name, pool)
    _permit(_ruling(administration, group.owner, is_copy=group.is_copy), name)
    _ask_database(administration, group.host)
    if versions is not None and "*" not in versions and str(group.version) not in versions:
        raise StaleVersion(
            f"{name} is at version {group.version} now: somebody has changed it meanwhile"
        )
    return group


def _find(
    administration: Administration, surface: Surface, name: str, pool: Pool | None
) -> HostedGroup:
    """The original, or its copy where `pool` is not its owner, if `surface` shows it."""
    site = administration.site
    group = site.groups.get(name)
    if group is None:
        raise NotThere("group", name, sorted(site.groups))
    if pool is None or pool is group.owner:
        return group
    copy = site.copies.get(name) if pool is Pool.BACKUP else None
    if copy is None:
        raise NotThere(f"group on the {pool} pool", name)
    ruling = _ruling(administration, copy.owner, is_copy=True)
    if ruling.outcome is Outcome.SHELL_ONLY and surface is not Surface.MANAGEMENT_SHELL:
        raise NotThere(f"group of the {pool} pool in the {surface}", name)
    return copy


def _ruling(administration: Administration, owner: Pool, *, is_copy: bool) -> Verdict:
    site = administration.site
    return verdict(Situation(Row.CONFIG, owner, imported=is_copy), site.phase, site.rules)


def _permit(ruling: Verdict, name: str) -> None:
    if ruling.outcome is Outcome.VIEW_IF_DATABASE_UP:
        raise ForbiddenByRule(ruling.cell, f"{name} cannot be modified in phase {ruling.phase}")


def _ask_database(administration: Administration, pool: Pool) -> None:
    if not administration.databases[pool]:
        raise _down(pool)


def _down(*pools: Pool) -> DatabaseDown:
    if len(pools) > 1:
        return DatabaseDown("neither pool's back-end database answers")
    return DatabaseDown(f"the {pools[0]} pool's back-end database does not answer")


def _shown(group: HostedGroup) -> dict[str, Any]:
    settings = plain(group.settings)
    assert isinstance(settings, dict)
    own = {"pool": group.host, "imported": group.is_copy, "version": group.version}
    return settings | own


def _read(values: Mapping[str, Any]) -> Group:
    """The settings that `values` describe; what a list shows beside them is left aside."""
    wanted = {key: value for key, value in values.items() if key not in _OWN_KEYS}
    try:
        return parse_group(json.dumps(wanted), name="group")
    except TopologyError as error:
        raise NotUsable([_field(problem.text) for problem in error.problems]) from error


def _field(text: str) -> tuple[str, str]:
    name, mark, told = text.partition(": ")
    return (name, told) if mark and " " not in name else ("", text)


def _agree(name: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise NotUsable([(name, f"found {quoted(str(found))}, expected {quoted(str(wanted))}")])


def _fit_in(others: Sequence[Group], group: Group, administration: Administration) -> None:
    """Raise NotUsable if `group` doesn't go with the others and the agents."""
    number = len(others)  # last, so that it is to blame for what two of them have
    topology = replace(administration.site.topology, groups=(*others, group))
    faults = []
    for found in contradictions(topology):
        path = found.path[2:] if found.path[:2] == ("groups", number) else found.path
        faults.append((path_text(path), found.text))
    if faults:
        raise NotUsable(faults)
