"""What no single value of a topology shows to be wrong: names twice, names unknown, circles."""

from collections.abc import Iterator
from dataclasses import dataclass

from emulator.documents import nearest, quoted
from emulator.model.topology import AgentGroup, Group, Topology, ToQueue
from emulator.topology.judgement import Path

__all__ = ["Contradiction", "contradictions"]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A fault of a whole topology; `path` leads to the value to blame, such as `groups, 2, tel`."""

    path: Path
    text: str


def contradictions(topology: Topology) -> Iterator[Contradiction]:
    """Give all that speaks against `topology`, each part of which is right by itself."""
    yield from _pools_alike(topology)
    yield from _names_twice(topology)
    yield from _agent_group_names_twice(topology)
    yield from _numbers_twice(topology)
    yield from _agents_unknown(topology)
    yield from _queues_unknown(topology)
    yield from _overflow_circles(topology)
    if topology.timers.t2_ms < topology.timers.t1_ms:
        told = f"found {topology.timers.t2_ms}, expected no less than t1_ms, which is"
        yield Contradiction(("timers", "t2_ms"), f"{told} {topology.timers.t1_ms}")


def _pools_alike(topology: Topology) -> Iterator[Contradiction]:
    fqdn = topology.pools.backup.fqdn
    if fqdn.lower() == topology.pools.primary.fqdn.lower():
        told = f"found {quoted(fqdn)}, which is the primary pool's name too"
        yield Contradiction(("pools", "backup", "fqdn"), told)


def _names_twice(topology: Topology) -> Iterator[Contradiction]:
    """Agents and groups share the user parts of one domain."""
    holders: dict[str, str] = {}
    for path, name, what in _named(topology):
        if name in holders:
            yield Contradiction(
                (*path, "name"), f"found {quoted(name)}, which is the name of {holders[name]} too"
            )
        else:
            holders[name] = what


def _named(topology: Topology) -> Iterator[tuple[Path, str, str]]:
    for number, agent in enumerate(topology.agents):
        yield ("agents", number), agent.name, "an agent"
    for number, group in enumerate(topology.groups):
        yield ("groups", number), group.name, "a group"


def _agent_group_names_twice(topology: Topology) -> Iterator[Contradiction]:
    holders: dict[str, str] = {}
    groups: set[str] = set()
    for number, group in enumerate(topology.groups):
        is_told = group.name in groups
        groups.add(group.name)
        for path, agent_group in _agent_groups(number, group):
            name = agent_group.name
            if name not in holders:
                holders[name] = group.name
            elif not (is_told and name == group.name):
                told = (
                    f"found {quoted(name)}, which is an agent group of {quoted(holders[name])} too"
                )
                yield Contradiction((*path, "name"), told)


def _agent_groups(number: int, group: Group) -> Iterator[tuple[Path, AgentGroup]]:
    for place, agent_group in enumerate(group.agent_groups):
        yield ("groups", number, "agent_groups", place), agent_group


def _numbers_twice(topology: Topology) -> Iterator[Contradiction]:
    """A number reaches one of them, and is no other's name."""
    named = {name: path for path, name, _ in _named(topology)}
    holders: dict[str, str] = {}
    for path, tel, name in _numbered(topology):
        if tel in holders:
            told = f"found {quoted(tel)}, which is the number of {quoted(holders[tel])} too"
            yield Contradiction((*path, "tel"), told)
        elif named.get(tel, path) != path:
            told = f"found {quoted(tel)}, which is somebody else's name"
            yield Contradiction((*path, "tel"), told)
        else:
            holders[tel] = name


def _numbered(topology: Topology) -> Iterator[tuple[Path, str, str]]:
    for number, agent in enumerate(topology.agents):
        if agent.tel is not None:
            yield ("agents", number), agent.tel, agent.name
    for number, group in enumerate(topology.groups):
        if group.tel is not None:
            yield ("groups", number), group.tel, group.name


def _agents_unknown(topology: Topology) -> Iterator[Contradiction]:
    known = dict.fromkeys(agent.name for agent in topology.agents)
    for number, group in enumerate(topology.groups):
        for path, agent_group in _agent_groups(number, group):
            seen: set[str] = set()
            for place, name in enumerate(agent_group.agents):
                if name in seen:
                    told = f"found {quoted(name)} twice in {quoted(agent_group.name)}"
                    yield Contradiction((*path, "agents", place), told)
                elif name not in known:
                    told = f"unknown agent {quoted(name)}, expected one of those under agents"
                    yield Contradiction((*path, "agents", place), told + nearest(name, known))
                seen.add(name)


def _queues_unknown(topology: Topology) -> Iterator[Contradiction]:
    known = dict.fromkeys(group.name for group in topology.groups)
    for number, group in enumerate(topology.groups):
        for key in ("timeout_action", "overflow_action"):
            action = getattr(group.queue, key)
            path: Path = ("groups", number, "queue", key, "queue")
            if not isinstance(action, ToQueue):
                continue
            if action.queue not in known:
                told = f"unknown queue {quoted(action.queue)}, expected the name of a group"
                yield Contradiction(path, told + nearest(action.queue, known))
            elif action.queue == group.name:
                told = f"found {quoted(action.queue)}, which is the same queue"
                yield Contradiction(path, f"{told}: expected another")


def _overflow_circles(topology: Topology) -> Iterator[Contradiction]:
    """A call that overflows from queue to queue must come to an end."""
    following = {
        group.name: group.queue.overflow_action.queue
        for group in topology.groups
        if isinstance(group.queue.overflow_action, ToQueue)
        and group.queue.overflow_threshold is not None
    }
    places = {group.name: number for number, group in enumerate(topology.groups)}
    finished: set[str] = set()
    for start in following:
        way: dict[str, None] = {}
        name = start
        while name in following and name not in finished and name not in way:
            way[name] = None
            name = following[name]
        finished.update(way)
        if name not in way or following[name] == name:
            continue
        steps = list(way)
        circle = [*steps[steps.index(name) :], name]
        yield Contradiction(
            ("groups", places[name], "queue", "overflow_action", "queue"),
            f"the overflow of full queues goes round in a circle: {', '.join(circle)}",
        )
