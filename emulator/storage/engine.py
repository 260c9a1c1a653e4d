"""Engines: how the databases are reached, and their schemas brought up to date."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from emulator.storage.errors import DatabaseUnavailable, UnreadableStore

if TYPE_CHECKING:
    from asyncpg import Connection as ServerConnection

__all__ = [
    "FAULTS",
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
_FAREWELL_SECONDS = 0.2  # for a server to be told that a connection ends
_MIGRATIONS = Path(__file__).with_name("migrations")
_DRIVER = "postgresql+asyncpg"
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_BEGIN = "sqlite_begin"
# One transaction at a time: on a connection that is shared they would run into each other.
_ONE_CONNECTION: Final[dict[str, Any]] = {
    "poolclass": AsyncAdaptedQueuePool,
    "pool_size": 1,
    "max_overflow": 0,
    "pool_timeout": _START_SECONDS,
}
READING: Final = {_BEGIN: "DEFERRED"}  # execution options of who reads only: others may write
FAULTS: Final = (SQLAlchemyError, OSError, TimeoutError)  # how a database fails


def memory_engine() -> AsyncEngine:
    """A database in memory, which is gone with the process, and with its one connection."""
    engine = create_async_engine("sqlite+aiosqlite://", **_ONE_CONNECTION)
    _set_up_sqlite(engine)
    return engine


def file_engine(
    path: Path, *, keeps_open: bool = False, lock_seconds: float = PATIENCE_SECONDS / 2
) -> AsyncEngine:
    """A SQLite file in WAL mode, made if it isn't there.

    keeps_open    one connection for good; else each use opens the file, and so finds it gone.
    lock_seconds  how long others may write before a use fails.
    """
    path.touch(mode=0o600)
    url = URL.create(
        "sqlite+aiosqlite",
        database=f"file:{quote(str(path))}",
        query={"mode": "rw", "uri": "true"},
    )
    pool: dict[str, Any] = _ONE_CONNECTION if keeps_open else {"poolclass": NullPool}
    engine = create_async_engine(url, connect_args={"timeout": lock_seconds}, **pool)
    _set_up_sqlite(engine, is_file=True)
    return engine


def server_engine(url: URL) -> AsyncEngine:
    """A PostgreSQL server, over connections that are tried before they are used."""
    connection_class = _connection_class()
    return create_async_engine(
        url,
        pool_size=2,
        max_overflow=2,
        pool_timeout=PATIENCE_SECONDS,
        pool_pre_ping=True,
        connect_args={
            "timeout": PATIENCE_SECONDS,
            "command_timeout": _START_SECONDS,
            "connection_class": connection_class,
        },
    )


def judge_url(text: str) -> URL:
    """The address of a server; raises ValueError, saying what is expected."""
    expected = f"expected {_DRIVER}://USER:PASSWORD@HOST:PORT/DATABASE, perhaps with ?ssl=require"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise ValueError(expected) from error
    if url.drivername != _DRIVER or not url.database or url.query.keys() - {"ssl"}:
        raise ValueError(expected)
    if url.query.get("ssl", "require") not in _SSL_MODES:
        raise ValueError(f"expected ssl to be one of {', '.join(_SSL_MODES)}")
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
    except FAULTS as error:
        raise DatabaseUnavailable(why(error)) from error


def why(error: BaseException) -> str:
    """What has gone wrong, on a line."""
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    original = getattr(error, "orig", None) or error
    told = str(original).strip().splitlines()
    return told[0] if told else type(original).__name__


def _connection_class() -> type[ServerConnection]:
    """A connection of asyncpg that does not wait for ever for a server that stands still."""
    import asyncpg

    class Connection(asyncpg.Connection):
        async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109
            try:
                async with asyncio.timeout(_FAREWELL_SECONDS):
                    await super().close(timeout=timeout)
            except TimeoutError:
                self.terminate()

    return Connection


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
