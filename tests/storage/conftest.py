"""Both databases: a SQLite file, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

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
