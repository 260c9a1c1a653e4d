"""The three configuration surfaces: what each shows and lets people change, in every phase."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.doors import Door

_SURFACES = ("control-panel", "configuration-tool", "management-shell")
_SHELL = "management-shell"
_PRIMARY = ["helpdesk", "hotline", "lobby", "vault", "onlyprimary", "formal"]
_BACKUP = ["billing", "sales", "legal"]
_WALK = ("outage", "failing_over", "failed_over", "failing_back", "failed_back")
every_surface = pytest.mark.parametrize("surface", _SURFACES)


def _names(listed: dict[str, Any]) -> list[str]:
    return [group["name"] for group in listed["groups"]]


async def _walk_to(door: Door, phase: str) -> None:
    for each in () if phase == "normal" else _WALK[: _WALK.index(phase) + 1]:
        await door.phase(each)


# -- showing ---------------------------------------------------------------------------------------


@every_surface
async def test_lists_the_groups_of_both_pools(door: Door, surface: str) -> None:
    listed = await door.get(f"config/{surface}/groups")
    assert _names(listed) == [*_PRIMARY, *_BACKUP]
    assert listed["unavailable"] == []
    assert _names(await door.get(f"config/{surface}/groups?pool=primary")) == _PRIMARY
    assert _names(await door.get(f"config/{surface}/groups?pool=backup")) == _BACKUP


async def test_shows_a_group_in_the_files_terms(door: Door) -> None:
    reply = await door.ask("GET", "config/control-panel/groups/formal")
    group = reply.json
    assert (group["owner"], group["pool"], group["imported"]) == ("primary", "primary", False)
    assert group["agent_groups"][0]["agents"] == ["alice", "carol"]
    assert group["agent_groups"][0]["participation"] == "formal"
    assert reply.headers["Etag"] == f'"{group["version"]}"'


@every_surface
async def test_only_the_shell_shows_imported_groups(door: Door, surface: str) -> None:
    await door.ask("POST", "import", {"groups": ["helpdesk"]})
    for phase in ("normal", *_WALK):
        if phase != "normal":
            await door.phase(phase)
        reply = await door.ask("GET", f"config/{surface}/groups/helpdesk?pool=backup")
        assert reply.status == (200 if surface == _SHELL else 404), phase
        assert "helpdesk" not in _names(await door.get(f"config/{surface}/groups?pool=backup"))
    reply = await door.ask("GET", f"config/{surface}/groups?show_all=true&pool=backup")
    assert reply.status == (200 if surface == _SHELL else 422)
    if surface == _SHELL:
        assert [(each["name"], each["imported"]) for each in reply.json["groups"]] == [
            *((name, False) for name in _BACKUP),
            ("helpdesk", True),
        ]


@every_surface
@pytest.mark.parametrize("phase", ["normal", *_WALK])
async def test_a_database_that_is_down_hides_its_groups(
    door: Door, surface: str, phase: str
) -> None:
    await _walk_to(door, phase)
    await door.ask("PUT", "pools/primary/database", {"up": False})
    listed = await door.get(f"config/{surface}/groups")
    assert _names(listed) == _BACKUP
    assert listed["unavailable"] == ["primary"]
    for path in ("groups?pool=primary", "groups/helpdesk"):
        reply = await door.ask("GET", f"config/{surface}/{path}")
        assert (reply.status, reply.problem["type"]) == (503, "/docs#database-down")
    assert (await door.get(f"config/{surface}/groups/sales"))["owner"] == "backup"

    await door.ask("PUT", "pools/backup/database", {"up": False})
    assert (await door.ask("GET", f"config/{surface}/groups")).status == 503
    await door.ask("PUT", "pools/primary/database", {"up": True})
    assert (await door.get(f"config/{surface}/groups/helpdesk"))["name"] == "helpdesk"


async def test_places_that_there_are_not(door: Door) -> None:
    for path in ("config/cmd/groups", "config/control-panel/groups/helpdisk",
                 "config/control-panel/groups/sales?pool=primary",
                 "config/management-shell/groups/helpdesk?pool=backup"):  # fmt: skip
        assert (await door.ask("GET", path)).status == 404, path


# -- changing --------------------------------------------------------------------------------------


@every_surface
@pytest.mark.parametrize("is_up", [True, False], ids=["up", "down"])
async def test_groups_of_the_primary_pool_cannot_be_modified_while_it_is_away(
    door: Door, surface: str, is_up: bool
) -> None:
    shown = {
        name: await door.get(f"config/{surface}/groups/{name}") for name in ("helpdesk", "sales")
    }
    fresh = {"name": "fresh", "owner": "primary", "agents": ["alice"]}
    await door.ask("PUT", "pools/primary/database", {"up": is_up})
    for phase in _WALK[:-1]:
        await door.phase(phase)
        for method, path, body in (
            ("PUT", "groups/helpdesk", shown["helpdesk"]),
            ("DELETE", "groups/helpdesk", None),
            ("POST", "groups", fresh),
        ):
            reply = await door.ask(method, f"config/{surface}/{path}", body)
            assert (reply.status, reply.problem["cell"]) == (403, f"config/{phase}/primary")
        reply = await door.ask("PUT", f"config/{surface}/groups/sales", shown["sales"])
        assert reply.status == 200, phase
    await door.phase("failed_back")
    reply = await door.ask("PUT", f"config/{surface}/groups/helpdesk", shown["helpdesk"])
    assert reply.status == (200 if is_up else 503)


async def test_a_change_acts_on_the_next_call(door: Door) -> None:
    group = await door.get("config/control-panel/groups/helpdesk")
    group["agent_groups"] = [{"name": "helpdesk", "agents": ["dave"]}]
    group["kind"] = "anonymous"
    before = await door.connected("erin", "helpdesk")
    reply = await door.ask("PUT", "config/control-panel/groups/helpdesk", group)
    assert reply.status == 200, reply.text
    assert reply.json["version"] != group["version"]
    after = await door.connected("erin", "helpdesk")
    assert (before["kind"], before["agent"]) == ("normal", "alice")
    assert (after["kind"], after["agent"]) == ("anonymous", "dave")
    assert (await door.get(f"calls/{before['id']}"))["state"] == "connected"


async def test_a_waiting_call_gets_the_agent_that_is_added(door: Door) -> None:
    group = await door.get("config/management-shell/groups/onlyprimary")
    group["agent_groups"] = [{"name": "onlyprimary", "agents": []}]
    group["queue"]["timeout_seconds"] = None
    formal = await door.get("config/management-shell/groups/formal")
    waiting = await door.call("erin", "formal")  # nobody has signed in
    formal["agent_groups"][0]["participation"] = "informal"
    await door.ask("PUT", "config/management-shell/groups/formal", formal)
    answered = await door.get(f"wait?call_id={waiting['call_ids'][0]}&state=connected&timeout=5")
    assert answered["agent"] == "alice"


async def test_who_is_signed_in_stays_so(door: Door) -> None:
    await door.ask("POST", "console/alice/sign-in", {"groups": ["formal"]})
    group = await door.get("config/control-panel/groups/formal")
    group["description"] = "something new"
    await door.ask("PUT", "config/control-panel/groups/formal", group)
    console = await door.get("console/alice")
    assert {each["name"]: each["signed_in"] for each in console["groups"]}["formal"] is True


@every_surface
async def test_a_new_group_takes_calls_and_goes_again(door: Door, surface: str) -> None:
    wish = {"name": "fresh", "tel": "+15550177", "agents": ["bob"], "description": "new"}
    reply = await door.ask("POST", f"config/{surface}/groups", wish)
    assert reply.status == 201, reply.text
    assert reply.headers["Location"] == f"/api/v1/config/{surface}/groups/fresh"
    assert reply.json["agent_groups"][0]["agents"] == ["bob"]
    assert (await door.connected("erin", "fresh"))["agent"] == "bob"
    assert (await door.connected("erin", "+15550177"))["group"] == "fresh"
    assert (await door.ask("POST", f"config/{surface}/groups", wish)).status == 409

    assert (await door.ask("DELETE", f"config/{surface}/groups/fresh")).status == 204
    assert (await door.ask("GET", f"config/{surface}/groups/fresh")).status == 404
    assert (await door.ask("POST", "calls", {"from": "erin", "to": "fresh"})).status == 409


async def test_whoever_waits_in_a_group_that_goes_is_refused(door: Door) -> None:
    waiting = await door.call("alice", "lobby")
    assert (await door.ask("DELETE", "config/control-panel/groups/lobby")).status == 204
    ended = await door.get(f"calls/{waiting['id']}")
    assert (ended["state"], ended["ended_by"], ended["status"]) == ("ended", "admin", 480)


async def test_a_change_reaches_the_copy_only_by_another_import(door: Door) -> None:
    await door.ask("POST", "import", {})
    group = await door.get("config/control-panel/groups/helpdesk")
    group["description"] = "changed"
    await door.ask("PUT", "config/control-panel/groups/helpdesk", group)
    copy = await door.get("config/management-shell/groups/helpdesk?pool=backup")
    assert copy["description"] == ""
    await door.ask("POST", "import", {})
    copy = await door.get("config/management-shell/groups/helpdesk?pool=backup")
    assert copy["description"] == "changed"


async def test_the_shell_configures_an_imported_copy(door: Door) -> None:
    await door.ask("POST", "import", {"groups": ["helpdesk"]})
    await door.phase("outage")
    path = "config/management-shell/groups/helpdesk?pool=backup"
    copy = await door.get(path)
    copy["agent_groups"] = [{"name": "helpdesk", "agents": ["dave"]}]
    assert (await door.ask("PUT", path, copy)).status == 200
    assert (await door.connected("frank", "helpdesk"))["agent"] == "dave"
    for surface in _SURFACES[:2]:
        other = path.replace("management-shell", surface)
        assert (await door.ask("PUT", other, copy)).status == 404
    assert (await door.ask("DELETE", path)).status == 204
    assert (await door.get("state"))["imported"] is False


async def test_reset_brings_back_the_topology_as_loaded(door: Door) -> None:
    await door.ask("DELETE", "config/control-panel/groups/lobby")
    await door.ask("POST", "config/control-panel/groups", {"name": "fresh", "agents": ["bob"]})
    await door.ask("PUT", "pools/primary/database", {"up": False})
    await door.ask("POST", "reset")
    assert _names(await door.get("config/control-panel/groups")) == [*_PRIMARY, *_BACKUP]
    assert (await door.call("alice", "lobby"))["state"] == "pending"
    assert (await door.ask("POST", "calls", {"from": "erin", "to": "fresh"})).status == 409


# -- refusals that change nothing ------------------------------------------------------------------


async def test_a_stale_version_is_refused(door: Door) -> None:
    path = "config/control-panel/groups/helpdesk"
    first = await door.ask("GET", path)
    stale = {"If-Match": first.headers["Etag"]}
    assert (await door.ask("PUT", path, first.json, headers=stale)).status == 200
    for method, body in (("PUT", first.json), ("DELETE", None)):
        reply = await door.ask(method, path, body, headers=stale)
        assert (reply.status, reply.problem["type"]) == (412, "/docs#stale-version")
    weak = {"If-Match": "W/" + (await door.ask("GET", path)).headers["Etag"]}
    assert (await door.ask("PUT", path, first.json, headers=weak)).status == 412
    for good in ((await door.ask("GET", path)).headers["Etag"], "*"):
        assert (await door.ask("PUT", path, first.json, headers={"If-Match": good})).status == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "secret"}, "kind"),
        ({"agent_groups": [{"name": "helpdesk", "agents": ["nobody"]}]},
         "agent_groups[0].agents[0]"),
        ({"agent_groups": [{"name": "sales-agents", "agents": []}]}, "agent_groups[0].name"),
        ({"queue": {"timeout_seconds": -1}}, "queue.timeout_seconds"),
        ({"queue": {"timeout_action": {"queue": "helpdesk"}}}, "queue.timeout_action.queue"),
        ({"name": "other"}, "name"),
        ({"owner": "backup"}, "owner"),
        ({"pool": "backup"}, "pool"),
        ({"imported": True}, "imported"),
        ({"colour": "red"}, ""),
    ],
    ids=str,
)  # fmt: skip
async def test_settings_that_cannot_be_are_named(
    door: Door, change: dict[str, Any], field: str
) -> None:
    path = "config/control-panel/groups/helpdesk"
    group = await door.get(path)
    reply = await door.ask("PUT", path, group | change)
    assert reply.status == 422
    assert reply.problem["errors"][0]["field"] == field
    assert await door.get(path) == group


async def test_a_group_that_others_need_stays(door: Door) -> None:
    group = await door.get("config/control-panel/groups/helpdesk")
    group["queue"] = {"timeout_seconds": 5, "timeout_action": {"queue": "lobby"}}
    await door.ask("PUT", "config/control-panel/groups/helpdesk", group)
    reply = await door.ask("DELETE", "config/control-panel/groups/lobby")
    assert reply.status == 409
    assert "helpdesk" in reply.problem["detail"] or "groups[0]" in reply.problem["detail"]
    await door.ask("POST", "import", {"groups": ["hotline"]})
    reply = await door.ask("DELETE", "config/control-panel/groups/hotline")
    assert reply.status == 409
    assert "imported copy" in reply.problem["detail"]
