"""A PostgreSQL server for tests: a cluster of its own in a folder that is gone afterwards.

Debian keeps the programs outside of PATH, and initdb refuses root: as root, an ordinary user runs
them.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final, Self

from tests.support.ports import free_port
from tests.support.tools import require_tool
from tests.support.waiting import until

__all__ = ["Postgres"]

_PATIENCE_SECONDS: Final = 60.0
_USERS: Final = ("postgres", "nobody")  # who runs it as root may not
_SETTINGS: Final = """\
listen_addresses = '127.0.0.1'
max_connections = 50
shared_buffers = 16MB
log_min_messages = fatal
"""


class Postgres:
    """A running server; as a context manager it is gone with the block.

    It trusts everybody who comes from the loopback: as `rgs` by any password, as `locked` by
    `secret` alone.
    """

    def __init__(self) -> None:
        """Make the cluster and start it; skips the test where PostgreSQL is not installed."""
        initdb = Path(require_tool("initdb")).resolve()  # its fellows may not be on PATH
        self._programs = initdb.parent
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._data = self._folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._user = _ordinary_user()
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        self.port = free_port()
        try:
            self._run(
                "initdb", "--pgdata", str(self._data), "--auth=trust", "--username=rgs",
                "--encoding=UTF8", "--no-locale", "--no-sync",
            )  # fmt: skip
            with (self._data / "postgresql.conf").open("a") as file:
                file.write(f"{_SETTINGS}unix_socket_directories = '{self._folder}'\n")
            entries = self._data / "pg_hba.conf"
            locked = "host all locked 127.0.0.1/32 scram-sha-256\n"
            entries.write_text(locked + entries.read_text())
            self.start()
            self._sql("CREATE ROLE locked LOGIN PASSWORD 'secret'")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_running(self) -> bool:
        """Whether the server's process lives."""
        return self._process is not None and self._process.poll() is None

    def create(self, database: str) -> str:
        """Make an empty database, in the place of one that has the name; gives its URL."""
        self._sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        self._sql(f'CREATE DATABASE "{database}"')
        return self.url(database)

    def close_database(self, database: str) -> None:
        """Let nobody use one database, and end who does; the others go on."""
        self._sql(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
        self._sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        )

    def open_database(self, database: str) -> None:
        """Let it be used again."""
        self._sql(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')

    def url(self, database: str, user: str = "rgs", password: str = "any") -> str:
        """Where a database is, as `rgs up` is told."""
        return f"postgresql+asyncpg://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        assert not self.is_running
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as_user("postgres"), "-D", str(self._data), "-p", str(self.port)],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until(self._answers, within=_PATIENCE_SECONDS, what="PostgreSQL answers")

    def stop(self) -> None:
        """Stop it as an administrator does who doesn't wait for clients (`fast`)."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Stop it without a word to anybody; the next start recovers."""
        self._end(signal.SIGQUIT)

    def freeze(self) -> None:
        """Let every process of it stand still: connections are taken, and nothing is answered."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal_all(signal.SIGCONT)

    def close(self) -> None:
        """Stop it, and remove what it has kept."""
        if self.is_running:
            self.thaw()
            self._end(signal.SIGQUIT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        assert self.is_running, (self._folder / "log").read_text()[-2_000:]
        ready = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def _end(self, how: signal.Signals) -> None:
        process = self._process
        assert process is not None
        # The name of the program that started it may be that of setpriv: it has become the server.
        process.send_signal(how)
        process.wait(_PATIENCE_SECONDS)

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        for pid in [str(self._process.pid), *children.read_text().split()]:
            os.kill(int(pid), number)

    def _sql(self, statement: str) -> None:
        self._run(
            "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "rgs", "-q", "-X",
            "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-c", statement,
        )  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._as_user(program), *arguments],
            check=False,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _as_user(self, program: str) -> list[str]:
        path = str(self._programs / program)
        if self._user is None:
            return [path]
        entry = pwd.getpwnam(self._user)
        ids = [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
        return [require_tool("setpriv"), *ids, path]


def _ordinary_user() -> str | None:
    """Who is to run the server: None where this process may."""
    if os.geteuid() != 0:
        return None
    for name in _USERS:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise RuntimeError("PostgreSQL does not run as root, and there is no ordinary user here")
