"""Agents whose agent group is reached by menus and actions alone: the console has their groups."""

from __future__ import annotations

from emulator.topology import parse_topology
from tests.support.doors import Doors

_TOPOLOGY = """
agents: [{name: ann}, {name: ben, home: backup}]
agent_groups: [{name: second, participation: formal, agents: [ann, ben]}]
queues: [{name: Second Line, agent_groups: [second]}]
groups:
  - name: ask
    menu: {prompt: {text: "One?"}, answers: [{dtmf: "1", action: {queue: Second Line}}]}
"""


async def test_an_agent_signs_in_to_what_a_menu_leads_to(doors: Doors) -> None:
    door = await doors.open(topology=parse_topology(_TOPOLOGY, name="menu"))
    console = await door.get("console/ann")
    assert [(each["name"], each["formal"], each["signed_in"]) for each in console["groups"]] == [
        ("ask", True, False)
    ]
    reply = await door.ask("POST", "console/ann/sign-in", {"groups": ["ask"]})
    assert reply.json["groups"][0]["signed_in"] is True
    assert (await door.get("agents/ann"))["groups"] == [{"name": "ask", "signed_in": True}]
    assert (await door.get("agents/ben"))["groups"] == [{"name": "ask", "signed_in": False}]


async def test_removing_a_copy_takes_what_nothing_else_needs(doors: Doors) -> None:
    door = await doors.open(topology=parse_topology(_TOPOLOGY, name="menu"))
    await door.ask("POST", "import", {"groups": ["ask"]})
    path = "config/management-shell/queues?pool=backup&owner=primary"
    assert [each["name"] for each in (await door.get(path))["objects"]] == ["Second Line"]
    await door.ask("DELETE", "import", {"groups": ["ask"]})
    assert (await door.get(path))["objects"] == []
    assert (await door.get("topology"))["imported"] is False
