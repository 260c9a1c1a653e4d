"""The configuration of one pool as the service keeps it: objects, each by itself.

A response group is a workflow that sends its calls to a queue, whose agents are in agent groups.
A workflow is kept as a `Group` that names its queue; a group as people see it has queue and agent
groups in it, and is put together from those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias
from uuid import NAMESPACE_URL, uuid5

from emulator.model.hours import HolidaySet, Hours
from emulator.model.topology import (
    OWN_QUEUE,
    AgentGroup,
    Group,
    NamedQueue,
    Owned,
    PoolSettings,
    Queue,
    Topology,
)
from emulator.rules import Pool

__all__ = [
    "ConfigObject",
    "Configuration",
    "Key",
    "ObjectKind",
    "Value",
    "parts_of",
    "seeds_of",
]


class ObjectKind(StrEnum):
    """What kinds of objects there are, by the words that paths and tables have."""

    WORKFLOW = "workflow"
    QUEUE = "queue"
    AGENT_GROUP = "agent_group"
    HOURS = "hours_of_business"
    HOLIDAY_SET = "holiday_set"
    SETTINGS = "settings"


_Apart: TypeAlias = NamedQueue | AgentGroup | Hours | HolidaySet
Value: TypeAlias = Group | _Apart | PoolSettings
Key: TypeAlias = tuple[ObjectKind, str]


@dataclass(frozen=True, slots=True)
class ConfigObject:
    """One object: its identity, whose it is, and what it says.

    version  another after each change; no two changes of a deployment have the same.
    """

    kind: ObjectKind
    name: str
    owner: Pool
    id: str
    version: int
    value: Value

    @property
    def key(self) -> Key:
        """What it is found by; names are unique among the objects of a kind."""
        return self.kind, self.name


class Configuration:
    """All objects that have their place on one pool; a value, never changed.

    `parent` is that pool; an object whose owner is another is an imported copy.
    """

    __slots__ = ("_objects", "parent")

    def __init__(self, parent: Pool, objects: Iterable[ConfigObject] = ()) -> None:
        self.parent = parent
        self._objects: Mapping[Key, ConfigObject] = MappingProxyType(
            {each.key: each for each in objects}
        )

    def __iter__(self) -> Iterator[ConfigObject]:
        return iter(self._objects.values())

    def find(self, kind: ObjectKind, name: str) -> ConfigObject | None:
        """The object of that kind and name."""
        return self._objects.get((kind, name))

    def of_kind(self, kind: ObjectKind) -> list[ConfigObject]:
        """Every object of one kind."""
        return [each for each in self if each.kind is kind]

    def with_changes(
        self, put: Iterable[ConfigObject] = (), removed: Iterable[Key] = ()
    ) -> Configuration:
        """The same with objects put in, in the place of those of their names, and some gone."""
        gone = set(removed)
        objects = {key: each for key, each in self._objects.items() if key not in gone}
        objects.update((each.key, each) for each in put)
        return Configuration(self.parent, objects.values())

    # -- groups, put together ---------------------------------------------------------------------

    def queue(self, name: str | None) -> NamedQueue | None:
        """The queue of that name."""
        found = None if name is None else self.find(ObjectKind.QUEUE, name)
        return found.value if found is not None and isinstance(found.value, NamedQueue) else None

    def agent_groups_of(self, queue: NamedQueue) -> tuple[AgentGroup, ...]:
        """The agent groups that a queue names, in its order."""
        found = (self.find(ObjectKind.AGENT_GROUP, name) for name in queue.agent_groups)
        return tuple(
            each.value for each in found if each is not None and isinstance(each.value, AgentGroup)
        )

    def resolved(self, workflow: Group, queue_name: str | None = None) -> Group:
        """The workflow with what its calls go through, from its queue or another of this pool."""
        name = workflow.shared_queue if queue_name is None else queue_name
        queue = None if workflow.menu is not None and queue_name is None else self.queue(name)
        if queue is None:
            return workflow
        return replace(
            workflow,
            shared_queue=name,
            queue=queue.queue,
            agent_groups=self.agent_groups_of(queue),
        )

    def whole(self, workflow: Group) -> Group:
        """The group as people see it: with its own queue in it, or the name of another."""
        queue = self.own_queue(workflow)
        if queue is None:
            return workflow
        return replace(self.resolved(workflow), shared_queue=OWN_QUEUE)

    def own_queue(self, workflow: Group) -> NamedQueue | None:
        """The queue that nothing but this workflow can be said to have, with its agent groups."""
        if workflow.menu is not None or workflow.shared_queue != workflow.name:
            return None
        queue = self.queue(workflow.name)
        if queue is None or len(self.agent_groups_of(queue)) != len(queue.agent_groups):
            return None
        wanted = set(queue.agent_groups)
        for other in self.of_kind(ObjectKind.QUEUE):
            assert isinstance(other.value, NamedQueue)
            if other.name != queue.name and wanted & set(other.value.agent_groups):
                return None
        for each in self.of_kind(ObjectKind.WORKFLOW):
            assert isinstance(each.value, Group)
            is_another = each.name != workflow.name
            if is_another and each.value.menu is None and each.value.shared_queue == queue.name:
                return None
        return queue

    def keys_of_group(self, workflow: Group) -> list[Key]:
        """The workflow, and what would go with it."""
        queue = self.own_queue(workflow)
        keys: list[Key] = [(ObjectKind.WORKFLOW, workflow.name)]
        if queue is not None:
            keys.append((ObjectKind.QUEUE, queue.name))
            keys += [(ObjectKind.AGENT_GROUP, name) for name in queue.agent_groups]
        return keys


def parts_of(group: Group) -> list[tuple[ObjectKind, str, Value]]:
    """The objects that a group as people see it is made of, the workflow first."""
    if not group.has_own_queue:
        return [(ObjectKind.WORKFLOW, group.name, replace(group, agent_groups=(), queue=Queue()))]
    workflow = replace(group, shared_queue=group.name, agent_groups=(), queue=Queue())
    queue = NamedQueue(group.name, tuple(each.name for each in group.agent_groups), group.queue)
    parts: list[tuple[ObjectKind, str, Value]] = [
        (ObjectKind.WORKFLOW, group.name, workflow),
        (ObjectKind.QUEUE, group.name, queue),
    ]
    parts += [(ObjectKind.AGENT_GROUP, each.name, each) for each in group.agent_groups]
    return parts


def seeds_of(topology: Topology) -> dict[Pool, Configuration]:
    """The configuration of each pool that a topology begins with; versions count from 1."""
    found: list[tuple[Pool, ObjectKind, str, Value]] = [
        (group.owner, *part) for group in topology.groups for part in parts_of(group)
    ]
    apart: tuple[tuple[ObjectKind, tuple[Owned[_Apart], ...]], ...] = (
        (ObjectKind.QUEUE, topology.queues),
        (ObjectKind.AGENT_GROUP, topology.agent_groups),
        (ObjectKind.HOURS, topology.hours),
        (ObjectKind.HOLIDAY_SET, topology.holiday_sets),
    )
    for kind, list_of_owned in apart:
        found += [(owned.owner, kind, owned.value.name, owned.value) for owned in list_of_owned]
    found += [(pool, ObjectKind.SETTINGS, "", topology.pools[pool]) for pool in Pool]
    objects: dict[Pool, list[ConfigObject]] = {pool: [] for pool in Pool}
    for version, (owner, kind, name, value) in enumerate(found, 1):
        fqdn = topology.pools[owner].fqdn
        identity = str(uuid5(NAMESPACE_URL, f"{fqdn}/{kind}/{name}"))
        objects[owner].append(ConfigObject(kind, name, owner, identity, version, value))
    copies = [
        each
        for each in objects[Pool.PRIMARY]
        if topology.imported and each.kind is not ObjectKind.SETTINGS
    ]
    count = len(found)
    objects[Pool.BACKUP] += [
        replace(each, version=count + number) for number, each in enumerate(copies, 1)
    ]
    return {pool: Configuration(pool, objects[pool]) for pool in Pool}
