"""Calls: listed, filtered, placed, hung up, waited for, drawn."""

from __future__ import annotations

import asyncio
from xml.etree import ElementTree as ET

import pytest

from emulator.api.routes.calls import MAX_WAITING, WAITING
from tests.support.doors import Door, Doors


async def test_agent_places_a_call_and_it_is_answered(door: Door) -> None:
    reply = await door.ask("POST", "calls", {"from": "erin", "to": "helpdesk"})

    call = reply.json
    assert reply.status == 201
    assert reply.headers["Location"] == f"/api/v1/calls/{call['id']}"
    assert call["caller"] == "sip:erin@contoso.example"
    assert (call["group"], call["kind"], call["owner"]) == ("helpdesk", "normal", "primary")
    assert call["verdict"] == {
        "cell": "new/normal/not_imported",
        "outcome": "connect-to-primary",
        "rule_phase": "normal",
    }
    answered = await door.get(f"wait?call_id={call['call_ids'][0]}&state=connected")
    assert answered["agent"] == "alice"
    assert [entry["state"] for entry in answered["history"]] == ["pending", "connected"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"from": "nobody", "to": "helpdesk"}, 404),
        ({"from": "erin", "to": "nobody"}, 409),
        ({"from": "erin", "to": "help desk"}, 422),
        ({"from": "erin", "to": "sip:"}, 422),
        ({"from": "erin", "to": ""}, 422),
        ({"from": "erin"}, 422),
        ({"from": "erin", "to": "alice", "on_behalf_of": "helpdesk"}, 403),
        ({"from": "erin", "to": "alice", "on_behalf_of": "helpdisk"}, 404),
        ({"from": "erin", "to": "helpdesk", "on_behalf_of": "lobby"}, 409),
        ({"from": 1, "to": "helpdesk"}, 422),
    ],
    ids=str,
)
async def test_call_that_cannot_be_placed_says_why(
    door: Door, body: dict[str, object], status: int
) -> None:
    reply = await door.ask("POST", "calls", body)

    assert reply.status == status
    assert reply.problem["detail"]
    assert (await door.get("calls"))["calls"] == []


async def test_filters_let_through_what_fits(door: Door) -> None:
    helpdesk = await door.connected("erin", "helpdesk")
    hotline = await door.connected("frank", "hotline")
    lobby = await door.call("erin", "lobby")
    sales = await door.connected("erin", "sales")
    person = await door.connected("erin", "alice")
    ended = await door.ask("DELETE", f"calls/{sales['id']}")
    every = [call["id"] for call in (helpdesk, hotline, lobby, sales, person)]

    async def found(query: str) -> list[str]:
        return [call["id"] for call in (await door.get(f"calls?{query}"))["calls"]]

    assert ended.json["ended_by"] == "admin"
    assert await found("") == every
    assert await found("state=connected") == [helpdesk["id"], hotline["id"], person["id"]]
    assert await found("state=pending") == [lobby["id"]]
    assert await found("state=ended") == [sales["id"]]
    assert await found("kind=anonymous") == [hotline["id"]]
    assert await found("host=backup") == [sales["id"]]
    assert await found("group=lobby&state=pending&host=primary&kind=normal") == [lobby["id"]]
    assert await found("group=nobody") == []
    assert await found("caller=frank") == [hotline["id"]]
    assert await found("caller=sip:frank@contoso.example") == [hotline["id"]]
    assert await found("caller=fran") == []
    assert await found(f"call_id={hotline['call_ids'][1]}") == [hotline["id"]]
    assert await found("call_id=none") == []
    assert await found("limit=2") == every[-2:]
    assert await found("latest=2") == [every[-1], every[-2]]
    assert await found("latest=5&limit=1") == [every[-1]]
    assert await found("limit=0") == []


@pytest.mark.parametrize(
    "query",
    ["state=alive", "kind=odd", "host=edge", "limit=x", "limit=-1", "limit=1e9", "latest=", "a=1",
     "group=a&group=b", "limit=NaN"],
)  # fmt: skip
async def test_filter_that_makes_no_sense_is_named(door: Door, query: str) -> None:
    reply = await door.ask("GET", f"calls?{query}")

    assert reply.status == 422
    assert reply.problem["errors"][0]["field"] == query.partition("=")[0]


