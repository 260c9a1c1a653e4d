"""A topology again, of what the pools' configurations have become."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from emulator.model.configuration import Configuration, ObjectKind
from emulator.model.hours import HolidaySet, Hours
from emulator.model.topology import (
    AgentGroup,
    Group,
    NamedQueue,
    Owned,
    Pools,
    PoolSettings,
    Topology,
)
from emulator.rules import Pool

__all__ = ["topology_of"]

_T = TypeVar("_T")


def topology_of(base: Topology, configuration: Mapping[Pool, Configuration]) -> Topology:
    """Give `base` with the objects that each pool owns; `imported` where there are copies.

    What `base` has stands where it stood there; what is new comes behind it.
    """
    groups: list[Group] = []
    queues: list[Owned[NamedQueue]] = []
    agent_groups: list[Owned[AgentGroup]] = []
    hours: list[Owned[Hours]] = []
    holiday_sets: list[Owned[HolidaySet]] = []
    pools = {Pool.PRIMARY: base.pools.primary, Pool.BACKUP: base.pools.backup}
    for pool in Pool:
        found = configuration[pool]
        inside = _inside_groups(found)
        for each in found:
            if each.owner is not pool or each.key in inside:
                continue
            match each.value:
                case Group() as workflow:
                    groups.append(found.whole(workflow))
                case NamedQueue() as queue:
                    queues.append(Owned(pool, queue))
                case AgentGroup() as agent_group:
                    agent_groups.append(Owned(pool, agent_group))
                case Hours() as opening_hours:
                    hours.append(Owned(pool, opening_hours))
                case HolidaySet() as holiday_set:
                    holiday_sets.append(Owned(pool, holiday_set))
                case PoolSettings() as settings:
                    pools[pool] = replace(settings, fqdn=base.pools[pool].fqdn)
    return replace(
        base,
        pools=Pools(pools[Pool.PRIMARY], pools[Pool.BACKUP]),
        groups=_in_order(groups, base.groups, lambda group: group.name),
        queues=_in_order(queues, base.queues, _name_of),
        agent_groups=_in_order(agent_groups, base.agent_groups, _name_of),
        hours=_in_order(hours, base.hours, _name_of),
        holiday_sets=_in_order(holiday_sets, base.holiday_sets, _name_of),
        imported=any(each.owner is Pool.PRIMARY for each in configuration[Pool.BACKUP]),
    )


def _in_order(
    found: list[_T], base: tuple[_T, ...], name_of: Callable[[_T], str]
) -> tuple[_T, ...]:
    places = {name_of(each): place for place, each in enumerate(base)}
    return tuple(sorted(found, key=lambda each: places.get(name_of(each), len(places))))


def _name_of(owned: Owned[NamedQueue | AgentGroup | Hours | HolidaySet]) -> str:
    return owned.value.name


def _inside_groups(configuration: Configuration) -> set[tuple[ObjectKind, str]]:
    """The queues and agent groups that are written within their group."""
    inside: set[tuple[ObjectKind, str]] = set()
    for each in configuration.of_kind(ObjectKind.WORKFLOW):
        assert isinstance(each.value, Group)
        inside.update(configuration.keys_of_group(each.value)[1:])
    return inside
