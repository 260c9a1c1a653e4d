"""Going on where an earlier process ended: its configuration, its phase, its sign-ins."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.model.configuration import ObjectKind
from emulator.model.phase_log import PhaseEntry
from emulator.operations.administration import Administration
from emulator.operations.errors import OperationRefused
from emulator.rules import Phase, Pool
from emulator.service.site import Site
from emulator.storage.deployment_store import DeploymentStore, SignIn
from emulator.storage.errors import DatabaseUnavailable

__all__ = ["Memory", "StoreFailed", "keep_phases", "keep_sign_ins", "read_stores", "resume"]


@dataclass(frozen=True, slots=True)
class Memory:
    """What the deployment's own store knows of an earlier process: its phase, who was signed in."""

    entry: PhaseEntry | None
    sign_ins: Sequence[SignIn]


class StoreFailed(OperationRefused):
    """The deployment's own store can't be written: what would have to be kept is refused."""


async def read_stores(administration: Administration) -> Memory:
    """Read or seed the stores; raises StorageError.

    UnreadableStore too for a configuration that doesn't go with the topology's agents. A reset that
    was cut off is done again. The phase that was in force counts at once, so that no call finds
    another one.
    """
    stores, site = administration.stores, administration.site
    await stores.open()
    own = stores.own
    if own is None:
        return Memory(None, ())
    await own.open()
    entry = await own.last_phase()
    if entry is not None:
        site.resume(entry)
    if await own.is_resetting():
        try:
            await stores.start_anew()
            await administration.recorder.clear()
        except OperationRefused as error:
            raise DatabaseUnavailable(str(error)) from error
        site.populate()
        entry = site.entry.next(Phase.NORMAL, time.time(), site.first_style)
        await own.enter(entry)
        site.resume(entry)
    elif entry is None:
        await own.enter(site.entry)
    return Memory(entry, await _signed_in(own, site))


def resume(administration: Administration, memory: Memory) -> None:
    """Go on in the phase that was in force, and sign in who was, once every listener is bound."""
    if memory.entry is not None:
        administration.deployment.succession.resume(memory.entry)
    site = administration.site
    for host, agent_group, name in memory.sign_ins:
        agent = site.agents.get(name)
        if agent is not None:
            site.hosting.sign_in(host, agent_group, agent)


async def _signed_in(own: DeploymentStore, site: Site) -> list[SignIn]:
    """Who is signed in; what was stored of agent groups that are gone is forgotten.

    Else somebody would be in, after the next start, who isn't in a new one of the same name.
    """
    stored = await own.signed_in()
    gone = {
        (host, agent_group)
        for host, agent_group, _ in stored
        if site.hosting.configuration[host].find(ObjectKind.AGENT_GROUP, agent_group) is None
    }
    for pool in Pool:
        await own.forget_sign_ins(pool, [name for host, name in gone if host is pool])
    return [each for each in stored if each[:2] not in gone]


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
