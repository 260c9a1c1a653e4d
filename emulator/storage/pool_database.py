"""The back-end database of one pool: the configuration that has its place there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from emulator.model.configuration import ConfigObject, Configuration, Key
from emulator.rules import Pool
from emulator.storage.documents import as_document, as_object
from emulator.storage.engine import PATIENCE_SECONDS, migrate, why
from emulator.storage.errors import DatabaseUnavailable
from emulator.storage.pool_tables import audio_files, marks, objects

__all__ = ["Changed", "PoolDatabase"]

_LOAD_SECONDS = 60.0


class Changed(Exception):
    """Somebody else has written to the database since it was read."""


class PoolDatabase:
    """Reads and writes within two seconds, or raises DatabaseUnavailable.

    `is_switched_on` is what an administrator has set; `answers` what is known of it.
    """

    __slots__ = ("_engine", "_is_reached", "is_switched_on", "pool")

    def __init__(self, pool: Pool, engine: AsyncEngine) -> None:
        self.pool = pool
        self._engine = engine
        self.is_switched_on = True
        self._is_reached = True

    @property
    def answers(self) -> bool:
        """Whether it is switched on, and has answered when it was asked last."""
        return self.is_switched_on and self._is_reached

    @property
    def is_server(self) -> bool:
        """Whether it is a database server, which can be stopped."""
        return self._engine.dialect.name != "sqlite"

    async def open(self) -> None:
        """Bring the schema up to date; raises StorageError."""
        await migrate(self._engine, "pool")

    async def load(self) -> tuple[Configuration, int]:
        """All objects with the revision; revision 0: nothing was ever stored.

        Raises DatabaseUnavailable, or UnreadableStore.
        """
        async with self._asked(_LOAD_SECONDS) as connection:
            revision = await _mark(connection, "revision")
            rows = (await connection.execute(select(objects).order_by(objects.c.place))).all()
        found = [
            as_object(row.kind, row.name, row.owner, row.id, row.version, row.document)
            for row in rows
        ]
        return Configuration(self.pool, found), revision

    async def revision(self) -> int:
        """How often it has been changed; raises DatabaseUnavailable."""
        async with self._asked() as connection:
            return await _mark(connection, "revision")

    async def highest_version(self) -> int:
        """The highest version that any object has had; raises DatabaseUnavailable."""
        async with self._asked() as connection:
            return await _mark(connection, "version")

    async def commit(
        self, revision: int, put: Iterable[ConfigObject] = (), removed: Iterable[Key] = ()
    ) -> int:
        """Write changes, all or none; gives the new revision.

        Raises DatabaseUnavailable, or Changed if the database is not at `revision`.
        """
        async with self._asked() as connection:
            await _next_revision(connection, revision)
            for kind, name in removed:
                await connection.execute(
                    delete(objects).where(objects.c.kind == kind, objects.c.name == name)
                )
            await _put(connection, list(put))
        return revision + 1

    async def replace_all(self, revision: int, found: Iterable[ConfigObject]) -> int:
        """Write everything anew, as `commit` does."""
        async with self._asked() as connection:
            await _next_revision(connection, revision)
            await connection.execute(delete(objects))
            await connection.execute(delete(audio_files))
            await _put(connection, list(found))
        return revision + 1

    async def store_audio(self, name: str, content: bytes) -> None:
        """Keep an audio file, in the place of one that has the name."""
        async with self._asked() as connection:
            await connection.execute(delete(audio_files).where(audio_files.c.name == name))
            await connection.execute(insert(audio_files).values(name=name, content=content))

    async def audio(self, names: Iterable[str]) -> dict[str, bytes]:
        """The contents of those of the audio files that are there."""
        async with self._asked() as connection:
            wanted = select(audio_files).where(audio_files.c.name.in_(list(names)))
            return {row.name: row.content for row in await connection.execute(wanted)}

    async def close(self) -> None:
        """Let go of every connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _asked(self, seconds: float = PATIENCE_SECONDS) -> AsyncIterator[AsyncConnection]:
        if not self.is_switched_on:
            raise DatabaseUnavailable("it is switched off")
        try:
            async with asyncio.timeout(seconds), self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            self._is_reached = False
            raise DatabaseUnavailable(why(error)) from error
        self._is_reached = True


async def _mark(connection: AsyncConnection, name: str) -> int:
    found = await connection.execute(select(marks.c.value).where(marks.c.name == name))
    return int(found.scalar() or 0)


async def _next_revision(connection: AsyncConnection, revision: int) -> None:
    if revision == 0:
        found = await connection.execute(select(func.count()).select_from(marks))
        if found.scalar():
            raise Changed
        values = [{"name": "revision", "value": 1}, {"name": "version", "value": 0}]
        await connection.execute(insert(marks), values)
        return
    done = await connection.execute(
        update(marks)
        .where(marks.c.name == "revision", marks.c.value == revision)
        .values(value=revision + 1)
    )
    if done.rowcount != 1:
        raise Changed


async def _put(connection: AsyncConnection, put: list[ConfigObject]) -> None:
    if not put:
        return
    last = await connection.execute(select(func.max(objects.c.place)))
    place = int(last.scalar() or 0)
    for number, each in enumerate(put, 1):
        values = {
            "id": each.id,
            "owner": each.owner.value,
            "version": each.version,
            "document": as_document(each),
        }
        done = await connection.execute(
            update(objects)
            .where(objects.c.kind == each.kind, objects.c.name == each.name)
            .values(**values)
        )
        if done.rowcount == 0:
            key = {"kind": each.kind.value, "name": each.name, "place": place + number}
            await connection.execute(insert(objects).values(**key, **values))
    highest = max(each.version for each in put)
    await connection.execute(
        update(marks)
        .where(marks.c.name == "version", marks.c.value < highest)
        .values(value=highest)
    )
