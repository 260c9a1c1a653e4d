"""Where a deployment keeps things: in memory, in a data directory, in database servers."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import URL

from emulator.rules import Pool
from emulator.storage.deployment_store import OWN_LOCK_SECONDS, DeploymentStore
from emulator.storage.engine import file_engine, server_engine
from emulator.storage.errors import StorageError
from emulator.storage.pool_database import PoolDatabase, in_memory
from emulator.storage.sql_records import SqlRecords

__all__ = ["DataDirectory", "Places", "open_places"]


class DataDirectory:
    """A directory that one process at a time may use; raises StorageError."""

    __slots__ = ("_lock", "path")

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StorageError(f"{path} can't be used: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise StorageError(f"{path} is used by another process") from error

    def close(self) -> None:
        """Let others use it."""
        os.close(self._lock)


class Places:
    """The databases of both pools, and the deployment's own store where there is one.

    `records` of calls are in the same file as that store, over connections of their own.
    """

    __slots__ = ("_directory", "databases", "own", "records")

    def __init__(
        self,
        databases: Mapping[Pool, PoolDatabase],
        own: DeploymentStore | None,
        records: SqlRecords | None,
        directory: DataDirectory | None,
    ) -> None:
        self.databases = databases
        self.own = own
        self.records = records
        self._directory = directory

    def close(self) -> None:
        """Let others use the directory, once the databases are closed."""
        if self._directory is not None:
            self._directory.close()


def open_places(data: Path | None, servers: Mapping[Pool, URL]) -> Places:
    """Find the places; nothing is asked of them yet. Raises StorageError.

    data     the data directory; without one everything is in memory.
    servers  database servers, in the place of files or memory.
    """
    directory = None if data is None else DataDirectory(data)
    try:
        databases = {}
        for pool in Pool:
            if pool in servers:
                databases[pool] = PoolDatabase(pool, server_engine(servers[pool]))
            elif data is None:
                databases[pool] = in_memory(pool)
            else:
                databases[pool] = PoolDatabase(pool, file_engine(data / f"{pool}.sqlite"))
        own = records = None
        if data is not None:
            path = data / "deployment.sqlite"
            # Records are written beside it, many at a time: a phase waits for them.
            engine = file_engine(path, keeps_open=True, lock_seconds=OWN_LOCK_SECONDS)
            own = DeploymentStore(engine)
            records = SqlRecords(file_engine(path))
    except OSError as error:
        if directory is not None:
            directory.close()
        raise StorageError(f"{data} can't be used: {error.strerror}") from error
    return Places(databases, own, records, directory)