async def test_long_lists_come_whole(door: Door) -> None:
    for _ in range(260):
        await door.call("erin", "lobby")

    calls = (await door.get("calls?limit=1000"))["calls"]

    assert [int(call["id"]) for call in calls] == sorted(int(call["id"]) for call in calls)
    assert len(calls) == 260


@pytest.mark.parametrize("number", ["0", "999", "-1", "1x", "%20", "9" * 40, "²"])
async def test_call_that_is_not_there_is_not_found(door: Door, number: str) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/ladder")):
        reply = await door.ask(method, f"calls/{number}{path}")

        assert reply.status == 404
        assert reply.problem["type"] == "/docs#not-found"


async def test_call_is_hung_up_on_both_ends(door: Door) -> None:
    call = await door.connected("erin", "hotline")

    ended = (await door.ask("DELETE", f"calls/{call['id']}")).json
    again = (await door.ask("DELETE", f"calls/{call['id']}")).json

    assert (ended["state"], ended["ended_by"]) == ("ended", "admin")
    assert again == ended
    for name in ("erin", call["agent"]):
        assert (await door.get(f"agents/{name}"))["calls"] == 0


async def test_pending_call_is_hung_up(door: Door) -> None:
    call = await door.call("erin", "lobby")

    ended = (await door.ask("DELETE", f"calls/{call['id']}")).json

    assert (ended["state"], ended["ended_by"], ended["connected"]) == ("ended", "admin", None)


async def test_refused_call_is_a_call_with_its_cell(door: Door) -> None:
    await door.phase("outage")

    call = await door.call("frank", "helpdesk")

    assert (call["state"], call["ended_by"], call["status"]) == ("ended", "rule", 503)
    assert call["verdict"]["cell"] == "new/outage/not_imported"
    assert [(each["state"], each["cell"]) for each in call["history"]] == [
        ("ended", "new/outage/not_imported")
    ]


async def test_agent_calls_on_behalf_of_a_group(door: Door) -> None:
    order = {"from": "alice", "to": "carol", "on_behalf_of": "helpdesk"}
    call = (await door.ask("POST", "calls", order)).json

    assert (call["on_behalf_of"], call["group"], call["kind"]) == (
        "helpdesk",
        "helpdesk",
        "anonymous",
    )
    assert call["caller"] == "sip:alice@contoso.example"
    assert call["verdict"]["cell"] == "on_behalf/normal/not_imported"
    answered = await door.get(f"wait?call_id={call['call_ids'][0]}&state=connected")
    assert answered["agent"] == "carol"

    changed = await door.phase("outage")
    assert changed["cells"]["connected/outage/anonymous/primary"] == {"kept": 0, "dropped": 1}
    refused = (await door.ask("POST", "calls", order)).json
    assert (refused["state"], refused["ended_by"], refused["status"]) == ("ended", "rule", 403)
    assert refused["verdict"]["cell"] == "on_behalf/outage/not_imported"
    assert refused["on_behalf_of"] == "helpdesk"


async def test_history_tells_every_phase_that_a_call_lived_through(door: Door) -> None:
    call = await door.connected("frank", "helpdesk")
    await door.phase("outage")
    await door.phase("failing_over")

    history = (await door.get(f"calls/{call['id']}"))["history"]

    assert [(each["state"], each.get("cell")) for each in history] == [
        ("pending", "new/normal/not_imported"),
        ("connected", None),
        ("connected", "connected/outage/normal"),
        ("connected", "connected/failing_over/normal"),
    ]


async def test_wait_gives_a_call_that_is_there_already(door: Door) -> None:
    call = await door.connected("erin", "helpdesk")

    found = await door.get("wait?group=helpdesk&timeout=0")

    assert found["id"] == call["id"]


async def test_wait_gives_a_call_as_soon_as_it_comes_about(door: Door) -> None:
    waiting = asyncio.create_task(door.get("wait?group=hotline&state=connected&timeout=20"))
    await until_waiting(door, 1)

    call = await door.call("erin", "hotline")

    found = await waiting
    assert found["id"] == call["id"]
    assert found["state"] == "connected"


