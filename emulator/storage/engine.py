"""Engines: how the databases are reached, and their schemas brought up to date."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool, StaticPool

from emulator.storage.errors import DatabaseUnavailable, StorageError, UnreadableStore

__all__ = [
    "PATIENCE_SECONDS",
    "READING",
    "file_engine",
    "judge_url",
    "memory_engine",
    "migrate",
    "server_engine",
]

PATIENCE_SECONDS: Final = 1.5  # half a second less than surfaces have to answer
_START_SECONDS = 30.0
_MIGRATIONS = Path(__file__).with_name("migrations")
_DRIVER = "postgresql+asyncpg"
_BEGIN = "sqlite_begin"
READING: Final = {_BEGIN: "DEFERRED"}  # execution options of who reads only: others may write


def memory_engine() -> AsyncEngine:
    """A database in memory, which is gone with the process."""
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    _set_up_sqlite(engine)
    return engine


def file_engine(path: Path, *, keeps_open: bool = False) -> AsyncEngine:
    """A SQLite file in WAL mode, made if it isn't there.

    keeps_open  one connection for good; else each use opens the file, and so finds it gone.
    """
    path.touch(mode=0o600)
    url = URL.create(
        "sqlite+aiosqlite", database=f"file:{path}", query={"mode": "rw", "uri": "true"}
    )
    pool: Any = StaticPool if keeps_open else NullPool
    engine = create_async_engine(
        url, poolclass=pool, connect_args={"timeout": PATIENCE_SECONDS / 2}
    )
    _set_up_sqlite(engine, is_file=True)
    return engine


def server_engine(url: URL) -> AsyncEngine:
    """A PostgreSQL server, over connections that are tried before they are used."""
    return create_async_engine(
        url,
        pool_size=2,
        max_overflow=2,
        pool_timeout=PATIENCE_SECONDS,
        pool_pre_ping=True,
        connect_args={"timeout": PATIENCE_SECONDS, "command_timeout": PATIENCE_SECONDS},
    )


def judge_url(text: str) -> URL:
    """The address of a server; raises ValueError, saying what is expected."""
    expected = f"expected {_DRIVER}://USER:PASSWORD@HOST:PORT/DATABASE"
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError(expected) from error
    if url.drivername != _DRIVER or not url.database:
        raise ValueError(expected)
    try:
        import asyncpg  # noqa: F401
    except ImportError as error:
        told = "PostgreSQL needs the extra: pip install 'response-group-emulator[postgres]'"
        raise ValueError(told) from error
    return url


async def migrate(engine: AsyncEngine, which: str) -> None:
    """Bring the schema of `which` (pool or deployment) up to date.

    Raises DatabaseUnavailable, or UnreadableStore for a schema that is not known here.
    """
    try:
        async with asyncio.timeout(_START_SECONDS), engine.begin() as connection:
            await connection.run_sync(_upgrade, which)
    except CommandError as error:
        raise UnreadableStore(f"its schema is of another version: {error}") from error
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        raise DatabaseUnavailable(why(error)) from error
    except StorageError:
        raise


def why(error: BaseException) -> str:
    """What has gone wrong, on a line."""
    original = getattr(error, "orig", None) or error
    told = str(original).strip().splitlines()
    return told[0] if told else type(original).__name__


def _upgrade(connection: Connection, which: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS / which).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _set_up_sqlite(engine: AsyncEngine, *, is_file: bool = False) -> None:
    """Let transactions be SQLite's own, and what is committed be on disk."""

    @event.listens_for(engine.sync_engine, "connect")
    def connected(raw: Any, _: Any) -> None:
        raw.isolation_level = None  # the driver begins none by itself
        if is_file:
            cursor = raw.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Connection) -> None:
        how = connection.get_execution_options().get(_BEGIN, "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {how}")
