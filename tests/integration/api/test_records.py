"""Records of calls, and the usage report: held against what callers and agents saw on the wire."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from emulator.model.calls import CallState
from emulator.testing import ClientCall, SipClient
from emulator.topology import parse_topology
from tests.support.doors import Door, Doors

TOPOLOGY = """
blackhole_seconds: 0.3
agents:
  - {name: ann, answer_after_ms: 0, concurrent: unlimited}
  - {name: eve, home: backup, answer_after_ms: 0, concurrent: unlimited}
  - {name: bea, answer_after_ms: null, concurrent: unlimited}
  - {name: cyd, on_call: decline, answer_after_ms: 0, concurrent: unlimited}
  - {name: nil, endpoint: none}
  - {name: sue, endpoint: none, home: backup}
groups:
  - {name: desk, agents: [ann]}
  - {name: hush, kind: anonymous, agents: [ann]}
  - {name: slow, agents: [bea]}
  - {name: empty, agents: [nil]}
  - {name: shop, owner: backup, agents: [eve]}
  - {name: brief, agents: [nil], queue: {timeout_seconds: 0.15, timeout_action: {queue: desk}}}
  - {name: short, agents: [bea], queue: {timeout_seconds: 0.15}}
  - name: full
    agents: [nil]
    queue: {overflow_threshold: 0, overflow_action: {uri: "sip:eve@contoso.example"}}
  - name: first
    agents: [nil]
    queue: {overflow_threshold: 0, overflow_action: {queue: brief}}
  - {name: shy, agents: [cyd], queue: {timeout_seconds: 0.15}}
  - {name: speaker, agents: [sue]}
"""


class Scene:
    """One deployment with its API, and a caller."""

    def __init__(self, door: Door) -> None:
        self.door = door
        listeners = door.administration.deployment.listeners
        self.addresses = {each.name: (each.endpoint.host, each.endpoint.port) for each in listeners}
        self.clients: list[SipClient] = []
        self.caller: SipClient

    async def client(self, name: str) -> SipClient:
        client = await SipClient.open(self.addresses, name=name)
        self.clients.append(client)
        return client

    async def agent(self, name: str) -> SipClient:
        """A client that has registered as an agent and takes calls."""
        client = await self.client(name)
        client.take_calls()
        contact = client.identity.contact.decode()
        response = await client.request("REGISTER", headers={"Contact": contact})
        assert response.status == 200
        return client

    async def connected(self, to: str) -> ClientCall:
        """A call that stands, in the emulator's books too."""
        call = await self.caller.invite(to)
        assert call.status == 200
        await self.door.get(f"wait?call_id={call.call_id}&state=connected")
        return call

    async def ended(self, call: ClientCall) -> dict[str, Any]:
        """The record of a call, once it has ended."""
        await self.door.get(f"wait?call_id={call.call_id}&state=ended")
        found = [
            record
            for record in (await self.door.get("records"))["records"]
            if record["call_id"] == call.call_id
        ]
        only: dict[str, Any]
        (only,) = found
        return only


@pytest.fixture
async def scene(doors: Doors) -> AsyncIterator[Scene]:
    """A scene whose clients are closed behind the test."""
    one = Scene(await doors.open(topology=parse_topology(TOPOLOGY, name="test")))
    one.caller = await one.client("caller")
    yield one
    for client in one.clients:
        await client.close()


def told_id(call: ClientCall) -> int | None:
    """The ms-diagnostics id that the caller was told."""
    for message in call.messages:
        told = message.header("ms-diagnostics")
        if told is not None:
            return int(told.partition(";")[0])
    return None


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def hold_to_the_wire(record: dict[str, Any], call: ClientCall, expected: dict[str, Any]) -> None:
    """What the caller has seen, and what is expected beside that."""
    assert f"<{record['caller']}>" in (call.invite.header("From") or "")
    assert record["response_code"] == (call.status if call.status >= 300 else None)
    assert (record["response_time"] is not None) == (call.status == 200)
    assert record["diagnostic_id"] == told_id(call)
    assert seconds(record["start_time"]) <= seconds(record["end_time"])
    if record["response_time"] is not None:
        talked = seconds(record["end_time"]) - seconds(record["response_time"])
        assert record["duration_seconds"] == pytest.approx(talked, abs=1e-5)
    else:
        assert record["duration_seconds"] == 0
    assert {name: record[name] for name in expected} == expected


