"""Workflows, queues, agent groups, hours and holidays, on the surfaces that have them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.doors import Door

_SHELL = "config/management-shell"
_NEW: dict[str, dict[str, Any]] = {
    "queues": {"name": "Help Desk", "owner": "primary", "agent_groups": ["helpdesk-agents"]},
    "agent-groups": {"name": "First Line", "owner": "primary", "agents": ["alice", "carol"]},
    "hours-of-business": {
        "name": "Office",
        "owner": "primary",
        "monday": [{"open": "09:00", "close": "12:00"}, {"open": "13:00", "close": "17:00"}],
    },
    "holiday-sets": {
        "name": "French",
        "owner": "primary",
        "holidays": [{"start": "2026-12-25", "end": "2026-12-26", "name": "Noël"}],
    },
    "workflows": {"name": "desk", "owner": "primary", "shared_queue": "lobby"},
}
every_kind = pytest.mark.parametrize("kind", list(_NEW))


async def _make(door: Door, kind: str, **changed: Any) -> dict[str, Any]:
    reply = await door.ask("POST", f"{_SHELL}/{kind}", _NEW[kind] | changed)
    assert reply.status == 201, reply.text
    made: dict[str, Any] = reply.json
    return made


async def _names(door: Door, path: str) -> list[str]:
    return [each["name"] for each in (await door.get(path))["objects"]]


@every_kind
async def test_what_is_made_is_shown_by_name_and_by_id(door: Door, kind: str) -> None:
    made = await _make(door, kind)
    path = f"{_SHELL}/{kind}"
    assert made["name"] in await _names(door, path)
    for name in (made["name"], made["id"]):
        shown = await door.get(f"{path}/{name}")
        assert shown == made
        assert {key: shown[key] for key in _NEW[kind]} == _NEW[kind]


@every_kind
async def test_what_is_changed_is_at_another_version_and_a_stale_change_is_refused(
    door: Door, kind: str
) -> None:
    made = await _make(door, kind)
    path = f"{_SHELL}/{kind}/{made['id']}"
    stale = {"If-Match": f'"{made["version"]}"'}
    changed = await door.ask("PUT", path, made, headers=stale)
    assert (changed.status, changed.json["version"] > made["version"]) == (200, True)
    again = await door.ask("PUT", path, made, headers=stale)
    assert (again.status, again.problem["type"]) == (412, "/docs#stale-version")


@every_kind
async def test_what_is_removed_is_gone(door: Door, kind: str) -> None:
    made = await _make(door, kind)
    path = f"{_SHELL}/{kind}/{made['name']}"
    assert (await door.ask("DELETE", path)).status == 204
    assert (await door.ask("GET", path)).status == 404
    assert (await door.ask("DELETE", path)).status == 404


@every_kind
async def test_a_name_that_is_taken_is_refused(door: Door, kind: str) -> None:
    await _make(door, kind)
    reply = await door.ask("POST", f"{_SHELL}/{kind}", _NEW[kind])
    assert (reply.status, reply.problem["type"]) == (409, "/docs#conflict")


@every_kind
async def test_what_the_primary_pool_owns_is_not_changed_while_it_is_away(
    door: Door, kind: str
) -> None:
    made = await _make(door, kind)
    await door.phase("outage")
    path = f"{_SHELL}/{kind}"
    replies = [
        await door.ask("POST", path, _NEW[kind] | {"name": "another"}),
        await door.ask("PUT", f"{path}/{made['id']}", made),
        await door.ask("DELETE", f"{path}/{made['id']}"),
    ]
    assert {(reply.status, reply.problem["cell"]) for reply in replies} == {
        (403, "config/outage/primary")
    }
    assert await door.get(f"{path}/{made['id']}") == made


@every_kind
async def test_a_database_that_is_down_answers_503(door: Door, kind: str) -> None:
    await _make(door, kind)
    await door.ask("PUT", "pools/primary/database", {"up": False})
    path = f"{_SHELL}/{kind}"
    listed = await door.get(path)
    assert listed["unavailable"] == ["primary"]
    assert all(each["pool"] == "backup" for each in listed["objects"])
    name = _NEW[kind]["name"]
    for method, body in (("GET", None), ("PUT", _NEW[kind]), ("DELETE", None)):
        assert (await door.ask(method, f"{path}/{name}", body)).status == 503
    assert (await door.ask("POST", path, _NEW[kind] | {"name": "another"})).status == 503
    await door.ask("PUT", "pools/primary/database", {"up": True})
    assert name in await _names(door, path)


# -- what each surface has -------------------------------------------------------------------------

_HAS = {
    "control-panel": {"workflows": "lists", "queues": "changes", "agent-groups": "changes"},
    "configuration-tool": {
        "workflows": "changes",
        "queues": "lists",
        "hours-of-business": "lists",
        "holiday-sets": "lists",
    },
    "management-shell": dict.fromkeys(_NEW, "changes"),
}


@pytest.mark.parametrize("surface", list(_HAS))
@every_kind
async def test_a_surface_does_what_the_real_one_does(door: Door, surface: str, kind: str) -> None:
    has = _HAS[surface].get(kind)
    path = f"config/{surface}/{kind}"
    assert (await door.ask("GET", path)).status == (200 if has else 404)
    made = await door.ask("POST", path, _NEW[kind])
    assert made.status == {"changes": 201, "lists": 405, None: 404}[has]


@pytest.mark.parametrize("kind", ["groups-of-calls", "queue", "settings/more"])
async def test_a_kind_that_there_is_not_is_told(door: Door, kind: str) -> None:
    assert (await door.ask("GET", f"{_SHELL}/{kind}")).status == 404


# -- what belongs together -------------------------------------------------------------------------


async def test_a_workflow_of_objects_takes_calls(door: Door) -> None:
    await _make(door, "agent-groups")
    await _make(door, "queues", agent_groups=["First Line"])
    await _make(door, "workflows", shared_queue="Help Desk")
    call = await door.connected("dave", "desk")
    assert (call["group"], call["agent"]) == ("desk", "alice")


async def test_a_change_of_an_agent_group_acts_on_the_next_call(door: Door) -> None:
    await _make(door, "agent-groups")
    await _make(door, "queues", agent_groups=["First Line"])
    await _make(door, "workflows", shared_queue="Help Desk")
    group = await door.get(f"{_SHELL}/agent-groups/First Line")
    changed = await door.ask(
        "PUT", "config/control-panel/agent-groups/First Line", group | {"agents": ["bob"]}
    )
    assert changed.status == 200
    assert (await door.connected("dave", "desk"))["agent"] == "bob"


async def test_what_names_an_object_follows_its_new_name(door: Door) -> None:
    await _make(door, "hours-of-business")
    queue = await _make(door, "queues")
    await _make(door, "workflows", shared_queue="Help Desk", hours="Office")
    await door.ask("PUT", f"{_SHELL}/queues/{queue['id']}", queue | {"name": "Front"})
    hours = await door.get(f"{_SHELL}/hours-of-business/Office")
    await door.ask("PUT", f"{_SHELL}/hours-of-business/Office", hours | {"name": "Day"})
    desk = await door.get(f"{_SHELL}/workflows/desk")
    assert (desk["shared_queue"], desk["hours"]) == ("Front", "Day")
    assert (await door.ask("GET", f"{_SHELL}/queues/Help Desk")).status == 404


async def test_what_is_needed_is_not_removed(door: Door) -> None:
    await _make(door, "agent-groups")
    await _make(door, "queues", agent_groups=["First Line"])
    await _make(door, "workflows", shared_queue="Help Desk")
    for path in ("queues/Help Desk", "agent-groups/First Line"):
        reply = await door.ask("DELETE", f"{_SHELL}/{path}")
        assert (reply.status, reply.problem["type"]) == (409, "/docs#conflict")


async def test_a_group_whose_queue_another_shares_shows_its_name(door: Door) -> None:
    group = await door.get("config/control-panel/groups/lobby")
    assert "agent_groups" in group
    await _make(door, "workflows", shared_queue="lobby")
    for name in ("lobby", "desk"):
        shown = await door.get(f"config/control-panel/groups/{name}")
        assert shown["shared_queue"] == "lobby"
        assert "agent_groups" not in shown


async def test_a_workflow_names_its_queue_and_has_none_inside(door: Door) -> None:
    reply = await door.ask(
        "POST", f"{_SHELL}/workflows", {"name": "desk", "owner": "primary", "agents": ["alice"]}
    )
    assert reply.status == 422
    assert reply.problem["errors"][0]["field"] == "agent_groups"


@pytest.mark.parametrize(
    ("kind", "changed", "field"),
    [
        ("queues", {"agent_groups": ["nobody"]}, "agent_groups[0]"),
        ("queues", {"overflow_threshold": 1001}, "overflow_threshold"),
        ("queues", {"timeout_action": {"question": {}, "uri": "tel:1"}}, "timeout_action"),
        ("agent-groups", {"agents": ["nobody"]}, "agents[0]"),
        ("agent-groups", {"alert_seconds": 601}, "alert_seconds"),
        ("hours-of-business", {"monday": [{"open": "9", "close": "10:00"}]}, "monday[0].open"),
        ("workflows", {"hours": "never"}, "hours"),
        ("workflows", {"name": "alice"}, "name"),
    ],
)
async def test_what_cannot_be_is_told_by_its_field(
    door: Door, kind: str, changed: dict[str, Any], field: str
) -> None:
    reply = await door.ask("POST", f"{_SHELL}/{kind}", _NEW[kind] | changed)
    assert reply.status == 422
    assert [each["field"] for each in reply.problem["errors"]] == [field]


async def test_copies_are_listed_by_owner_and_changed_by_pool(door: Door) -> None:
    await door.ask("POST", "import", {"groups": ["helpdesk"]})
    assert await _names(door, f"{_SHELL}/queues?pool=backup&owner=primary") == ["helpdesk"]
    path = f"{_SHELL}/queues/helpdesk?pool=backup"
    copy = await door.get(path)
    assert (copy["imported"], copy["pool"], copy["owner"]) == (True, "backup", "primary")
    await door.phase("outage")
    assert (await door.ask("PUT", path, copy | {"overflow_threshold": 3})).status == 200
    assert (await door.get(f"{_SHELL}/queues/helpdesk"))["overflow_threshold"] is None


async def test_settings_of_a_pool_are_its_own(door: Door) -> None:
    path = f"{_SHELL}/settings"
    changed = await door.ask("PUT", f"{path}?pool=backup", {"ringback_grace_seconds": 45})
    assert (changed.status, changed.json["ringback_grace_seconds"]) == (200, 45)
    assert (await door.get(f"{path}?pool=primary"))["ringback_grace_seconds"] is None
    await door.phase("outage")
    refused = await door.ask("PUT", f"{path}?pool=primary", {"music": "a.wav"})
    assert (refused.status, refused.problem["cell"]) == (403, "config/outage/primary")
