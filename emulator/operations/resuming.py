"""Going on where an earlier process ended: its configuration, its phase, its sign-ins."""

from __future__ import annotations

from emulator.model.configuration import ConfigObject, ObjectKind
from emulator.model.phase_log import PhaseEntry
from emulator.operations.administration import Administration
from emulator.operations.errors import OperationRefused
from emulator.rules import Pool
from emulator.storage.errors import DatabaseUnavailable, UnreadableStore
from emulator.topology import contradictions, path_text, topology_of

__all__ = ["StoreFailed", "keep_phases", "keep_sign_ins", "read_stores", "resume"]


class StoreFailed(OperationRefused):
    """The deployment's own store can't be written: what would have to be kept is refused."""


async def read_stores(administration: Administration) -> None:
    """Read or seed the stores; raises StorageError.

    UnreadableStore too for a configuration that doesn't go with the topology's agents.
    """
    stores = administration.stores
    await stores.open()
    if stores.own is not None:
        await stores.own.open()
    await _finish_move(administration)
    site = administration.site
    for fault in contradictions(topology_of(site.topology, site.hosting.configuration)):
        raise UnreadableStore(
            "the configuration that is stored does not go with the topology file: "
            f"{path_text(fault.path)}: {fault.text}"
        )


async def _finish_move(administration: Administration) -> None:
    """Remove what a move to the other pool left where it was, as its process ended in between."""
    stores, hosting = administration.stores, administration.site.hosting
    newest: dict[str, ConfigObject] = {}
    owned = [
        each
        for pool in Pool
        for each in hosting.configuration[pool]
        if each.owner is pool and each.kind is not ObjectKind.SETTINGS
    ]
    for each in owned:
        other = newest.get(each.id)
        if other is None or each.version > other.version:
            newest[each.id] = each
    for pool in Pool:
        gone = [each.key for each in owned if each.owner is pool and newest[each.id] is not each]
        if gone:
            async with stores.changing(pool):
                await stores.commit(pool, (), gone)


async def resume(administration: Administration) -> None:
    """Enter the phase that was in force, and sign in who was; raises StorageError.

    In a store that is new, the phase that is in force now is kept.
    """
    own, site = administration.stores.own, administration.site
    if own is None:
        return
    entry = await own.last_phase()
    if entry is None:
        await own.enter(site.entry)
    else:
        administration.deployment.succession.resume(entry)
    for host, agent_group, name in await own.signed_in():
        agent = site.agents.get(name)
        if agent is not None:
            site.hosting.sign_in(host, agent_group, agent)


def keep_phases(administration: Administration) -> None:
    """Have every phase stored before it is entered."""
    own = administration.stores.own
    if own is None:
        return

    async def keep(entry: PhaseEntry) -> None:
        try:
            await own.enter(entry)
        except DatabaseUnavailable as error:
            raise StoreFailed(f"the deployment's own store can't be written: {error}") from error

    administration.deployment.keep_phase = keep


async def keep_sign_ins(
    administration: Administration, changes: list[tuple[Pool, str, str]], *, is_in: bool
) -> None:
    """Store who has signed in, or out; raises StoreFailed."""
    own = administration.stores.own
    if own is None:
        return
    try:
        await own.sign(changes, is_in=is_in)
    except DatabaseUnavailable as error:
        raise StoreFailed(f"the deployment's own store can't be written: {error}") from error
