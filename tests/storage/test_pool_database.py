"""A pool's database by itself: in memory, in a SQLite file, on a PostgreSQL server."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emulator.model.configuration import ConfigObject, Configuration, ObjectKind, seeds_of
from emulator.model.topology import Group
from emulator.resources import resource
from emulator.rules import Pool
from emulator.storage.engine import file_engine, judge_url, server_engine
from emulator.storage.errors import DatabaseUnavailable, StorageError, UnreadableStore
from emulator.storage.pool_database import Changed, PoolDatabase, in_memory
from emulator.topology import load_topology, parse_topology
from tests.support.postgres import Postgres

pytestmark = pytest.mark.timeout(60)

SEEDS = seeds_of(load_topology(resource("contoso.yaml")))[Pool.PRIMARY]
Another = Callable[[], PoolDatabase]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def another(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Another]:
    """Opens the same database each time, over connections of its own."""
    opened: list[PoolDatabase] = []
    if request.param == "postgresql":
        postgres: Any = request.getfixturevalue("postgres")
        url = judge_url(postgres.create("unit"))

    def open_again() -> PoolDatabase:
        if request.param == "memory":
            found = opened[0] if opened else in_memory(Pool.PRIMARY)
        elif request.param == "sqlite":
            found = PoolDatabase(Pool.PRIMARY, file_engine(tmp_path / "a %20?#.sqlite"))
        else:
            found = PoolDatabase(Pool.PRIMARY, server_engine(url))
        opened.append(found)
        return found

    yield open_again
    for each in opened:
        await each.close()


@pytest.fixture
async def database(another: Another) -> PoolDatabase:
    """One with the schema, and nothing in it."""
    found = another()
    await found.open()
    return found


async def seeded(database: PoolDatabase) -> PoolDatabase:
    assert await database.commit(0, SEEDS) == 1
    return database


def named(configuration: Configuration, name: str) -> ConfigObject:
    found = configuration.find(ObjectKind.WORKFLOW, name)
    assert found is not None
    return found


async def test_new_database_is_at_revision_0_and_empty(database: PoolDatabase) -> None:
    configuration, revision = await database.load()

    assert (list(configuration), revision) == ([], 0)
    assert await database.highest_version() == 0


async def test_schema_is_brought_up_to_date_as_often_as_one_likes(another: Another) -> None:
    for _ in range(2):
        await another().open()


async def test_what_is_committed_is_there_for_whoever_opens_it_in_its_order(
    database: PoolDatabase, another: Another
) -> None:
    await seeded(database)

    configuration, revision = await another().load()

    assert list(configuration) == list(SEEDS)
    assert revision == 1
    assert await another().highest_version() == max(each.version for each in SEEDS)


async def test_change_keeps_its_place_and_a_new_object_comes_last(database: PoolDatabase) -> None:
    await seeded(database)
    helpdesk = replace(named(SEEDS, "helpdesk"), version=900)
    new = replace(named(SEEDS, "helpdesk"), name="new", version=901, id="0" * 36)
    assert isinstance(new.value, Group)
    new = replace(new, value=replace(new.value, name="new"))

    assert await database.commit(1, [new, helpdesk], [(ObjectKind.WORKFLOW, "vault")]) == 2

    configuration, _ = await database.load()
    wanted = [helpdesk if each.key == helpdesk.key else each for each in SEEDS]
    wanted = [each for each in wanted if each.key != (ObjectKind.WORKFLOW, "vault")]
    assert list(configuration) == [*wanted, new]
    assert await database.highest_version() == 901


async def test_stale_revision_changes_nothing(database: PoolDatabase, another: Another) -> None:
    await seeded(database)
    assert await another().commit(1, (), [(ObjectKind.WORKFLOW, "vault")]) == 2

    with pytest.raises(Changed):
        await database.commit(1, (), [(ObjectKind.WORKFLOW, "lobby")])
    with pytest.raises(Changed):
        await database.replace_all(1, SEEDS)
    with pytest.raises(Changed):
        await database.commit(0, SEEDS)

    configuration, revision = await database.load()
    assert revision == 2
    assert configuration.find(ObjectKind.WORKFLOW, "lobby") is not None


async def test_everything_is_replaced_with_the_audio_files(database: PoolDatabase) -> None:
    await seeded(database)
    await database.store_audio("a.wma", b"\0\1")
    assert await database.audio(["a.wma", "b.wma"]) == {"a.wma": b"\0\1"}

    assert await database.replace_all(1, [named(SEEDS, "helpdesk")]) == 2

    configuration, _ = await database.load()
    assert [each.name for each in configuration] == ["helpdesk"]
    assert await database.audio(["a.wma"]) == {}
    assert await database.highest_version() == max(each.version for each in SEEDS)


async def test_one_of_many_at_the_same_time_wins(database: PoolDatabase) -> None:
    await seeded(database)

    done = await asyncio.gather(
        *(
            database.commit(1, [replace(named(SEEDS, "helpdesk"), version=n)])
            for n in range(100, 105)
        ),
        *(database.revision() for _ in range(20)),
        return_exceptions=True,
    )

    assert sum(each == 2 for each in done[:5]) == 1
    assert all(each == 2 or isinstance(each, Changed) for each in done[:5])
    assert set(done[5:]) <= {1, 2}
    assert await database.revision() == 2


async def test_large_configuration_is_stored_however_long_that_takes(
    database: PoolDatabase,
) -> None:
    names = [f"group-{n}" for n in range(700)]
    groups = "".join(f"\n- {{name: {name}, agents: [ann]}}" for name in names)
    topology = parse_topology(
        f"agents: [{{name: ann, home: primary}}]\ngroups:{groups}\n", name="large"
    )
    seeds = seeds_of(topology)[Pool.PRIMARY]

    assert await database.commit(0, seeds, is_patient=True) == 1
    assert await database.commit(1, list(seeds)[:9]) == 2

    assert list((await database.load(is_patient=True))[0]) == list(seeds)


async def test_text_of_every_kind_comes_back(database: PoolDatabase) -> None:
    helpdesk = named(SEEDS, "helpdesk")
    text = "Ünïcode 🎧 \"quoted\" \\ 'apostrophe'; DROP TABLE objects -- %s :name\ttab"
    assert isinstance(helpdesk.value, Group)
    helpdesk = replace(helpdesk, value=replace(helpdesk.value, description=text))

    await database.commit(0, [helpdesk])

    assert list((await database.load())[0]) == [helpdesk]


async def test_one_that_is_switched_off_answers_nothing_until_it_is_on(
    database: PoolDatabase,
) -> None:
    await seeded(database)
    database.is_switched_on = False

    for ask in (database.revision, database.load, database.highest_version):
        with pytest.raises(DatabaseUnavailable):
            await ask()
    with pytest.raises(DatabaseUnavailable):
        await database.commit(1, ())
    assert not database.answers

    database.is_switched_on = True
    assert await database.revision() == 1
    assert database.answers


async def test_file_that_is_gone_is_not_made_again_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "primary.sqlite"
    database = PoolDatabase(Pool.PRIMARY, file_engine(path))
    await database.open()
    await seeded(database)
    path.rename(tmp_path / "elsewhere")

    with pytest.raises(DatabaseUnavailable):
        await database.revision()
    assert not database.answers
    assert not path.exists()

    (tmp_path / "elsewhere").rename(path)
    assert await database.revision() == 1
    assert database.answers


async def test_file_of_garbage_is_as_good_as_gone(tmp_path: Path) -> None:
    path = tmp_path / "primary.sqlite"
    database = PoolDatabase(Pool.PRIMARY, file_engine(path))
    await database.open()
    path.write_bytes(b"this is no database, " * 500)

    with pytest.raises(DatabaseUnavailable):
        await database.revision()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE objects SET document = 'torn' WHERE name = 'helpdesk'",
        "UPDATE objects SET kind = 'unheard_of' WHERE name = ''",
        "UPDATE objects SET owner = 'third' WHERE name = 'helpdesk'",
        "UPDATE marks SET value = 'many' WHERE name = 'revision'",
    ],
    ids=["document", "kind", "owner", "revision"],
)
async def test_what_can_not_be_read_is_told(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "primary.sqlite"
    database = PoolDatabase(Pool.PRIMARY, file_engine(path))
    await database.open()
    await seeded(database)
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()

    with pytest.raises(UnreadableStore):
        await database.load()


async def test_schema_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "primary.sqlite"
    database = PoolDatabase(Pool.PRIMARY, file_engine(path))
    await database.open()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    with pytest.raises(UnreadableStore, match="version"):
        await database.open()


@pytest.mark.parametrize("how", ["stop", "crash", "freeze"])
async def test_server_that_is_gone_comes_back_by_itself(postgres: Postgres, how: str) -> None:
    url = judge_url(postgres.create("gone"))
    database = PoolDatabase(Pool.PRIMARY, server_engine(url))
    try:
        await database.open()
        await seeded(database)
        getattr(postgres, how)()
        try:
            asked = [database.revision(), database.load(), *(database.revision() for _ in "12345")]
            done = await asyncio.gather(*asked, return_exceptions=True)
            assert [type(each) for each in done] == [DatabaseUnavailable] * 7
            assert not database.answers
        finally:
            postgres.thaw() if how == "freeze" else postgres.start()

        assert await database.revision() == 1
        assert database.answers
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("user", "password", "name"),
    [
        ("rgs", "any", "not-there"),
        ("nobody", "any", "postgres"),
        ("locked", "wrong", "postgres"),
        ("locked", "secret", "postgres"),
    ],
    ids=["no such database", "no such user", "wrong password", "no rights"],
)
async def test_server_that_does_not_let_us_in_is_told(
    postgres: Postgres, user: str, password: str, name: str
) -> None:
    database = PoolDatabase(
        Pool.PRIMARY, server_engine(judge_url(postgres.url(name, user, password)))
    )
    try:
        with pytest.raises(StorageError) as refusal:
            await database.open()
        assert password not in str(refusal.value)
    finally:
        await database.close()


@pytest.mark.parametrize(
    "url",
    [
        "", "postgresql://h/d", "mysql+asyncmy://h/d", "postgresql+asyncpg://h",
        "postgresql+asyncpg://h:port/d", "postgresql+asyncpg://h/d?sslmode=require",
        "postgresql+asyncpg://h/d?ssl=perhaps",
    ],
)  # fmt: skip
def test_address_that_can_not_be_used_is_told_with_what_is_expected(url: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        judge_url(url)
