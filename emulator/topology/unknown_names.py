"""Names in a topology that stand for nothing: of agents, agent groups, queues, hours, holidays."""

from collections.abc import Iterator, Mapping

from emulator.documents import nearest, quoted
from emulator.model.actions import Action, Ask, Question, ToQueue
from emulator.model.topology import AgentGroup, Group, Queue, Role, Topology
from emulator.rules import Pool
from emulator.topology.contradiction import Contradiction
from emulator.topology.judgement import Path

__all__ = ["agent_groups_of", "queue_places", "unknown_names"]


def unknown_names(topology: Topology) -> Iterator[Contradiction]:
    """Give every name that nothing has, or that something of the other pool has."""
    yield from _agents(topology)
    yield from _agent_groups(topology)
    yield from _queues(topology)
    yield from _times(topology)
    groups = dict.fromkeys(group.name for group in topology.groups)
    for number, token in enumerate(topology.tokens):
        for place, name in enumerate(token.manages):
            path: Path = ("tokens", number, "manages", place)
            if token.role is not Role.MANAGER:
                yield Contradiction(path[:3], f"expected none: a {token.role} manages none")
                break
            if name not in groups:
                told = f"unknown group {quoted(name)}, expected one of those under groups"
                yield Contradiction(path, told + nearest(name, groups))


def agent_groups_of(topology: Topology) -> Iterator[tuple[Path, str, AgentGroup]]:
    """Give (path, whose it is or "", agent group) of every agent group."""
    for number, group in enumerate(topology.groups):
        for place, agent_group in enumerate(group.agent_groups):
            yield ("groups", number, "agent_groups", place), group.name, agent_group
    for number, owned in enumerate(topology.agent_groups):
        yield ("agent_groups", number), "", owned.value


def queue_places(topology: Topology) -> Iterator[tuple[Path, str, Queue]]:
    """Give (path, name, limits) of every queue."""
    for number, group in enumerate(topology.groups):
        if group.has_own_queue:
            yield ("groups", number, "queue"), group.name, group.queue
    for number, owned in enumerate(topology.queues):
        yield ("queues", number), owned.value.name, owned.value.queue


def _agents(topology: Topology) -> Iterator[Contradiction]:
    known = dict.fromkeys(agent.name for agent in topology.agents)
    for path, _, agent_group in agent_groups_of(topology):
        seen: set[str] = set()
        for place, name in enumerate(agent_group.agents):
            if name in seen:
                told = f"found {quoted(name)} twice in {quoted(agent_group.name)}"
                yield Contradiction((*path, "agents", place), told)
            elif name not in known:
                told = f"unknown agent {quoted(name)}, expected one of those under agents"
                yield Contradiction((*path, "agents", place), told + nearest(name, known))
            seen.add(name)


def _agent_groups(topology: Topology) -> Iterator[Contradiction]:
    known: dict[str, Pool] = {owned.value.name: owned.owner for owned in topology.agent_groups}
    for group in topology.groups:
        known.update((each.name, group.owner) for each in group.agent_groups)
    for number, owned in enumerate(topology.queues):
        seen: set[str] = set()
        for place, name in enumerate(owned.value.agent_groups):
            path: Path = ("queues", number, "agent_groups", place)
            if name in seen:
                told = f"found {quoted(name)} twice in {quoted(owned.value.name)}"
                yield Contradiction(path, told)
            else:
                yield from _reference(path, "agent group", name, owned.owner, known)
            seen.add(name)


def _queues(topology: Topology) -> Iterator[Contradiction]:
    owners = {owned.value.name: owned.owner for owned in topology.queues}
    owners |= {group.name: group.owner for group in topology.groups if group.has_own_queue}
    for number, group in enumerate(topology.groups):
        if group.shared_queue and group.menu is None:
            path: Path = ("groups", number, "shared_queue")
            yield from _reference(path, "queue", group.shared_queue, group.owner, owners)
    apart = {owned.value.name for owned in topology.queues}
    for path, action, own, owner in _actions(topology):
        if not isinstance(action, ToQueue):
            continue
        if action.queue not in owners:
            told = f"unknown queue {quoted(action.queue)}, expected the name of a group or a queue"
            yield Contradiction((*path, "queue"), told + nearest(action.queue, owners))
        elif action.queue == own:
            told = f"found {quoted(action.queue)}, which is the same queue"
            yield Contradiction((*path, "queue"), f"{told}: expected another")
        elif action.queue in apart:
            yield from _reference((*path, "queue"), "queue", action.queue, owner, owners)


def _actions(topology: Topology) -> Iterator[tuple[Path, Action, str, Pool]]:
    """Give (path, action, the queue that it leaves, owner) of every action, in menus too."""
    owners = {group.name: group.owner for group in topology.groups}
    owners |= {owned.value.name: owned.owner for owned in topology.queues}
    for path, name, queue in queue_places(topology):
        for key in ("timeout_action", "overflow_action"):
            yield (*path, key), getattr(queue, key), name, owners[name]
    for number, group in enumerate(topology.groups):
        for key in ("closed_action", "holiday_action"):
            action: Action | None = getattr(group, key)
            if action is not None:
                for below, each in _action_and_below(("groups", number, key), action):
                    yield below, each, "", group.owner
        if group.menu is not None:
            for below, each in _answers(("groups", number, "menu"), group.menu):
                yield below, each, "", group.owner


def _action_and_below(path: Path, action: Action) -> Iterator[tuple[Path, Action]]:
    yield path, action
    if isinstance(action, Ask):
        yield from _answers((*path, "question"), action.question)


def _answers(path: Path, question: Question) -> Iterator[tuple[Path, Action]]:
    for number, answer in enumerate(question.answers):
        yield from _action_and_below((*path, "answers", number, "action"), answer.action)


def _times(topology: Topology) -> Iterator[Contradiction]:
    hours = {owned.value.name: owned.owner for owned in topology.hours}
    sets = {owned.value.name: owned.owner for owned in topology.holiday_sets}
    for number, group in enumerate(topology.groups):
        yield from _times_of(("groups", number), group, hours, sets)


def _times_of(
    path: Path, group: Group, hours: Mapping[str, Pool], sets: Mapping[str, Pool]
) -> Iterator[Contradiction]:
    if group.hours is not None:
        where: Path = (*path, "hours")
        yield from _reference(where, "hours of business", group.hours, group.owner, hours)
    for place, name in enumerate(group.holidays):
        yield from _reference((*path, "holidays", place), "holiday set", name, group.owner, sets)


def _reference(
    path: Path, what: str, name: str, owner: Pool, known: Mapping[str, Pool]
) -> Iterator[Contradiction]:
    if name not in known:
        told = f"unknown {what} {quoted(name)}, expected the name of one"
        yield Contradiction(path, told + nearest(name, known))
    elif known[name] is not owner:
        told = f"found {quoted(name)}, which belongs to the {known[name]} pool"
        yield Contradiction(path, f"{told}: expected one of the {owner} pool")
