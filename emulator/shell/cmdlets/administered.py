"""The emulator that a session administers, and what the session remembers of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emulator.shell.client import ApiClient, Document
from emulator.shell.cmdlets.rgs_identities import SHELL, Site, not_found
from emulator.shell.engine import Cmdlet, CmdletError, Completer

__all__ = ["Administered", "with_completion"]

_POOLS = ("primary", "backup")
_SERVICES = ("Identity", "Parent", "Owner", "Source", "Destination")


class Administered:
    """What cmdlets are made with.

    stored_ids   which id an object got that was in memory first, by the id that it had there.
    master_pool  the pool with the active Central Management store, as this session has it.
    """

    __slots__ = ("client", "master_pool", "stored_ids")

    def __init__(self, client: ApiClient) -> None:
        self.client = client
        self.stored_ids: dict[str, str] = {}
        self.master_pool = "primary"

    async def site(self, kinds: Iterable[str] = ()) -> Site:
        """The pools as they are now, and what there is of `kinds`. Raises CmdletError."""
        topology: Document = await self.client.get("topology")
        fqdns = {pool: topology["pools"][pool]["fqdn"] for pool in _POOLS}
        site = Site(topology, topology["domain"], fqdns, stored=self.stored_ids)
        for kind in kinds:
            answer = await self.client.get(f"{SHELL}/{kind}", show_all=True)
            site.known[kind] = answer["objects"]
        return site

    async def services(self) -> list[str]:
        """The identities of both services, for completion; none if the emulator does not answer."""
        try:
            site = await self.site()
        except CmdletError:
            return []
        return [site.service(pool) for pool in _POOLS]

    async def pool_names(self) -> list[str]:
        """The names of both pools, for completion."""
        return [each.rpartition(":")[2] for each in await self.services()]

    async def pool_named(self, fqdn: str) -> tuple[Site, str]:
        """The pools, and which of them has that name. Raises CmdletError."""
        site = await self.site()
        pool = site.pool_of(fqdn)
        if pool is None:
            raise not_found(
                f'There is no pool "{fqdn}"; the pools are {" and ".join(site.fqdns.values())}.',
                fqdn,
            )
        return site, pool


def with_completion(administered: Administered, cmdlets: Iterable[Cmdlet]) -> tuple[Cmdlet, ...]:
    """The same, whose parameters for services and pools are completed by asking the emulator."""
    asked: dict[str, Completer] = {
        **dict.fromkeys(_SERVICES, administered.services),
        "PoolFqdn": administered.pool_names,
        "ReplicaFqdn": administered.pool_names,
    }
    return tuple(
        replace(
            cmdlet,
            parameters=tuple(
                replace(each, completes=each.completes or asked.get(each.name))
                for each in cmdlet.parameters
            ),
        )
        for cmdlet in cmdlets
    )
