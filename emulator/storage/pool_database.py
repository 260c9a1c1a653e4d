"""The back-end database of one pool: the configuration that has its place there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from emulator.model.configuration import ConfigObject, Configuration, Key
from emulator.rules import Pool
from emulator.storage.documents import as_document, as_object
from emulator.storage.engine import (
    FAULTS,
    PATIENCE_SECONDS,
    READING,
    memory_engine,
    migrate,
    why,
)
from emulator.storage.errors import DatabaseUnavailable, UnreadableStore
from emulator.storage.pool_tables import audio_files, marks, objects

__all__ = ["Changed", "PoolDatabase", "in_memory"]

_FEW = 500  # parameters that a statement may have without thinking
_THE_ONE: Final = (objects.c.kind == bindparam("of_kind"), objects.c.name == bindparam("named"))


class Changed(Exception):
    """Somebody else has written to the database since it was read."""


class PoolDatabase:
    """Reads and writes within `patience_seconds`, or raises DatabaseUnavailable.

    `is_switched_on` is what an administrator has set, `is_readable` what is thought of what it
    holds; `answers` is what is known of it.
    """

    __slots__ = (
        "_engine",
        "_is_reached",
        "_reading",
        "is_readable",
        "is_switched_on",
        "patience_seconds",
        "pool",
    )

    def __init__(
        self, pool: Pool, engine: AsyncEngine, patience_seconds: float | None = PATIENCE_SECONDS
    ) -> None:
        self.pool = pool
        self._engine = engine
        self._reading = engine.execution_options(**READING)
        self.patience_seconds = patience_seconds
        self.is_switched_on = True
        self.is_readable = True
        self._is_reached = True

    @property
    def answers(self) -> bool:
        """Whether it is switched on, and has answered well when it was asked last."""
        return self.is_switched_on and self._is_reached and self.is_readable

    @property
    def is_server(self) -> bool:
        """Whether it is a database server, which can be stopped."""
        return self._engine.dialect.name != "sqlite"

    async def open(self) -> None:
        """Bring the schema up to date; raises StorageError."""
        await migrate(self._engine, "pool")

    async def load(self, *, is_patient: bool = False) -> tuple[Configuration, int]:
        """All objects with the revision; revision 0: nothing was ever stored.

        is_patient  waits as long as it takes.

        Raises DatabaseUnavailable, or UnreadableStore.
        """
        async with self._asked(is_patient=is_patient) as connection:
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
        self,
        revision: int,
        put: Iterable[ConfigObject] = (),
        removed: Iterable[Key] = (),
        *,
        is_patient: bool = False,
    ) -> int:
        """Write changes, all or none; gives the new revision.

        is_patient  as of `load`.

        Raises DatabaseUnavailable, or Changed if the database is not at `revision`.
        """
        gone = [{"of_kind": kind.value, "named": name} for kind, name in removed]
        async with self._asked(writes=True, is_patient=is_patient) as connection:
            await _next_revision(connection, revision)
            if gone:
                await connection.execute(delete(objects).where(*_THE_ONE), gone)
            await _put(connection, list(put))
        return revision + 1

    async def replace_all(self, revision: int, found: Iterable[ConfigObject]) -> int:
        """Write everything anew, as `commit` does."""
        async with self._asked(writes=True) as connection:
            await _next_revision(connection, revision)
            await connection.execute(delete(objects))
            await connection.execute(delete(audio_files))
            await _put(connection, list(found))
        return revision + 1

    async def store_audio(self, name: str, content: bytes) -> None:
        """Keep an audio file, in the place of one that has the name."""
        async with self._asked(writes=True) as connection:
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
    async def _asked(
        self, *, writes: bool = False, is_patient: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        if not self.is_switched_on:
            raise DatabaseUnavailable("it is switched off")
        seconds = None if is_patient else self.patience_seconds
        engine = self._engine if writes else self._reading
        try:
            async with asyncio.timeout(seconds), engine.begin() as connection:
                yield connection
        except FAULTS as error:
            self._is_reached = False
            raise DatabaseUnavailable(why(error)) from error
        except asyncio.CancelledError:  # whoever asked does not wait any longer
            self._is_reached = False
            raise
        self._is_reached = True


def in_memory(pool: Pool) -> PoolDatabase:
    """A database that is gone with the process.

    Nobody has to wait for it; impatience would cost it its one connection, and all that it has.
    """
    return PoolDatabase(pool, memory_engine(), None)


async def _mark(connection: AsyncConnection, name: str) -> int:
    found = (await connection.execute(select(marks.c.value).where(marks.c.name == name))).scalar()
    if not isinstance(found, int | None):
        raise UnreadableStore(f"the {name} that is stored can't be used: {found!r}"[:100])
    return found or 0


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
    keys = select(objects.c.kind, objects.c.name)
    if len(put) <= _FEW:
        keys = keys.where(objects.c.name.in_([each.name for each in put]))
    present = {(kind, name) for kind, name in await connection.execute(keys)}
    changed, made = [], []
    for each in put:
        values = {
            "id": each.id,
            "owner": each.owner.value,
            "version": each.version,
            "document": as_document(each),
        }
        key = (each.kind.value, each.name)
        if key in present:
            changed.append({"of_kind": key[0], "named": key[1], **values})
        else:
            place += 1
            made.append({"kind": key[0], "name": key[1], "place": place, **values})
    if changed:
        await connection.execute(update(objects).where(*_THE_ONE), changed)
    if made:
        await connection.execute(insert(objects), made)
    highest = max(each.version for each in put)
    await connection.execute(
        update(marks)
        .where(marks.c.name == "version", marks.c.value < highest)
        .values(value=highest)
    )
