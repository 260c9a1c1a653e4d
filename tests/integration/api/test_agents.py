"""Agents, and signing in and out at the console as the rules permit."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.rules import Outcome, Phase, load_rules
from tests.support.doors import Door

TO_EACH_PHASE = {
    Phase.NORMAL: [],
    Phase.OUTAGE: ["outage"],
    Phase.FAILING_OVER: ["outage", "failing_over"],
    Phase.FAILED_OVER: ["outage", "failing_over", "failed_over"],
    Phase.FAILING_BACK: ["outage", "failing_over", "failed_over", "failing_back"],
    Phase.FAILED_BACK: ["outage", "failing_over", "failed_over", "failing_back", "failed_back"],
}


async def test_agents_are_listed_in_the_order_of_the_topology(door: Door) -> None:
    agents = (await door.get("agents"))["agents"]

    assert [agent["name"] for agent in agents] == [
        "alice", "bob", "carol", "dave", "erin", "frank",
    ]  # fmt: skip
    assert await door.get("agents/alice") == agents[0]


async def test_agent_shows_home_endpoint_groups_and_calls(door: Door) -> None:
    await door.call("erin", "lobby")

    erin = await door.get("agents/erin")

    assert (erin["home"], erin["endpoint"], erin["reachable"]) == ("primary", "emulated", True)
    assert erin["contacts"][0].startswith("sip:erin@127.0.0.1:")
    assert [group["name"] for group in erin["groups"]] == ["lobby", "vault"]
    assert erin["calls"] >= 1


async def test_agents_homed_on_primary_are_unreachable_in_outage(door: Door) -> None:
    await door.phase("outage")

    agents = (await door.get("agents"))["agents"]

    assert {agent["name"]: agent["reachable"] for agent in agents} == {
        "alice": False, "bob": False, "carol": True, "dave": True, "erin": False, "frank": True,
    }  # fmt: skip


async def test_unknown_agent_is_not_found_and_the_nearest_is_named(door: Door) -> None:
    reply = await door.ask("GET", "agents/alise")

    assert reply.status == 404
    assert 'nearest is "alice"' in reply.problem["detail"]


async def test_formal_agents_start_signed_out_and_sign_in(door: Door) -> None:
    before = await group_of(door, "carol", "billing")
    waiting = await door.call("erin", "billing")

    reply = await door.ask("POST", "console/carol/sign-in", {"groups": ["billing"]})

    assert before["formal"] is True
    assert before["signed_in"] is False
    assert reply.status == 200
    assert (await group_of(door, "carol", "billing"))["signed_in"] is True
    answered = await door.get(f"wait?call_id={waiting['call_ids'][0]}&state=connected")
    assert answered["agent"] == "carol"
    entry = (await door.get("agents/carol"))["groups"]
    assert {"name": "billing", "signed_in": True} in entry


async def test_signed_out_agent_gets_no_further_calls(door: Door) -> None:
    await door.ask("POST", "console/carol/sign-in", {"groups": ["billing"]})
    await door.connected("erin", "billing")

    reply = await door.ask("POST", "console/carol/sign-out", {"groups": ["billing"]})
    waiting = await door.call("erin", "billing")

    assert reply.status == 200
    assert (await group_of(door, "carol", "billing"))["signed_in"] is False
    assert (await door.get(f"calls/{waiting['id']}"))["state"] == "pending"


async def test_signing_in_to_an_informal_group_changes_nothing(door: Door) -> None:
    before = await door.get("console/alice")

    signed_in = await door.ask("POST", "console/alice/sign-in", {"groups": ["helpdesk"]})
    signed_out = await door.ask("POST", "console/alice/sign-out", {"groups": ["helpdesk"]})

    assert signed_in.json == signed_out.json == before


@pytest.mark.parametrize("phase", Phase, ids=str)
@pytest.mark.parametrize("imported", [False, True], ids=["not_imported", "imported"])
async def test_console_follows_its_cells(door: Door, phase: Phase, imported: bool) -> None:
    cells = load_rules().cells
    if imported:
        await door.ask("POST", "import")
    for step in TO_EACH_PHASE[phase]:
        await door.phase(step)

    shown = (await door.get("console/carol"))["groups"]

    seen = {(group["name"], group["imported"]): group["can_sign_in"] for group in shown}
    expected = {}
    for name, column in (("formal", "primary"), ("billing", "backup")):
        expected[name, False] = cells[f"console/{phase}/{column}"]
    if imported:
        expected["formal", True] = cells[f"console/{phase}/imported"]
    for key, outcome in expected.items():
        if outcome is Outcome.HIDDEN:
            assert key not in seen
        else:
            assert seen[key] is (outcome is Outcome.VIEW_AND_SIGN_IN)
    assert imported or not any(is_copy for _, is_copy in seen)


async def test_sign_in_that_a_cell_forbids_is_403_with_the_cell(door: Door) -> None:
    await door.phase("outage")

    reply = await door.ask("POST", "console/carol/sign-in", {"groups": ["billing", "formal"]})

    assert reply.status == 403
    assert reply.problem["cell"] == "console/outage/primary"
    assert (await group_of(door, "carol", "billing"))["signed_in"] is False


async def test_sign_in_takes_the_copy_where_that_permits_it(door: Door) -> None:
    await door.ask("POST", "import", {"groups": ["formal"]})
    await door.phase("outage")
    await door.phase("failing_over")

    reply = await door.ask("POST", "console/carol/sign-in", {"groups": ["formal"]})

    states = {
        group["imported"]: group["signed_in"]
        for group in reply.json["groups"]
        if group["name"] == "formal"
    }
    assert states == {False: False, True: True}


@pytest.mark.parametrize(
    ("imported", "status", "cell"),
    [(True, 403, "console/normal/imported"), (False, 200, None), (None, 200, None)],
)
async def test_sign_in_to_a_named_copy_or_original(
    door: Door, imported: bool | None, status: int, cell: str | None
) -> None:
    await door.ask("POST", "import")

    reply = await door.ask(
        "POST", "console/alice/sign-in", {"groups": ["formal"], "imported": imported}
    )

    assert reply.status == status
    assert reply.json.get("cell") == cell


@pytest.mark.parametrize(
    ("agent", "body", "status"),
    [
        ("nobody", {"groups": ["formal"]}, 404),
        ("alice", {"groups": ["billing"]}, 404),
        ("alice", {"groups": ["nothing"]}, 404),
        ("alice", {"groups": ["formal"], "imported": True}, 404),
        ("alice", {"groups": []}, 422),
        ("alice", {"groups": [1]}, 422),
        ("alice", {}, 422),
    ],
    ids=str,
)
async def test_sign_in_that_means_nothing_is_refused(
    door: Door, agent: str, body: Any, status: int
) -> None:
    for way in ("sign-in", "sign-out"):
        reply = await door.ask("POST", f"console/{agent}/{way}", body)

        assert reply.status == status
        assert reply.problem


async def group_of(door: Door, agent: str, name: str) -> dict[str, Any]:
    """The entry of a group on an agent's console."""
    groups: list[dict[str, Any]] = (await door.get(f"console/{agent}"))["groups"]
    return next(group for group in groups if group["name"] == name)