async def test_wait_sees_a_state_that_lasts_no_time(door: Door) -> None:
    waiting = asyncio.create_task(door.get("wait?group=lobby&state=pending&timeout=20"))
    await until_waiting(door, 1)

    call = await door.call("erin", "lobby")
    await door.ask("DELETE", f"calls/{call['id']}")

    assert (await waiting)["state"] == "pending"


async def test_wait_for_nothing_times_out_with_408(door: Door) -> None:
    reply = await door.ask("GET", "wait?group=helpdesk&timeout=0.05")

    assert reply.status == 408
    assert reply.problem["type"] == "/docs#timed-out"


async def test_waiting_clients_are_bounded_and_those_who_leave_make_room(doors: Doors) -> None:
    door = await doors.open()
    waiting = [
        asyncio.create_task(door.ask("GET", "wait?group=helpdesk&timeout=60"))
        for _ in range(MAX_WAITING)
    ]
    await until_waiting(door, MAX_WAITING)

    refused = await door.ask("GET", "wait?group=helpdesk&timeout=60")

    assert refused.status == 503
    assert refused.headers["Retry-After"]
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await until_waiting(door, 0)
    assert (await door.ask("GET", "wait?timeout=0")).status == 408


async def test_ladder_shows_arrows_agents_and_decisions(door: Door) -> None:
    call = await door.connected("frank", "hotline")
    await door.phase("outage")
    await door.get(f"wait?call_id={call['call_ids'][0]}&state=ended")

    reply = await door.ask("GET", f"calls/{call['id']}/ladder")

    lines = reply.text.splitlines()
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert lines[0] == (
        f"call {call['id']}: anonymous call to group hotline, from sip:frank@contoso.example"
    )
    assert lines[3].split() == ["seconds", "caller", "director", "primary", "agents"]
    body = [line[11:] for line in lines[4:]]
    assert body[0] == "|----INVITE--->|              |              |"
    assert body[1] == "*  rule new/normal/not_imported: connect-to-primary"
    assert body[2] == "|              |....INVITE...>|              |"
    assert f"*  rings {call['agent']}" in body
    assert "*  rule connected/outage/anonymous/primary: disconnect" in body
    assert any("BYE" in line for line in body)


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("", None, "text/plain"),
        ("", "*/*", "text/plain"),
        ("", "image/svg+xml", "image/svg+xml"),
        ("", "text/html, image/*;q=0.5", "image/svg+xml"),
        ("", "text/vnd.mermaid, text/plain;q=0.1", "text/vnd.mermaid"),
        ("?format=svg", "text/plain", "image/svg+xml"),
        ("?format=mermaid", None, "text/vnd.mermaid"),
        ("?format=text", "image/svg+xml", "text/plain"),
    ],
    ids=str,
)
async def test_ladder_comes_in_the_format_that_is_asked_for(
    door: Door, query: str, accept: str | None, kind: str
) -> None:
    call = await door.connected("erin", "helpdesk")
    headers = {} if accept is None else {"Accept": accept}

    reply = await door.ask("GET", f"calls/{call['id']}/ladder{query}", headers=headers)

    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith(kind)
    if kind == "image/svg+xml":
        assert ET.fromstring(reply.text).tag == "{http://www.w3.org/2000/svg}svg"
    if kind == "text/vnd.mermaid":
        assert "sequenceDiagram" in reply.text


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [("", "application/pdf", 406), ("", "text/plain;q=0", 406), ("?format=gif", "*/*", 422)],
)
async def test_ladder_in_no_such_format_is_refused(
    door: Door, query: str, accept: str, status: int
) -> None:
    call = await door.call("erin", "lobby")

    reply = await door.ask("GET", f"calls/{call['id']}/ladder{query}", headers={"Accept": accept})

    assert reply.status == status
    assert reply.problem


async def until_waiting(door: Door, count: int) -> None:
    """Wait until so many clients wait."""
    seats = door.server.application[WAITING]
    async with asyncio.timeout(10):
        while seats.taken_now != count:  # noqa: ASYNC110 - nobody tells how many wait
            await asyncio.sleep(0)
