"""Who may do what with which token, the same on every surface."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.model.topology import Topology
from emulator.resources import resource
from emulator.topology import parse_topology
from tests.support.doors import Door, Doors, Reply

_TOKENS = """
tokens:
  - {token: administrator, role: CsResponseGroupAdministrator}
  - {token: helpdesk-boss, role: CsResponseGroupManager, manages: [helpdesk]}
  - {token: only-looking, role: CsViewOnlyAdministrator}
"""
_ADMINISTRATOR, _MANAGER, _VIEWER = "administrator", "helpdesk-boss", "only-looking"
_SURFACES = ("control-panel", "configuration-tool", "management-shell")
every_surface = pytest.mark.parametrize("surface", _SURFACES)


def _topology() -> Topology:
    text = resource("contoso.yaml").read_text(encoding="utf-8") + _TOKENS
    return parse_topology(text, name="contoso with tokens")


@pytest.fixture
async def door(doors: Doors) -> Door:
    """The sample, with a token for each role."""
    return await doors.open(topology=_topology())


async def _ask(door: Door, token: str, method: str, path: str, body: Any = None) -> Reply:
    return await door.ask(method, path, body, headers={"Authorization": f"Bearer {token}"})


async def _group(door: Door, name: str = "helpdesk") -> dict[str, Any]:
    shown: dict[str, Any] = (
        await _ask(door, _ADMINISTRATOR, "GET", f"config/control-panel/groups/{name}")
    ).json
    return shown


async def test_without_a_token_nothing_is_shown(door: Door) -> None:
    reply = await door.ask("GET", "state")
    assert (reply.status, reply.problem["type"]) == (401, "/docs#token-required")


@pytest.mark.parametrize("token", [_ADMINISTRATOR, _MANAGER, _VIEWER])
@every_surface
async def test_every_role_sees_the_groups(door: Door, token: str, surface: str) -> None:
    assert (await _ask(door, token, "GET", f"config/{surface}/groups")).status == 200
    assert (await _ask(door, token, "GET", "state")).status == 200


@every_surface
async def test_a_viewer_changes_nothing(door: Door, surface: str) -> None:
    group = await _group(door)
    path = f"config/{surface}/groups"
    for method, place, body in (
        ("PUT", f"{path}/helpdesk", group),
        ("DELETE", f"{path}/helpdesk", None),
        ("POST", path, {"name": "new", "agents": []}),
        ("PUT", "phase", {"to": "outage"}),
        ("POST", "import", None),
        ("POST", "console/alice/sign-in", {"groups": ["formal"]}),
    ):
        reply = await _ask(door, _VIEWER, method, place, body)
        assert (reply.status, reply.problem["type"]) == (403, "/docs#not-permitted"), place
    assert await _group(door) == group


@every_surface
async def test_a_manager_changes_the_workflows_that_are_managed(door: Door, surface: str) -> None:
    group = await _group(door)
    path = f"config/{surface}/groups/helpdesk"
    changed = group | {"description": "ours", "active": False, "display_name": "Help"}
    changed["agent_groups"][0]["agents"] = ["alice"]
    assert (await _ask(door, _MANAGER, "PUT", path, changed)).status == 200
    assert (await _group(door))["description"] == "ours"


@every_surface
@pytest.mark.parametrize(
    "changed",
    [{"tel": "+15550111"}, {"kind": "anonymous"}, {"managed": True}, {"federation": True}],
)
async def test_a_manager_leaves_number_and_type_as_they_are(
    door: Door, surface: str, changed: dict[str, Any]
) -> None:
    group = await _group(door)
    path = f"config/{surface}/groups/helpdesk"
    reply = await _ask(door, _MANAGER, "PUT", path, group | changed)
    assert (reply.status, reply.problem["type"]) == (403, "/docs#not-permitted")
    assert next(iter(changed)) in reply.problem["detail"]


@every_surface
async def test_a_manager_neither_makes_nor_removes_workflows_nor_changes_others(
    door: Door, surface: str
) -> None:
    path = f"config/{surface}/groups"
    for method, place, body in (
        ("POST", path, {"name": "new", "agents": []}),
        ("DELETE", f"{path}/helpdesk", None),
        ("PUT", f"{path}/hotline", await _group(door, "hotline")),
    ):
        assert (await _ask(door, _MANAGER, method, place, body)).status == 403


async def test_a_manager_makes_queues_and_changes_those_of_managed_workflows_alone(
    door: Door,
) -> None:
    path = "config/control-panel/queues"
    made = await _ask(door, _MANAGER, "POST", path, {"name": "Mine", "owner": "primary"})
    assert made.status == 201
    for name, status in (("Mine", 200), ("helpdesk", 200), ("hotline", 403)):
        queue = (await _ask(door, _MANAGER, "GET", f"{path}/{name}")).json
        assert (await _ask(door, _MANAGER, "PUT", f"{path}/{name}", queue)).status == status, name


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "phase", {"to": "outage"}),
        ("POST", "reset", None),
        ("PUT", "config/management-shell/settings", {}),
        ("POST", "config/management-shell/export", {"source": "primary"}),
        ("POST", "config/management-shell/move", {"source": "primary", "destination": "backup"}),
    ],
)
async def test_a_manager_does_not_administrate(
    door: Door, method: str, path: str, body: Any
) -> None:
    assert (await _ask(door, _MANAGER, method, path, body)).status == 403


async def test_an_administrator_may_do_everything(door: Door) -> None:
    assert (await _ask(door, _ADMINISTRATOR, "PUT", "phase", {"to": "outage"})).status == 200
    assert (await _ask(door, _ADMINISTRATOR, "POST", "reset")).status == 200
    secrets = await _ask(door, _ADMINISTRATOR, "GET", "topology?secrets=true")
    assert [each["token"] for each in secrets.json["tokens"]] == [_ADMINISTRATOR, _MANAGER, _VIEWER]


async def test_only_administrators_see_passwords_and_tokens(door: Door) -> None:
    for token in (_MANAGER, _VIEWER):
        assert (await _ask(door, token, "GET", "topology?secrets=true")).status == 403
        assert (await _ask(door, token, "GET", "topology")).json["tokens"] == []
