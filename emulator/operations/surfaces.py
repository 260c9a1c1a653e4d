"""The three surfaces that configure response groups: what each shows, and who may change what.

What may be viewed and changed in a phase is the rules' to say; what a surface has at all, and what
a role may do, is said here, once for every door.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from emulator.model.configuration import ConfigObject, Configuration, ObjectKind
from emulator.model.topology import Group, NamedQueue, Role
from emulator.operations.administration import Administration
from emulator.operations.errors import ForbiddenByRule, NotOffered, NotPermitted, NotThere
from emulator.rules import Outcome, Pool, Row, Situation, Verdict, verdict

__all__ = [
    "Actor",
    "Surface",
    "permit",
    "permit_change",
    "permit_kind",
    "shows",
]


class Surface(StrEnum):
    """The three surfaces of the real service that configure response groups."""

    CONTROL_PANEL = "control-panel"
    CONFIGURATION_TOOL = "configuration-tool"
    MANAGEMENT_SHELL = "management-shell"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: with which role, and for a manager, which workflows are managed."""

    role: Role = Role.ADMINISTRATOR
    manages: frozenset[str] = frozenset()


_LISTED: Final = {
    Surface.CONTROL_PANEL: {ObjectKind.WORKFLOW, ObjectKind.QUEUE, ObjectKind.AGENT_GROUP},
    Surface.CONFIGURATION_TOOL: {
        ObjectKind.WORKFLOW,
        ObjectKind.QUEUE,
        ObjectKind.HOURS,
        ObjectKind.HOLIDAY_SET,
    },
    Surface.MANAGEMENT_SHELL: set(ObjectKind),
}
_CHANGED: Final = {
    Surface.CONTROL_PANEL: {ObjectKind.QUEUE, ObjectKind.AGENT_GROUP},
    Surface.CONFIGURATION_TOOL: {ObjectKind.WORKFLOW},
    Surface.MANAGEMENT_SHELL: set(ObjectKind),
}
# What a manager leaves as it is: address, number, type, and who manages.
_NOT_A_MANAGERS: Final = ("name", "owner", "kind", "tel", "managed", "managers", "federation")


def permit_kind(surface: Surface, kind: ObjectKind, *, changes: bool = False) -> None:
    """Raise NotThere for objects that a surface doesn't have, NotOffered for what it only lists."""
    word = kind.replace("_", " ")
    if kind not in _LISTED[surface]:
        raise NotThere(f"kind of object in the {surface}", word)
    if changes and kind not in _CHANGED[surface]:
        raise NotOffered(f"the {surface} lists each {word} and changes none")


def shows(administration: Administration, surface: Surface, owner: Pool, *, is_copy: bool) -> bool:
    """Whether `surface` shows what `owner` owns, or its imported copy, in the phase in force."""
    ruling = _ruling(administration, owner, is_copy=is_copy)
    return ruling.outcome is not Outcome.SHELL_ONLY or surface is Surface.MANAGEMENT_SHELL


def permit(administration: Administration, owner: Pool, name: str, *, is_copy: bool) -> None:
    """Raise ForbiddenByRule if what `owner` owns can't be changed in the phase in force."""
    ruling = _ruling(administration, owner, is_copy=is_copy)
    if ruling.outcome is Outcome.VIEW_IF_DATABASE_UP:
        raise ForbiddenByRule(ruling.cell, f"{name} cannot be modified in phase {ruling.phase}")


def permit_change(
    actor: Actor,
    configuration: Configuration,
    kind: ObjectKind,
    name: str,
    before: ConfigObject | None,
    after: Mapping[str, object] | None,
    plain_before: Mapping[str, object] | None,
) -> None:
    """Raise NotPermitted if the role of `actor` doesn't allow a change of one object.

    before  the object as it is, None for a new one; after: its fields then, None: it is removed.
    """
    if actor.role is Role.ADMINISTRATOR:
        return
    if actor.role is Role.VIEW_ONLY:
        raise NotPermitted(f"a {actor.role} changes nothing")
    if kind is ObjectKind.SETTINGS:
        raise NotPermitted(f"a {actor.role} does not change the settings of a pool")
    if kind is not ObjectKind.WORKFLOW:
        others = sorted(_users_of(configuration, kind, name) - actor.manages)
        if before is not None and others:
            raise NotPermitted(f"{name} is used by {others[0]}, which this manager does not manage")
        return
    if before is None or after is None:
        raise NotPermitted(f"a {actor.role} neither makes nor removes workflows")
    if name not in actor.manages:
        raise NotPermitted(f"this manager does not manage {name}")
    _judge_managed(actor, after, plain_before or {})


def _judge_managed(actor: Actor, after: Mapping[str, object], before: Mapping[str, object]) -> None:
    changed = [each for each in _NOT_A_MANAGERS if after.get(each) != before.get(each)]
    if ("menu" in after) != ("menu" in before):
        changed.append("menu")
    if changed:
        raise NotPermitted(f"a {actor.role} does not change {', '.join(changed)} of a workflow")


def _users_of(configuration: Configuration, kind: ObjectKind, name: str) -> set[str]:
    """The workflows that an object is used by."""
    found: set[str] = set()
    for each in configuration.of_kind(ObjectKind.WORKFLOW):
        workflow = each.value
        assert isinstance(workflow, Group)
        if name in _names_in(configuration, workflow, kind):
            found.add(workflow.name)
    return found


def _names_in(configuration: Configuration, workflow: Group, kind: ObjectKind) -> Iterable[str]:
    if kind is ObjectKind.HOURS:
        return () if workflow.hours is None else (workflow.hours,)
    if kind is ObjectKind.HOLIDAY_SET:
        return workflow.holidays
    queue: NamedQueue | None = configuration.queue(workflow.shared_queue)
    if queue is None:
        return ()
    return (queue.name,) if kind is ObjectKind.QUEUE else queue.agent_groups


def _ruling(administration: Administration, owner: Pool, *, is_copy: bool) -> Verdict:
    site = administration.site
    return verdict(Situation(Row.CONFIG, owner, imported=is_copy), site.phase, site.rules)
