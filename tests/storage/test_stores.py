"""Configuration that outlives a restart, and what happens while its database is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from emulator.rules import Phase, Pool
from emulator.storage.engine import file_engine, judge_url, server_engine
from emulator.storage.errors import UnreadableStore
from emulator.storage.pool_database import PoolDatabase
from emulator.topology import parse_topology
from tests.storage.shop import SURFACES, Running
from tests.support.postgres import Postgres

pytestmark = pytest.mark.timeout(60)

Start = Callable[..., Running]
Lose = Callable[[str], Callable[[], None]]
NEW = {"name": "new", "owner": "primary", "kind": "normal", "agents": ["alice"]}


async def eventually(is_true: Callable[[], Awaitable[object]], within: float = 20.0) -> None:
    async with asyncio.timeout(within):
        while not await is_true():  # noqa: ASYNC110 - what an API says has no event
            await asyncio.sleep(0.05)


# -- over a restart ---------------------------------------------------------------------------


async def test_group_that_was_made_is_there_after_a_restart(start: Start) -> None:
    async with start() as first:
        made = await first.door.ask("POST", "config/management-shell/groups", NEW)
        assert made.status == 201
    async with start() as second:
        assert await second.group("new") == made.json
        call = await second.door.connected("bob", "new")
        assert call["agent"] == "alice"


async def test_group_that_was_changed_is_as_it_was_changed(start: Start) -> None:
    async with start() as first:
        changed = await first.describe("helpdesk", "changed")
        assert changed.status == 200
        order = [each["name"] for each in await first.groups()]
    async with start() as second:
        assert await second.group("helpdesk") == changed.json
        assert [each["name"] for each in await second.groups()] == order


async def test_group_that_was_removed_stays_away(start: Start) -> None:
    async with start() as first:
        reply = await first.door.ask("DELETE", "config/management-shell/groups/lobby")
        assert reply.status == 204
    async with start() as second:
        reply = await second.door.ask("GET", "config/management-shell/groups/lobby")
        assert reply.status == 404


async def test_copies_are_there_until_they_are_removed(start: Start) -> None:
    async with start() as first:
        assert (await first.door.ask("POST", "import", {"groups": ["helpdesk"]})).status == 200
        copies = await first.groups(query="?show_all=true")
    async with start() as second:
        assert await second.groups(query="?show_all=true") == copies
        assert (await second.door.get("state"))["imported"] is True
        assert (await second.door.ask("DELETE", "import")).status == 200
    async with start() as third:
        assert (await third.door.get("state"))["imported"] is False


async def test_reset_is_kept_too(start: Start) -> None:
    async with start() as first:
        before = await first.groups()
        await first.door.ask("POST", "config/management-shell/groups", NEW)
        await first.describe("sales", "changed")
        await first.door.ask("POST", "import")
        await first.door.ask("POST", "console/alice/sign-in", {"groups": ["formal"]})
        await first.door.phase("outage")
        assert (await first.door.ask("POST", "reset")).status == 200
        epoch = (await first.door.get("state"))["epoch"]
    async with start() as second:
        state = await second.door.get("state")
        assert (state["phase"], state["epoch"], state["imported"]) == ("normal", epoch, False)
        assert [each["description"] for each in await second.groups()] == [
            each["description"] for each in before
        ]
        agent = await second.door.get("agents/alice")
        assert {"name": "formal", "signed_in": False} in agent["groups"]


async def test_reset_that_was_cut_off_is_finished_at_the_next_start(start: Start) -> None:
    async with start() as first:
        await first.describe("sales", "changed")
        await first.door.ask("POST", "import")
        await first.door.phase("outage")
        own = first.stores.own
        assert own is not None
        await own.begin_reset(2)
    for _ in range(2):
        async with start() as next_one:
            state = await next_one.door.get("state")
            assert (state["phase"], state["epoch"], state["imported"]) == ("normal", 2, False)
            assert (await next_one.group("sales"))["description"] == ""


async def test_version_of_before_the_restart_counts_after_it(start: Start) -> None:
    async with start() as first:
        stale = (await first.group("helpdesk"))["version"]
        fresh = (await first.describe("helpdesk", "changed")).json["version"]
    async with start() as second:
        reply = await second.describe("helpdesk", "x", headers={"If-Match": f'"{stale}"'})
        assert reply.status == 412
        reply = await second.describe("helpdesk", "x", headers={"If-Match": f'"{fresh}"'})
        assert reply.status == 200
        assert reply.json["version"] > fresh


async def test_version_of_what_is_gone_is_not_given_again(start: Start) -> None:
    async with start() as first:
        made = (await first.door.ask("POST", "config/management-shell/groups", NEW)).json
        await first.door.ask("DELETE", "config/management-shell/groups/new")
    async with start() as second:
        again = (await second.door.ask("POST", "config/management-shell/groups", NEW)).json
        assert again["version"] > made["version"]


async def test_sign_ins_go_on_but_not_in_a_group_that_was_made_anew(start: Start) -> None:
    async with start() as first:
        new = NEW | {"agent_groups": [{"name": "n", "agents": ["alice"],
                                       "participation": "formal"}]}  # fmt: skip
        del new["agents"]
        assert (await first.door.ask("POST", "config/management-shell/groups", new)).status == 201
        for groups in (["formal"], ["new"]):
            reply = await first.door.ask("POST", "console/alice/sign-in", {"groups": groups})
            assert reply.status == 200
        await first.door.ask("DELETE", "config/management-shell/groups/new")
        await first.door.ask("POST", "config/management-shell/groups", new)
    async with start() as second:
        groups = (await second.door.get("agents/alice"))["groups"]
        assert {"name": "formal", "signed_in": True} in groups
        assert {"name": "new", "signed_in": False} in groups


async def test_other_topology_for_what_is_stored_is_refused(start: Start) -> None:
    async with start():
        pass
    other = parse_topology(
        "agents: [{name: zoe, home: primary}]\ngroups: [{name: desk, agents: [zoe]}]\n",
        name="other",
    )
    with pytest.raises(UnreadableStore, match="does not go with the topology"):
        async with start(other):
            pass


# -- somebody else writes ---------------------------------------------------------------------


async def test_what_another_process_writes_shows_and_acts(
    start: Start, tmp_path: Path, servers: dict[Pool, URL]
) -> None:
    async with start() as running:
        stale = await running.group("helpdesk")
        engine = (
            server_engine(servers[Pool.PRIMARY])
            if servers
            else file_engine(tmp_path / "data" / "primary.sqlite")
        )
        other = PoolDatabase(Pool.PRIMARY, engine)
        configuration, revision = await other.load()
        gone = [each.key for each in configuration if each.name == "lobby"]
        gone = [key for key in gone if key[0] == "workflow"]
        await other.commit(revision, (), gone)
        await other.close()

        assert "lobby" not in [each["name"] for each in await running.groups()]
        reply = await running.door.ask("POST", "calls", {"from": "alice", "to": "lobby"})
        assert reply.status != 201 or reply.json["group"] is None
        assert (await running.group("helpdesk"))["version"] == stale["version"]


# -- a database that is gone ------------------------------------------------------------------


def every_request(group: dict[str, Any]) -> list[tuple[str, str, Any]]:
    return [
        each
        for surface in SURFACES
        for each in (
            ("GET", f"config/{surface}/groups?pool=primary", None),
            ("GET", f"config/{surface}/groups/helpdesk", None),
            ("PUT", f"config/{surface}/groups/helpdesk", group),
            ("POST", f"config/{surface}/groups", NEW),
            ("DELETE", f"config/{surface}/groups/lobby", None),
        )
    ]


async def test_database_that_is_gone_and_one_switched_off_look_the_same(
    start: Start, lose: Lose
) -> None:
    async with start() as running:
        door = running.door
        requests = every_request(await running.group("helpdesk"))
        await door.ask("PUT", "pools/primary/database", {"up": False})
        switched_off = [await door.ask(*each) for each in requests]
        await door.ask("PUT", "pools/primary/database", {"up": True})

        bring_back = lose("primary")
        gone = [await door.ask(*each) for each in requests]

        assert [each.status for each in switched_off] == [503] * len(requests)
        assert [each.status for each in gone] == [503] * len(requests)
        assert {each.problem["type"] for each in gone + switched_off} == {"/docs#database-down"}
        assert (await door.get("state"))["pools"] == {
            "primary": {"serving": True, "database": False},
            "backup": {"serving": True, "database": True},
        }
        bring_back()
        await eventually(lambda: answers(running, 200))
        assert (await door.get("state"))["pools"]["primary"]["database"] is True


async def answers(running: Running, status: int) -> bool:
    reply = await running.door.ask("GET", "config/control-panel/groups/helpdesk")
    return reply.status == status


@pytest.mark.parametrize("pool", list(Pool))
async def test_calls_phases_and_the_other_pool_go_on(start: Start, lose: Lose, pool: Pool) -> None:
    async with start() as running:
        door = running.door
        bring_back = lose(pool)

        listed = await door.get("config/management-shell/groups")
        other = Pool.BACKUP if pool is Pool.PRIMARY else Pool.PRIMARY
        assert listed["unavailable"] == [pool]
        assert {each["pool"] for each in listed["groups"]} == {other}
        assert (await door.connected("alice", "helpdesk"))["state"] == "connected"
        for phase in (*list(Phase)[1:], Phase.NORMAL):
            await door.phase(phase)
            assert (await door.connected("dave", "sales"))["state"] == "connected"
        bring_back()

        async def is_back() -> bool:
            return not (await door.get("config/management-shell/groups"))["unavailable"]

        await eventually(is_back)


async def test_import_copies_what_was_committed_last(start: Start, lose: Lose) -> None:
    async with start() as running:
        await running.describe("helpdesk", "committed")
        bring_back = lose("primary")

        assert (await running.door.ask("POST", "import")).status == 200

        copies = await running.groups(query="?pool=backup&show_all=true")
        found = [each["description"] for each in copies if each["name"] == "helpdesk"]
        assert found == ["committed"]
        bring_back()


async def test_import_and_reset_that_need_a_database_that_is_gone_change_nothing(
    start: Start, lose: Lose
) -> None:
    async with start() as running:
        door = running.door
        await running.describe("helpdesk", "changed")
        await door.phase("outage")
        before = await door.get("state")
        bring_back = lose("backup")

        for request in (("POST", "import"), ("DELETE", "import"), ("POST", "reset")):
            assert (await door.ask(*request)).status == 503

        after = await door.get("state")
        assert (after["phase"], after["epoch"]) == (before["phase"], before["epoch"])
        bring_back()
        assert (await running.group("helpdesk"))["description"] == "changed"
    async with start() as second:
        assert (await second.door.get("state"))["phase"] == "outage"
        assert (await second.group("helpdesk"))["description"] == "changed"


@pytest.mark.parametrize("count", [40])
async def test_many_who_ask_at_the_same_time_are_all_answered(start: Start, count: int) -> None:
    async with start() as running:
        listing = [running.door.ask("GET", "config/control-panel/groups") for _ in range(count)]
        changes = [running.describe("helpdesk", f"text {n}") for n in range(count // 4)]

        replies = await asyncio.gather(*listing, *changes)

        assert {each.status for each in replies} == {200}


async def test_server_that_stands_still_keeps_nobody_waiting(
    tmp_path: Path, postgres: Postgres
) -> None:
    """The requests' own limit of two seconds is what judges."""
    servers = {pool: judge_url(postgres.create(f"still-{pool}")) for pool in Pool}
    async with Running(tmp_path / "data", servers) as running:
        door = running.door
        requests = every_request(await running.group("helpdesk"))
        postgres.freeze()
        try:
            replies = await asyncio.gather(*(door.ask(*each) for each in requests))
            assert {each.status for each in replies} == {503}
            assert (await door.ask("GET", "config/control-panel/groups")).status == 503
            await door.phase("outage")
            assert (await door.connected("alice", "sales"))["state"] == "connected"
        finally:
            postgres.thaw()
        await eventually(lambda: answers(running, 200))
