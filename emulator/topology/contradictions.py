"""What no single value of a topology shows to be wrong: names twice, names unknown, circles."""

from collections.abc import Iterable, Iterator

from emulator.documents import quoted
from emulator.model.topology import Queue, Topology, ToQueue
from emulator.topology.contradiction import Contradiction
from emulator.topology.impossible_times import faulty_menus, impossible_times
from emulator.topology.judgement import Path
from emulator.topology.unknown_names import agent_groups_of, queue_places, unknown_names

__all__ = ["contradictions"]


def contradictions(topology: Topology) -> Iterator[Contradiction]:
    """Give all that speaks against `topology`, each part of which is right by itself."""
    yield from _pools_alike(topology)
    yield from _names_twice(topology)
    yield from _agent_group_names_twice(topology)
    yield from _numbers_twice(topology)
    yield from _object_names_twice(topology)
    yield from unknown_names(topology)
    yield from impossible_times(topology)
    yield from faulty_menus(topology)
    yield from _limits_of_no_queue(topology)
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
    groups = [group.name for group in topology.groups]
    told_already = {name for name in groups if groups.count(name) > 1}
    for path, holder, agent_group in agent_groups_of(topology):
        name = agent_group.name
        if name not in holders:
            holders[name] = holder
        elif not (holder in told_already and holders[name] == holder):
            whose = (
                f"an agent group of {quoted(holders[name])}" if holders[name] else "another's name"
            )
            told = f"found {quoted(name)}, which is {whose} too"
            yield Contradiction((*path, "name"), told)


def _object_names_twice(topology: Topology) -> Iterator[Contradiction]:
    own = [group.name for group in topology.groups if group.has_own_queue]
    queues = [owned.value.name for owned in topology.queues]
    yield from _twice("queues", queues, own)
    yield from _twice("hours", [owned.value.name for owned in topology.hours])
    yield from _twice("holiday_sets", [owned.value.name for owned in topology.holiday_sets])
    tokens: set[str] = set()
    for number, token in enumerate(topology.tokens):
        if token.token in tokens:
            yield Contradiction(("tokens", number, "token"), "found a token that is there already")
        tokens.add(token.token)


def _twice(key: str, names: Iterable[str], taken: Iterable[str] = ()) -> Iterator[Contradiction]:
    seen = set(taken)
    for number, name in enumerate(names):
        if name in seen:
            yield Contradiction(
                (key, number, "name"), f"found {quoted(name)}, which is another's name too"
            )
        seen.add(name)


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


def _limits_of_no_queue(topology: Topology) -> Iterator[Contradiction]:
    """Limits are those of a group's own queue: another has its own, under `queues`."""
    for number, group in enumerate(topology.groups):
        if group.queue != Queue() and not group.has_own_queue:
            told = f"found limits, but {quoted(group.name)} has no queue of its own: expected none"
            yield Contradiction(("groups", number, "queue"), told)


def _overflow_circles(topology: Topology) -> Iterator[Contradiction]:
    """A call that overflows from queue to queue must come to an end."""
    following: dict[str, str] = {}
    places: dict[str, Path] = {}
    for path, queue_name, queue in queue_places(topology):
        places[queue_name] = path
        if isinstance(queue.overflow_action, ToQueue) and queue.overflow_threshold is not None:
            following[queue_name] = queue.overflow_action.queue
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
            (*places[name], "overflow_action", "queue"),
            f"the overflow of full queues goes round in a circle: {', '.join(circle)}",
        )
