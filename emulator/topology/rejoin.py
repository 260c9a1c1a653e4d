"""A topology again, of what the pools' configurations have become."""

from collections.abc import Mapping
from dataclasses import replace

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


def topology_of(base: Topology, configuration: Mapping[Pool, Configuration]) -> Topology:
    """Give `base` with the objects that each pool owns; `imported` where there are copies."""
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
        groups=tuple(groups),
        queues=tuple(queues),
        agent_groups=tuple(agent_groups),
        hours=tuple(hours),
        holiday_sets=tuple(holiday_sets),
        imported=any(each.owner is Pool.PRIMARY for each in configuration[Pool.BACKUP]),
    )


def _inside_groups(configuration: Configuration) -> set[tuple[ObjectKind, str]]:
    """The queues and agent groups that are written within their group."""
    inside: set[tuple[ObjectKind, str]] = set()
    for each in configuration.of_kind(ObjectKind.WORKFLOW):
        assert isinstance(each.value, Group)
        inside.update(configuration.keys_of_group(each.value)[1:])
    return inside