# -- what can become of a call: the call once it has ended, and what is expected of it ------------

Fate = Callable[[Scene], Awaitable[tuple[ClientCall, dict[str, Any]]]]
_AGENT = {"answered_by": "agent", "offers": 1, "successful": True, "transferred": "none"}
_NOBODY = {"answered_by": None, "agent": None, "response_time": None}


async def answered(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    call = await scene.connected("desk")
    await call.hang_up()
    return call, _AGENT | {
        "workflow": "desk", "queue": "desk", "kind": "normal", "agent": "ann",
        "agent_home": "primary", "ended_by": "caller", "cell": "new/normal/not_imported",
        "agent_call_id": call.call_id,
    }  # fmt: skip


async def answered_anonymous(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    call = await scene.connected("hush")
    await call.hang_up()
    return call, _AGENT | {"workflow": "hush", "kind": "anonymous", "ended_by": "caller"}


async def abandoned_while_waiting(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    call = await scene.caller.invite("empty", wait="ringing")
    assert call.status == 182
    await call.cancel()
    await call.expect(487)
    return call, _NOBODY | {
        "workflow": "empty", "queue": "empty", "offers": 0, "successful": True,
        "ended_by": "caller",
    }  # fmt: skip


async def abandoned_while_ringing(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    call = await scene.caller.invite("slow", wait="ringing")
    assert call.status == 180
    await call.cancel()
    await call.expect(487)
    return call, _NOBODY | {"offers": 1, "queued_seconds": 0, "ended_by": "caller"}


async def timed_out(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    call = await scene.caller.invite("short")
    assert call.status == 486
    return call, _NOBODY | {"offers": 1, "transferred": "none", "ended_by": "queue"}


async def timed_out_and_sent_on(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    call = await scene.connected("brief")
    await call.hang_up()
    return call, _AGENT | {
        "workflow": "brief", "queue": "desk", "agent": "ann", "transferred": "timeout",
        "ended_by": "caller",
    }  # fmt: skip


async def overflowed_to_a_person(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    call = await scene.connected("full")
    await call.hang_up()
    return call, {
        "workflow": "full", "queue": "full", "offers": 0, "successful": True, "agent": "eve",
        "answered_by": "other", "transferred": "overflow", "ended_by": "caller",
    }  # fmt: skip


async def overflowed_and_timed_out(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    call = await scene.connected("first")
    await call.hang_up()
    return call, _AGENT | {"workflow": "first", "queue": "desk", "transferred": "timeout"}


async def declined_by_its_agent(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    call = await scene.caller.invite("shy")
    assert call.status == 486
    return call, _NOBODY | {"workflow": "shy", "ended_by": "queue", "transferred": "none"}


async def declined_once(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    """The registered agent declines, and the caller gives up while nobody else is there."""
    agent = await scene.agent("nil")
    placing = await scene.caller.invite("empty", wait=None)
    offered = await agent.expect_call()
    await offered.decline(486)
    await placing.expect(182)
    await placing.cancel()
    await agent.request("REGISTER", headers={"Contact": "*", "Expires": "0"})
    return placing, _NOBODY | {"workflow": "empty", "offers": 1, "ended_by": "caller"}


async def hung_up_by_its_agent(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    agent = await scene.agent("nil")
    placing = asyncio.create_task(scene.caller.invite("empty"))
    taken = await agent.expect_call()
    await taken.answer()
    call = await placing
    await taken.expect("ACK")
    await taken.hang_up()
    await agent.request("REGISTER", headers={"Contact": "*", "Expires": "0"})
    return call, _AGENT | {"workflow": "empty", "agent": "nil", "ended_by": "agent"}


async def called_by_person(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    call = await scene.connected("ann")
    await call.hang_up()
    return call, {
        "workflow": None, "queue": None, "offers": 0, "agent": "ann", "answered_by": "other",
        "cell": None,
    }  # fmt: skip


async def on_behalf(scene: Scene) -> tuple[ClientCall, dict[str, Any]]:
    speaker = await scene.client("sue")
    call = await speaker.invite(
        "eve", headers={"P-Session-On-Behalf-Of": "<sip:speaker@contoso.example>"}
    )
    assert call.status == 200
    await call.hang_up()
    return call, {
        "workflow": "speaker", "on_behalf_of": "speaker", "queue": None, "agent": "eve",
        "answered_by": "other", "offers": 0, "kind": "anonymous",
    }  # fmt: skip


FATES: tuple[Fate, ...] = (
    answered, answered_anonymous, abandoned_while_waiting, abandoned_while_ringing, timed_out,
    timed_out_and_sent_on, overflowed_to_a_person, overflowed_and_timed_out, declined_by_its_agent,
    declined_once, hung_up_by_its_agent, called_by_person, on_behalf,
)  # fmt: skip


@pytest.mark.parametrize("fate", FATES, ids=lambda fate: fate.__name__)
async def test_the_record_of_a_call_says_what_its_caller_saw(scene: Scene, fate: Fate) -> None:
    call, expected = await fate(scene)

    hold_to_the_wire(await scene.ended(call), call, expected)


async def test_calls_that_a_phase_ends_have_the_id_of_their_bye_or_none(scene: Scene) -> None:
    connected = await scene.connected("hush")
    pending = await scene.caller.invite("slow", wait="ringing")
    handed_over = await scene.connected("desk")

    await scene.door.phase("outage")
    await connected.expect("BYE")
    await pending.expect(503)

    of_connected, of_pending = await scene.ended(connected), await scene.ended(pending)
    hold_to_the_wire(of_connected, connected, _AGENT | {
        "ended_by": "rule", "cell": "connected/outage/anonymous/primary", "diagnostic_id": 24081,
    })  # fmt: skip
    hold_to_the_wire(of_pending, pending, _NOBODY | {
        "ended_by": "rule", "cell": "pending/outage/primary", "offers": 1, "successful": True,
        "diagnostic_id": None, "response_code": 503,
    })  # fmt: skip
    listed = (await scene.door.get("records"))["records"]
    assert handed_over.call_id not in [each["call_id"] for each in listed]


async def test_calls_that_are_refused_by_rule_were_not_picked_up(scene: Scene) -> None:
    await scene.door.phase("outage")

    call = await scene.caller.invite("desk")

    hold_to_the_wire(await scene.ended(call), call, _NOBODY | {
        "ended_by": "rule", "cell": "new/outage/not_imported", "offers": 0, "successful": False,
        "diagnostic_id": 1007,
    })  # fmt: skip
    assert call.status == 503


async def test_nobody_is_told_why_by_a_pool_that_crashes(scene: Scene) -> None:
    call = await scene.connected("hush")

    await scene.door.phase("outage", style="crash")

    record = await scene.ended(call)
    assert (record["ended_by"], record["diagnostic_id"]) == ("rule", None)


async def test_a_record_gets_the_response_that_comes_long_after_the_end(scene: Scene) -> None:
    call = await scene.caller.invite("slow", wait="ringing")

    await scene.door.phase("outage", style="blackhole")
    before = await scene.ended(call)
    await call.expect(408)
    after = await scene.ended(call)

    assert before["response_code"] is None
    assert before | {"response_code": 408} == after


async def test_a_call_that_waits_says_how_long(scene: Scene) -> None:
    call = await scene.caller.invite("brief")
    await scene.door.get(f"wait?call_id={call.call_id}&state=connected")
    await call.hang_up()

    record = await scene.ended(call)

    waited = seconds(record["response_time"]) - seconds(record["start_time"])
    assert 0.1 < record["queued_seconds"] <= waited


# -- the usage report ------------------------------------------------------------------------------


async def test_usage_agrees_with_what_callers_and_agents_saw(scene: Scene) -> None:
    calls = [(await fate(scene))[0] for fate in FATES]
    connected = await scene.connected("hush")
    await scene.door.phase("outage")
    await connected.expect("BYE")
    refused = await scene.caller.invite("desk")
    calls += [connected, refused]
    for call in calls:
        await scene.ended(call)

    report = await scene.door.get("reports/usage")

    # Not calls to response groups: one to a person, one on behalf of a group.
    received = len(calls) - 2
    # 200 from an agent of a group: all 200s but those of the person, the callee and the overflow.
    with_200 = sum(call.status == 200 for call in calls)
    totals = report["totals"]
    assert totals["received_calls"] == received
    assert totals["successful_calls"] == received - 1
    assert totals["answered_calls"] == with_200 - 3
    assert totals["offered_calls"] == received - 3  # refused, given up in the queue, overflowed
    assert totals["transferred_calls"] == 3
    assert totals["transferred_calls_timeout"] == 2
    assert totals["transferred_calls_overflow"] == 1
    assert totals["percentage_of_abandoned_calls"] == pytest.approx(
        100 * (received - (with_200 - 3)) / received, abs=0.01
    )
    for name in ("received", "successful", "offered", "answered", "transferred"):
        assert sum(row[f"{name}_calls"] for row in report["rows"]) == totals[f"{name}_calls"]
    assert [row["workflow"] for row in report["rows"]] == [
        "brief", "desk", "empty", "first", "full", "hush", "short", "shy", "slow",
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["workflow", "day", "hour", "pool"])
async def test_rows_of_every_kind_come_to_the_same_totals(scene: Scene, by: str) -> None:
    await answered(scene)
    shop = await scene.connected("shop")
    await shop.hang_up()
    await abandoned_while_waiting(scene)
    await scene.ended(shop)

    report = await scene.door.get(f"reports/usage?by={by}")

    assert report["totals"]["received_calls"] == 3
    assert report["totals"]["percentage_of_abandoned_calls"] == 33.33
    assert sum(row["received_calls"] for row in report["rows"]) == 3
    pattern = {
        "workflow": "desk|empty|shop",
        "pool": "primary|backup",
        "day": r"\d{4}-\d\d-\d\d",
        "hour": r"\d{4}-\d\d-\d\dT\d\d:00Z",
    }[by]
    assert all(re.fullmatch(pattern, row[by]) for row in report["rows"])


async def test_each_type_of_call_lists_as_many_as_the_report_counts(scene: Scene) -> None:
    for fate in FATES:
        await scene.ended((await fate(scene))[0])
    totals = (await scene.door.get("reports/usage"))["totals"]

    for name in ("received", "successful", "offered", "answered", "transferred"):
        found = (await scene.door.get(f"records?calls={name}"))["records"]
        assert len(found) == totals[f"{name}_calls"]


# -- filters, limits, forms ------------------------------------------------------------------------


async def test_filters_let_through_what_fits(scene: Scene) -> None:
    desk = await answered(scene)
    hush = await answered_anonymous(scene)
    shop = await scene.connected("shop")
    await shop.hang_up()
    every = [await scene.ended(call) for call in (desk[0], hush[0], shop)]
    first, second, third = (record["id"] for record in every)
    middle = every[1]["start_time"]

    async def found(query: str) -> list[str]:
        return [each["id"] for each in (await scene.door.get(f"records?{query}"))["records"]]

    assert await found("") == [first, second, third]
    assert await found("group=desk") == [first]
    assert await found("agent=ann") == [first, second]
    assert await found("kind=anonymous") == [second]
    assert await found("host=backup") == [third]
    assert await found("caller=caller") == [first, second, third]
    assert await found("caller=somebody") == []
    assert await found(f"caller={every[0]['caller']}&group=shop") == [third]
    assert await found(f"from={middle}") == [second, third]
    assert await found(f"to={middle}") == [first]
    assert await found(f"from={middle}&to={every[2]['start_time']}") == [second]
    assert await found("from=2000-01-01&to=2000-01-02T00:00:00Z") == []
    assert await found("limit=2") == [second, third]
    assert await found("latest=2") == [third, second]
    assert await found("latest=2&limit=1") == [third]
    assert await found("limit=0") == []


@pytest.mark.parametrize(
    "query", ["from=yesterday", "kind=odd", "calls=lost", "limit=-1", "format=xml", "colour=red"]
)
async def test_queries_that_mean_nothing_are_refused(door: Door, query: str) -> None:
    reply = await door.ask("GET", f"records?{query}")

    assert reply.status == 422
    assert reply.problem["errors"][0]["field"] == query.partition("=")[0]


async def test_records_come_as_csv_too(scene: Scene) -> None:
    await scene.ended((await answered(scene))[0])
    as_json = (await scene.door.get("records"))["records"]

    asked = await scene.door.ask("GET", "records?format=csv")
    accepted = await scene.door.ask("GET", "records", headers={"Accept": "text/csv, */*;q=0.1"})

    assert asked.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert asked.headers["Content-Disposition"] == 'attachment; filename="records.csv"'
    assert asked.data == accepted.data
    assert asked.data.endswith(b"\r\n")
    assert b"\n" not in asked.data.replace(b"\r\n", b"")
    (row,) = csv.DictReader(io.StringIO(asked.text))
    assert list(row) == list(as_json[0])
    assert row == {
        name: "" if value is None else {True: "true", False: "false"}.get(value, str(value))
        for name, value in as_json[0].items()
    } | {"offers": "1", "queued_seconds": "0.0"}


async def test_usage_comes_as_csv_too(scene: Scene) -> None:
    await scene.ended((await answered(scene))[0])

    reply = await scene.door.ask("GET", "reports/usage?by=pool&format=csv")

    (row,) = csv.DictReader(io.StringIO(reply.text))
    assert (row["pool"], row["received_calls"]) == ("primary", "1")


async def test_what_is_neither_json_nor_csv_is_not_to_be_had(door: Door) -> None:
    for path in ("records", "reports/usage"):
        reply = await door.ask("GET", path, headers={"Accept": "image/png"})
        assert reply.status == 406
        assert "text/csv" in reply.problem["detail"]


# -- going back to the start -----------------------------------------------------------------------


async def test_a_reset_forgets_every_record(scene: Scene) -> None:
    await scene.ended((await answered(scene))[0])
    standing = await scene.connected("desk")

    await scene.door.ask("POST", "reset")

    assert (await scene.door.get("records"))["records"] == []
    assert (await scene.door.get("reports/usage"))["rows"] == []
    assert standing.status == 200
    again = await answered(scene)
    assert (await scene.ended(again[0]))["workflow"] == "desk"


async def test_only_as_many_records_are_kept_as_calls(doors: Doors) -> None:
    few = parse_topology("keep_calls: 2\n" + TOPOLOGY.lstrip(), name="test")
    scene = Scene(await doors.open(topology=few))
    async with await scene.client("caller") as scene.caller:
        for _ in range(3):
            call = (await answered(scene))[0]
            await scene.door.get(f"wait?call_id={call.call_id}&state=ended")

        kept = (await scene.door.get("records"))["records"]

    assert [record["id"] for record in kept] == ["2", "3"]
    assert [each.state for each in scene.door.administration.site.calls.all()] == (
        [CallState.ENDED] * 2
    )
