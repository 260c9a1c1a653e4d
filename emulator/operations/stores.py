"""Where configuration is kept: each pool's database first, then what the pools host by it.

Reading asks the database, so that one that is gone shows; what it holds is read anew only when
somebody else has written to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from emulator.model.configuration import ConfigObject, Configuration, Key, ObjectKind
from emulator.operations.errors import DatabaseDown, StaleVersion
from emulator.rules import Pool
from emulator.service.site import Site
from emulator.storage.engine import memory_engine
from emulator.storage.errors import DatabaseUnavailable, StorageError, UnreadableStore
from emulator.storage.pool_database import Changed, PoolDatabase

if TYPE_CHECKING:
    from emulator.storage.deployment_store import DeploymentStore

__all__ = ["Stores"]


class Stores:
    """The pools' databases, and the deployment's own store if it has one."""

    __slots__ = ("_locks", "_open_pools", "_opening", "_revisions", "_site", "databases", "own")

    def __init__(
        self,
        site: Site,
        databases: Mapping[Pool, PoolDatabase] | None = None,
        own: DeploymentStore | None = None,
    ) -> None:
        """Without `databases`, they are in memory."""
        self._site = site
        self.databases = databases or {pool: PoolDatabase(pool, memory_engine()) for pool in Pool}
        self.own = own
        self._revisions = dict.fromkeys(Pool, 0)
        self._locks = {pool: asyncio.Lock() for pool in Pool}
        self._opening = asyncio.Lock()
        self._open_pools: set[Pool] = set()

    async def open(self) -> None:
        """Read what is stored, or seed what is empty; raises StorageError."""
        for pool in Pool:
            await self._open(pool)

    async def close(self) -> None:
        """Let go of every database."""
        for database in self.databases.values():
            await database.close()
        if self.own is not None:
            await self.own.close()

    async def current(self, pool: Pool) -> Configuration:
        """The configuration of `pool` as its database has it; raises DatabaseDown."""
        await self._ask(pool)
        return self._site.hosting.configuration[pool]

    @asynccontextmanager
    async def changing(self, pool: Pool) -> AsyncIterator[Configuration]:
        """Let nobody else change the configuration of `pool` meanwhile; raises DatabaseDown."""
        async with self._locks[pool]:
            await self._ask(pool)
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
        try:
            revision = await self.databases[pool].commit(self._revisions[pool], put, removed)
        except DatabaseUnavailable as error:
            raise _down(pool, error) from error
        except Changed as error:
            raise StaleVersion("somebody else has changed the database meanwhile") from error
        self._revisions[pool] = revision
        if self.own is not None:
            names = [name for kind, name in removed if kind is ObjectKind.AGENT_GROUP]
            await self.own.forget_sign_ins(pool, names)
        hosting = self._site.hosting
        hosting.adopt(hosting.configuration[pool].with_changes(put, removed), afresh)

    async def forget_sign_ins(self, pool: Pool, found: Iterable[ConfigObject]) -> None:
        """Let nobody be signed in to those of the objects that are agent groups of `pool`."""
        if self.own is not None:
            names = [each.name for each in found if each.kind is ObjectKind.AGENT_GROUP]
            await self.own.forget_sign_ins(pool, names)

    async def start_anew(self) -> None:
        """Store the seeds again in the place of everything, with versions of their own.

        Raises DatabaseDown or StaleVersion. What the pools host is for the caller to renew.
        """
        for pool in Pool:
            await self._ask(pool)
        site = self._site
        for pool in Pool:
            async with self._locks[pool]:
                seeds = [
                    replace(each, version=site.hosting.next_version()) for each in site.seeds[pool]
                ]
                try:
                    revision = await self.databases[pool].replace_all(self._revisions[pool], seeds)
                except DatabaseUnavailable as error:
                    raise _down(pool, error) from error
                except Changed as error:
                    raise StaleVersion("somebody else has changed the database") from error
                self._revisions[pool] = revision
                site.seeds[pool] = Configuration(pool, seeds)
        if self.own is not None:
            await self.own.clear_sign_ins()

    async def look(self) -> None:
        """Find out which databases answer, and take over what others have written."""
        for pool in Pool:
            if not self._locks[pool].locked():
                try:
                    async with self._locks[pool]:
                        await self._ask(pool)
                except DatabaseDown:
                    continue

    async def _open(self, pool: Pool) -> None:
        async with self._opening:
            if pool in self._open_pools:
                return
            database, hosting = self.databases[pool], self._site.hosting
            await database.open()
            configuration, revision = await database.load()
            if revision == 0:
                configuration = self._site.seeds[pool]
                revision = await database.commit(0, configuration)
            self._revisions[pool] = revision
            hosting.heed_version(await database.highest_version())
            hosting.adopt(configuration)
            self._open_pools.add(pool)

    async def _ask(self, pool: Pool) -> None:
        database = self.databases[pool]
        try:
            if pool not in self._open_pools:
                await self._open(pool)
            revision = await database.revision()
            if revision != self._revisions[pool]:
                configuration, revision = await database.load()
                self._site.hosting.adopt(configuration)
                self._revisions[pool] = revision
        except UnreadableStore as error:
            raise DatabaseDown(f"the {pool} pool's back-end database: {error}") from error
        except StorageError as error:
            raise _down(pool, error) from error


def _down(pool: Pool, error: Exception) -> DatabaseDown:
    return DatabaseDown(f"the {pool} pool's back-end database does not answer: {error}")
