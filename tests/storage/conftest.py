"""Both databases: a SQLite file, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from emulator.rules import Pool
from emulator.storage.engine import judge_url
from tests.storage.shop import Running
from tests.support.postgres import Postgres

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server; who stops it starts it again."""
    with Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    kind: str = request.param
    return kind


@pytest.fixture
def server(kind: str, request: pytest.FixtureRequest) -> Postgres | None:
    """The server, where the pools' databases are on one."""
    if kind != "postgresql":
        return None
    found: Any = request.getfixturevalue("postgres")
    assert isinstance(found, Postgres)
    if not found.is_running:
        found.start()
    return found


@pytest.fixture
def server_options(server: Postgres | None) -> list[str]:
    """The options of `rgs up` for the pools' databases, new ones, besides `--data`."""
    if server is None:
        return []
    number = next(_numbers)
    return [
        word
        for pool in ("primary", "backup")
        for word in (f"--database-{pool}", server.create(f"{pool}-{number}"))
    ]


@pytest.fixture
def servers(server_options: list[str]) -> dict[Pool, URL]:
    """The same as addresses."""
    pairs = zip(server_options[::2], server_options[1::2], strict=True)
    return {Pool(word.removeprefix("--database-")): judge_url(url) for word, url in pairs}


@pytest.fixture
def start(tmp_path: Path, servers: dict[Pool, URL]) -> Callable[..., Running]:
    """Opens an emulator on one and the same store."""
    return partial(Running, tmp_path / "data", servers)


@pytest.fixture
def lose(
    server: Postgres | None, tmp_path: Path, servers: dict[Pool, URL]
) -> Callable[[str], Callable[[], None]]:
    """Takes a pool's database away; gives what brings it back."""

    def take_away(pool: str) -> Callable[[], None]:
        if server is None:
            path = tmp_path / "data" / f"{pool}.sqlite"
            path.rename(path.with_suffix(".away"))
            path.mkdir()

            def bring_back() -> None:
                path.rmdir()
                path.with_suffix(".away").rename(path)
        else:
            name = servers[Pool(pool)].database
            server.close_database(str(name))

            def bring_back() -> None:
                server.open_database(str(name))

        return bring_back

    return take_away
