"""Where configuration is kept: each pool's database first, then what the pools host by it.

Reading asks the database, so that one that is gone shows; what it holds is read anew only when
somebody else has written to it. Who asks has an answer within the database's patience, however many
ask at the same time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from emulator.model.configuration import ConfigObject, Configuration, Key, ObjectKind
from emulator.operations.errors import DatabaseDown, StaleVersion
from emulator.rules import Pool
from emulator.service.site import Site
from emulator.storage.errors import DatabaseUnavailable, StorageError, UnreadableStore
from emulator.storage.pool_database import Changed, PoolDatabase, in_memory
from emulator.topology import contradictions, path_text, topology_of

if TYPE_CHECKING:
    from emulator.storage.deployment_store import DeploymentStore

__all__ = ["Stores"]

_log = structlog.get_logger("stores")


class Stores:
    """The pools' databases, and the deployment's own store if it has one."""

    __slots__ = ("_asking", "_deadlines", "_locks", "_next_asks", "_open_pools", "_opening",
                 "_revisions", "_site", "databases", "own")  # fmt: skip

    def __init__(
        self,
        site: Site,
        databases: Mapping[Pool, PoolDatabase] | None = None,
        own: DeploymentStore | None = None,
    ) -> None:
        """Without `databases`, they are in memory."""
        self._site = site
        self.databases = databases or {pool: in_memory(pool) for pool in Pool}
        self.own = own
        self._revisions = dict.fromkeys(Pool, 0)
        self._asking = {pool: asyncio.Lock() for pool in Pool}
        self._next_asks: dict[Pool, asyncio.Task[int]] = {}  # not begun yet
        self._locks = {pool: asyncio.Lock() for pool in Pool}
        self._deadlines: dict[Pool, float | None] = dict.fromkeys(Pool)  # of the change under way
        self._opening = asyncio.Lock()
        self._open_pools: set[Pool] = set()

    async def open(self) -> None:
        """Read what is stored, or seed what is empty; raises StorageError.

        UnreadableStore too for a configuration that doesn't go with the topology's agents.
        """
        await self._open(*Pool)

    async def close(self) -> None:
        """Let go of every database."""
        for task in self._next_asks.values():
            task.cancel()
        for database in self.databases.values():
            await database.close()
        if self.own is not None:
            await self.own.close()

    async def current(self, pool: Pool) -> Configuration:
        """The configuration of `pool` as its database has it; raises DatabaseDown."""
        async with self._in_time(pool, self._deadline_of(pool)):
            if not await self._is_known(pool):
                async with self._locks[pool]:
                    await self._take_over(pool)
        return self._site.hosting.configuration[pool]

    async def currents(self, pools: Iterable[Pool]) -> dict[Pool, Configuration | DatabaseDown]:
        """The configuration of each of `pools`, or why there is none; none waits for another."""
        asked = list(pools)
        found = await asyncio.gather(*map(self.current, asked), return_exceptions=True)
        given: dict[Pool, Configuration | DatabaseDown] = {}
        for pool, each in zip(asked, found, strict=True):
            if isinstance(each, BaseException) and not isinstance(each, DatabaseDown):
                raise each
            given[pool] = each
        return given

    @asynccontextmanager
    async def changing(self, pool: Pool) -> AsyncIterator[Configuration]:
        """Let nobody else change the configuration of `pool` meanwhile; raises DatabaseDown."""
        deadline = self._deadline_of(pool)
        async with AsyncExitStack() as stack:
            async with self._in_time(pool, deadline):
                await stack.enter_async_context(self._locks[pool])
                if not await self._is_known(pool):
                    await self._take_over(pool)
            self._deadlines[pool] = deadline
            yield self._site.hosting.configuration[pool]

    async def commit(
        self,
        pool: Pool,
        put: Iterable[ConfigObject] = (),
        removed: Iterable[Key] = (),
        afresh: Collection[str] = (),
    ) -> None:
        """Store changes, then host by them; within `changing`. Raises DatabaseDown or StaleVersion.

        afresh  names of groups whose sign-ins begin anew.
        """
        put, removed = list(put), list(removed)
        async with self._in_time(pool, self._deadlines[pool]):
            revision = await self.databases[pool].commit(self._revisions[pool], put, removed)
        self._revisions[pool] = revision
        await self._forget_sign_ins(
            pool, [name for kind, name in removed if kind is ObjectKind.AGENT_GROUP]
        )
        hosting = self._site.hosting
        hosting.adopt(hosting.configuration[pool].with_changes(put, removed), afresh)

    async def store_audio(self, pool: Pool, files: Mapping[str, bytes]) -> None:
        """Keep audio files on `pool`, in the place of those of their names; raises DatabaseDown."""
        async with self._in_time(pool, self._deadline_of(pool)):
            for name, content in files.items():
                await self.databases[pool].store_audio(name, content)

    async def audio(self, pool: Pool, names: Iterable[str]) -> dict[str, bytes]:
        """The contents of those of the audio files that are there; raises DatabaseDown."""
        async with self._in_time(pool, self._deadline_of(pool)):
            return await self.databases[pool].audio(names)

    async def forget_sign_ins(self, pool: Pool, found: Iterable[ConfigObject]) -> None:
        """Let nobody be signed in to those of the objects that are agent groups of `pool`."""
        await self._forget_sign_ins(
            pool, [each.name for each in found if each.kind is ObjectKind.AGENT_GROUP]
        )

    async def start_anew(self) -> None:
        """Store the seeds again in the place of everything, with versions of their own.

        The deployment's own store knows meanwhile that this is under way: the phase that follows
        ends it, or else the next start. Raises DatabaseDown or StaleVersion. What the pools host is
        for the caller to renew.
        """
        async with AsyncExitStack() as stack:
            for pool in Pool:
                await stack.enter_async_context(self.changing(pool))
            try:
                if self.own is not None:
                    await self.own.begin_reset(self._site.entry.epoch + 1)
                await self._write_seeds()
                if self.own is not None:
                    await self.own.clear_sign_ins()
            except DatabaseUnavailable as error:
                raise DatabaseDown(f"the deployment's own store: {error}") from error
            except (DatabaseDown, StaleVersion):
                await self._withdraw_reset()
                raise

    async def _write_seeds(self) -> None:
        site = self._site
        revisions, seeds = {}, {}
        for pool in Pool:
            seeds[pool] = [
                replace(each, version=site.hosting.next_version()) for each in site.seeds[pool]
            ]
            async with self._in_time(pool, self._deadlines[pool]):
                database, revision = self.databases[pool], self._revisions[pool]
                revisions[pool] = await database.replace_all(revision, seeds[pool])
        # Not before both are written: what one alone has is then taken over when it is asked.
        self._revisions.update(revisions)
        for pool in Pool:
            site.seeds[pool] = Configuration(pool, seeds[pool])

    async def _withdraw_reset(self) -> None:
        if self.own is not None:
            with suppress(DatabaseUnavailable):
                await self.own.withdraw_reset()

    async def look(self) -> None:
        """Find out which databases answer, and take over what others have written."""
        await self.currents(pool for pool in Pool if not self._locks[pool].locked())

    async def _open(self, *pools: Pool) -> None:
        async with self._opening:
            hosting = self._site.hosting
            found: dict[Pool, Configuration] = {}
            for pool in pools:
                if pool in self._open_pools:
                    continue
                database = self.databases[pool]
                await database.open()
                configuration, revision = await database.load(is_patient=True)
                if revision:
                    found[pool] = configuration
                else:
                    seeds = self._site.seeds[pool]
                    revision = await database.commit(0, seeds, is_patient=True)
                self._revisions[pool] = revision
                hosting.heed_version(await database.highest_version())
            await self._finish_move(found)
            self._judge(found)
            for configuration in found.values():
                hosting.adopt(configuration)
            self._open_pools.update(pools)

    async def _finish_move(self, found: dict[Pool, Configuration]) -> None:
        """Remove what a move to the other pool left where it was, as its process ended between."""
        owned = [
            each
            for pool, configuration in found.items()
            for each in configuration
            if each.owner is pool and each.kind is not ObjectKind.SETTINGS
        ]
        newest: dict[str, ConfigObject] = {}
        for each in owned:
            other = newest.get(each.id)
            if other is None or each.version > other.version:
                newest[each.id] = each
        for pool, configuration in found.items():
            gone = [
                each.key for each in owned if each.owner is pool and newest[each.id] is not each
            ]
            if gone:
                database, revision = self.databases[pool], self._revisions[pool]
                self._revisions[pool] = await database.commit(revision, (), gone)
                found[pool] = configuration.with_changes((), gone)

    async def _is_known(self, pool: Pool) -> bool:
        """Ask the database whether it has what is known of it."""
        if pool not in self._open_pools:
            return False
        database = self.databases[pool]
        is_known = await self._revision(pool) == self._revisions[pool]
        database.is_readable = database.is_readable or is_known
        return is_known

    async def _revision(self, pool: Pool) -> int:
        """The revision of the database, asked for from now on, once for all who wait for it."""
        task = self._next_asks.get(pool)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._ask_next(pool))
            task.add_done_callback(_take_note)
            self._next_asks[pool] = task
        return await asyncio.shield(task)

    async def _ask_next(self, pool: Pool) -> int:
        async with self._asking[pool]:
            self._next_asks.pop(pool, None)
            return await self.databases[pool].revision()

    async def _take_over(self, pool: Pool) -> None:
        """Take over what the database has."""
        if pool not in self._open_pools:
            await self._open(pool)
            return
        database = self.databases[pool]
        configuration, revision = await database.load()
        if revision != self._revisions[pool]:
            self._judge({pool: configuration})
            self._site.hosting.heed_version(await database.highest_version())
            self._site.hosting.adopt(configuration)
            self._revisions[pool] = revision
        database.is_readable = True

    def _judge(self, found: Mapping[Pool, Configuration]) -> None:
        if not found:
            return
        site = self._site
        whole = topology_of(site.topology, {**site.hosting.configuration, **found})
        for fault in contradictions(whole):
            raise UnreadableStore(
                "the configuration that is stored does not go with the topology file: "
                f"{path_text(fault.path)}: {fault.text}"
            )

    async def _forget_sign_ins(self, pool: Pool, agent_groups: list[str]) -> None:
        """Let nobody be signed in to what is gone; what failed here a later start may find."""
        if self.own is None or not agent_groups:
            return
        try:
            await self.own.forget_sign_ins(pool, agent_groups)
        except DatabaseUnavailable as error:
            _log.warning("sign-ins of what is gone are still stored", why=str(error))

    def _deadline_of(self, pool: Pool) -> float | None:
        """When whoever asks now is to have an answer."""
        seconds = self.databases[pool].patience_seconds
        return None if seconds is None else asyncio.get_running_loop().time() + seconds

    @asynccontextmanager
    async def _in_time(self, pool: Pool, deadline: float | None) -> AsyncIterator[None]:
        """Raise DatabaseDown or StaleVersion for what a database fails by, or is too late with."""
        database = self.databases[pool]
        try:
            async with asyncio.timeout_at(deadline):
                yield
        except TimeoutError as error:
            raise _down(pool, "not in time") from error
        except UnreadableStore as error:
            database.is_readable = False
            raise DatabaseDown(f"the {pool} pool's back-end database: {error}") from error
        except StorageError as error:
            raise _down(pool, error) from error
        except Changed as error:
            raise StaleVersion("somebody else has changed the database meanwhile") from error


def _take_note(asked: asyncio.Task[int]) -> None:
    """See why an ask has failed, where everybody who waited for it has gone."""
    if not asked.cancelled():
        asked.exception()


def _down(pool: Pool, why: object) -> DatabaseDown:
    return DatabaseDown(f"the {pool} pool's back-end database does not answer: {why}")
