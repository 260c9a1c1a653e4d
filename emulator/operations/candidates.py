"""Changes of the configuration before they are made: read, numbered, held against all the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from emulator.documents import quoted
from emulator.model.configuration import (
    ConfigObject,
    Configuration,
    Key,
    ObjectKind,
    Value,
    parts_of,
)
from emulator.model.topology import Group, Owned, PoolSettings, Topology
from emulator.operations.administration import Administration
from emulator.operations.errors import NotUsable, OperationRefused, StaleVersion
from emulator.rules import Pool
from emulator.topology import TopologyError, contradictions, parse_object, path_text, topology_of

__all__ = [
    "agree",
    "judge_has_no_copy",
    "judge_unneeded",
    "judge_version",
    "judge_whole",
    "numbered",
    "parts_for",
    "read_object",
]

_OWN_KEYS: Final = ("pool", "imported", "version", "id")


def read_object(kind: ObjectKind, values: Mapping[str, Any]) -> tuple[Pool | None, Value]:
    """The object that `values` describe, and its owner; raises NotUsable.

    What a list shows beside its fields is left aside. Settings have no owner.
    """
    wanted = {key: value for key, value in values.items() if key not in _OWN_KEYS}
    try:
        found = parse_object(kind, json.dumps(wanted), name=kind.replace("_", " "))
    except TopologyError as error:
        raise NotUsable([_field(problem.text) for problem in error.problems]) from error
    if isinstance(found, Owned):
        return found.owner, found.value
    if isinstance(found, Group):
        return found.owner, found
    assert isinstance(found, PoolSettings)
    return None, found


def numbered(
    administration: Administration,
    configuration: Configuration,
    owner: Pool,
    parts: Iterable[tuple[ObjectKind, str, Value]],
) -> list[ConfigObject]:
    """The objects that `parts` are, with identities and versions, but for what is so already."""
    found = []
    for kind, name, value in parts:
        earlier = configuration.find(kind, name)
        is_workflow = kind is ObjectKind.WORKFLOW  # which is at another version after each change
        if not is_workflow and earlier is not None and earlier.value == value:
            continue
        identity = str(uuid4()) if earlier is None else earlier.id
        version = administration.site.hosting.next_version()
        found.append(ConfigObject(kind, name, owner, identity, version, value))
    return found


def parts_for(
    administration: Administration, configuration: Configuration, group: Group, owner: Pool
) -> tuple[list[ConfigObject], list[Key]]:
    """What is to be put and removed so that `group`, as people see it, is there."""
    earlier = configuration.find(ObjectKind.WORKFLOW, group.name)
    old_keys: list[Key] = []
    if earlier is not None and isinstance(earlier.value, Group):
        old_keys = configuration.keys_of_group(earlier.value)
    parts = parts_of(group)
    kept = {(kind, name) for kind, name, _ in parts}
    put = numbered(administration, configuration, owner, parts)
    return put, [key for key in old_keys if key not in kept]


def judge_version(name: str, version: int, versions: Sequence[str] | None) -> None:
    """Raise StaleVersion unless `version` is one of those that If-Match has named."""
    if versions is not None and "*" not in versions and str(version) not in versions:
        raise StaleVersion(f"{name} is at version {version} now: somebody has changed it meanwhile")


def judge_whole(
    administration: Administration,
    candidate: Configuration,
    about: str,
    *,
    is_copy: bool = False,
) -> None:
    """Raise NotUsable if the configuration of both pools makes no sense with `candidate`.

    about    the name of the object that is to blame for what is wrong.
    is_copy  the copies on the backup pool are judged, in the place of their originals.
    """
    faults = _faults(administration, candidate, about, is_copy=is_copy)
    if faults:
        raise NotUsable(faults)


def judge_has_no_copy(administration: Administration, name: str) -> None:
    """Raise OperationRefused if the workflow `name` has an imported copy."""
    if name in administration.site.copies:
        told = f"{name} has an imported copy: remove that first (DELETE /import)"
        raise OperationRefused(told)


def judge_unneeded(
    administration: Administration, candidate: Configuration, name: str, *, is_copy: bool
) -> None:
    """Raise OperationRefused if something in `candidate` needs what is there no more."""
    present = administration.site.hosting.configuration[candidate.parent]
    before = _faults(administration, present, name, is_copy=is_copy, takes=True)
    for fault in _faults(administration, candidate, name, is_copy=is_copy, takes=True):
        if fault not in before:
            raise OperationRefused(f"{name} is needed: {fault[0]}: {fault[1]}")


def _faults(
    administration: Administration,
    candidate: Configuration,
    about: str,
    *,
    is_copy: bool,
    takes: bool = False,
) -> list[tuple[str, str]]:
    """What is wrong, as (path, text); with `takes` copies are judged without their originals."""
    hosting = administration.site.hosting
    configuration = {**hosting.configuration, candidate.parent: candidate}
    if is_copy:
        copies = [each for each in candidate if each.owner is Pool.PRIMARY]
        originals = configuration[Pool.PRIMARY]
        configuration[Pool.PRIMARY] = (
            Configuration(Pool.PRIMARY, copies) if takes else originals.with_changes(copies)
        )
    topology = _with_last(topology_of(administration.site.topology, configuration), about)
    faults = []
    for found in contradictions(topology):
        path = found.path
        at: Any = topology
        for number, step in enumerate(path):
            at = at[step] if isinstance(step, int) else getattr(at, step, None)
            if isinstance(at, Owned):
                at = at.value
            if at is None:
                break
            if number == 1 and getattr(at, "name", None) == about:
                path = path[2:]
                break
        faults.append((path_text(path), found.text))
    return faults


def _with_last(topology: Topology, name: str) -> Topology:
    """The same with what has that name at the end, so that it is to blame for what two have."""

    def is_it(each: Owned[Any]) -> bool:
        return bool(each.value.name == name)

    return replace(
        topology,
        groups=tuple(sorted(topology.groups, key=lambda each: each.name == name)),
        queues=tuple(sorted(topology.queues, key=is_it)),
        agent_groups=tuple(sorted(topology.agent_groups, key=is_it)),
        hours=tuple(sorted(topology.hours, key=is_it)),
        holiday_sets=tuple(sorted(topology.holiday_sets, key=is_it)),
    )


def agree(name: str, found: object, wanted: object) -> None:
    """Raise NotUsable unless a field says what it has to."""
    if found != wanted:
        raise NotUsable([(name, f"found {quoted(str(found))}, expected {quoted(str(wanted))}")])


def _field(text: str) -> tuple[str, str]:
    name, mark, told = text.partition(": ")
    return (name, told) if mark and " " not in name else ("", text)
