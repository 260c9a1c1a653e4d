"""The GUIDs that groups have in the agent service, and the groups that GUIDs stand for."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from uuid import UUID, uuid5

from emulator.api.agent_service.faults import FaultKind, ServiceFault
from emulator.operations.administration import Administration
from emulator.operations.console import ConsoleGroup, groups_served_by

__all__ = ["find_groups", "group_id"]

_NAMESPACE = UUID("5f0f2c1e-7d0a-4f57-9a4b-2c3e8d6b9f10")


def group_id(owner_fqdn: str, name: str, *, is_copy: bool) -> UUID:
    """The GUID of a group, or of its imported copy: the same on every run."""
    which = "copy" if is_copy else "original"
    return uuid5(_NAMESPACE, f"{owner_fqdn.lower()}\n{name}\n{which}")


def find_groups(
    administration: Administration, agent: str, ids: Iterable[UUID]
) -> list[ConsoleGroup]:
    """The groups that `ids` stand for, among those that `agent` serves; raises ServiceFault.

    Groups that the console hides are found too: the rules say what may be done with them.
    """
    pools = administration.site.topology.pools
    known = {
        group_id(pools[group.owner].fqdn, group.name, is_copy=group.is_copy): ConsoleGroup(
            group.name, group.is_copy
        )
        for group in groups_served_by(administration, agent)
    }
    return [_known(known, each) for each in ids]


def _known(known: dict[UUID, ConsoleGroup], wanted: UUID) -> ConsoleGroup:
    if wanted not in known:
        raise ServiceFault(
            HTTPStatus.NOT_FOUND,
            FaultKind.NOT_FOUND,
            f"there is no group {wanted} that this agent serves; GetGroups lists them",
        )
    return known[wanted]
