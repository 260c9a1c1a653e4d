"""State, phases, imports, databases, reset: over HTTP, on real sockets."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests.support.doors import Door

REFUSED = [
    ({"to": "failed_over"}, 409, "transition-refused"),
    ({"to": "outage", "expected_epoch": 7}, 409, "stale-epoch"),
    ({"to": "nowhere"}, 422, "invalid-fields"),
    ({"to": "outage", "style": "loud"}, 422, "invalid-fields"),
    ({"to": "outage", "expected_epoch": -1}, 422, "invalid-fields"),
    ({"to": "outage", "expected_epoch": "0"}, 422, "invalid-fields"),
    ({"to": "outage", "more": 1}, 422, "invalid-fields"),
    ({}, 422, "invalid-fields"),
    ([], 422, "invalid-fields"),
]


async def test_state_says_how_everything_is_at_the_start(door: Door) -> None:
    state = await door.get("state")

    assert state == {
        "phase": "normal",
        "epoch": 0,
        "imported": False,
        "style": "graceful",
        "reading": "hosted",
        "pools": {
            "primary": {"serving": True, "database": True},
            "backup": {"serving": True, "database": True},
        },
        "calls": {"connected": 0, "pending": 0},
    }


async def test_entering_a_phase_is_answered_with_what_became_of_the_calls(door: Door) -> None:
    await door.connected("erin", "helpdesk")
    await door.connected("erin", "hotline")
    await door.call("frank", "lobby")

    account = await door.phase("outage")

    assert (account["phase"], account["epoch"]) == ("outage", 1)
    assert (account["kept"], account["dropped"]) == (1, 2)
    assert account["cells"] == {
        "connected/outage/normal": {"kept": 1, "dropped": 0},
        "connected/outage/anonymous/primary": {"kept": 0, "dropped": 1},
        "pending/outage/primary": {"kept": 0, "dropped": 1},
    }
    state = await door.get("state")
    assert state["calls"] == {"connected": 1, "pending": 0}
    assert state["pools"]["primary"]["serving"] is False


@pytest.mark.parametrize(("body", "status", "kind"), REFUSED, ids=lambda value: str(value)[:40])
async def test_refused_change_of_phase_changes_nothing(
    door: Door, body: Any, status: int, kind: str
) -> None:
    before = await door.get("state")

    reply = await door.ask("PUT", "phase", body)

    assert reply.status == status
    assert reply.problem["type"] == f"/docs#{kind}"
    assert await door.get("state") == before


async def test_style_where_nothing_goes_down_is_refused_with_400(door: Door) -> None:
    await door.phase("outage", style="crash")

    reply = await door.ask("PUT", "phase", {"to": "failing_over", "style": "crash"})

    assert reply.status == 400
    assert reply.problem["type"] == "/docs#style-refused"
    assert (await door.get("state"))["phase"] == "outage"


async def test_pool_whose_port_is_taken_cannot_return_and_the_phase_stays(door: Door) -> None:
    await door.phase("outage", style="crash")
    primary = door.administration.deployment.listeners[1].endpoint
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", primary.port))

        reply = await door.ask("PUT", "phase", {"to": "normal"})
        reset = await door.ask("POST", "reset")

    assert reply.status == 503
    assert reply.problem["type"] == "/docs#pool-cannot-return"
    assert reset.status == 503
    assert (await door.get("state"))["phase"] == "outage"
    assert (await door.phase("normal"))["phase"] == "normal"


async def test_import_copies_all_groups_of_the_primary_pool(door: Door) -> None:
    reply = await door.ask("POST", "import")

    assert reply.json == {
        "imported": True,
        "groups": ["helpdesk", "hotline", "lobby", "vault", "onlyprimary", "formal"],
    }
    state = await door.get("state")
    assert (state["imported"], state["epoch"]) == (True, 0)


async def test_import_and_removal_of_named_groups(door: Door) -> None:
    imported = await door.ask("POST", "import", {"groups": ["helpdesk", "vault"]})
    left = await door.ask("DELETE", "import", {"groups": ["vault"]})
    removed = await door.ask("DELETE", "import")
    again = await door.ask("DELETE", "import")

    assert imported.json["groups"] == ["helpdesk", "vault"]
    assert left.json == {"imported": True, "groups": ["helpdesk"]}
    assert removed.json == again.json == {"imported": False, "groups": []}


@pytest.mark.parametrize(
    ("method", "groups", "status"),
    [
        ("POST", ["helpdesk", "nobody"], 404),
        ("POST", ["helpdesk", "sales"], 409),
        ("POST", [], 422),
        ("POST", "helpdesk", 422),
        ("DELETE", ["helpdesk", "vault"], 404),
    ],
    ids=str,
)
async def test_refused_import_changes_nothing(
    door: Door, method: str, groups: Any, status: int
) -> None:
    await door.ask("POST", "import", {"groups": ["hotline", "vault"]})

    reply = await door.ask(method, "import", {"groups": groups})

    assert reply.status == status
    assert reply.problem["detail"]
    left = await door.ask("DELETE", "import", {"groups": ["vault"]})
    assert left.json["groups"] == ["hotline"]


async def test_calls_on_a_copy_go_on_when_it_is_removed(door: Door) -> None:
    await door.ask("POST", "import")
    await door.phase("outage")
    connected = await door.connected("frank", "helpdesk")
    waiting = await door.call("frank", "lobby")
    assert connected["imported"] is waiting["imported"] is True

    await door.ask("DELETE", "import")

    for call in (connected, waiting):
        assert (await door.get(f"calls/{call['id']}"))["ended"] is None
    refused = await door.call("frank", "helpdesk")
    assert (refused["state"], refused["ended_by"]) == ("ended", "rule")
    assert refused["verdict"]["cell"] == "new/outage/not_imported"


async def test_database_stops_and_starts_answering(door: Door) -> None:
    stopped = await door.ask("PUT", "pools/primary/database", {"up": False})
    state = await door.get("state")
    imported = await door.ask("POST", "import")
    await door.ask("PUT", "pools/primary/database", {"up": True})

    assert stopped.json == {"serving": True, "database": False}
    assert state["pools"]["primary"]["database"] is False
    assert imported.status == 200
    assert (await door.get("state"))["pools"]["primary"]["database"] is True


@pytest.mark.parametrize(
    ("pool", "body", "status"),
    [("tertiary", {"up": True}, 404), ("backup", {"up": 1}, 422), ("backup", {}, 422)],
)
async def test_database_of_no_pool_or_in_no_state_is_refused(
    door: Door, pool: str, body: Any, status: int
) -> None:
    reply = await door.ask("PUT", f"pools/{pool}/database", body)

    assert reply.status == status
    assert reply.problem


async def test_reset_brings_everything_back_to_the_start(door: Door) -> None:
    start = await door.get("state")
    await door.connected("erin", "helpdesk")
    await door.ask("POST", "console/alice/sign-in", {"groups": ["formal"]})
    await door.ask("POST", "import")
    await door.ask("PUT", "pools/backup/database", {"up": False})
    await door.phase("outage", style="blackhole")

    reply = await door.ask("POST", "reset")

    assert reply.status == 200
    assert {**reply.json, "epoch": 0} == start
    assert (await door.get("calls"))["calls"] == []
    console = await door.get("console/alice")
    assert not any(group["signed_in"] for group in console["groups"] if group["formal"])
