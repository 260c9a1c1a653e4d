"""Server-sent events: ids, resuming, gaps, heartbeats, slow clients, the end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from emulator.api.routes import events
from tests.support.doors import Door


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it came over the wire; `kind` is empty for a comment."""

    kind: str
    number: int | None
    data: Any
    comment: str = ""


class Stream:
    """Reads events from an answer."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def next(self) -> Told:
        """The next event or comment."""
        lines: list[str] = []
        async with asyncio.timeout(10):
            while line := (await self.answer.content.readline()).decode().rstrip("\n"):
                lines.append(line)
        fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
        comment = next((line[2:] for line in lines if line.startswith(":")), "")
        number = int(fields["id"]) if "id" in fields else None
        data = json.loads(fields["data"]) if "data" in fields else None
        return Told(fields.get("event", ""), number, data, comment)

    async def event(self, *kinds: str) -> Told:
        """The next event of one of `kinds`, or of any."""
        while True:
            told = await self.next()
            if told.kind and (not kinds or told.kind in kinds):
                return told


@asynccontextmanager
async def follow(door: Door, last: str | None = None) -> AsyncIterator[Stream]:
    """Follow the events of `door`; it has begun when the block does."""
    headers = {} if last is None else {"Last-Event-ID": last}
    url = f"{door.url}/api/v1/events"
    async with door.session.get(url, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        stream = Stream(answer)
        assert (await stream.next()).comment == "connected"
        yield stream


async def test_events_tell_phase_call_agent_and_import(door: Door) -> None:
    async with follow(door) as stream:
        call = await door.connected("erin", "helpdesk")
        states = [await stream.event("call") for _ in range(2)]
        await door.ask("POST", "import", {"groups": ["helpdesk"]})
        imported = await stream.event("import")
        await door.ask("POST", "console/carol/sign-in", {"groups": ["billing"]})
        agent = await stream.event("agent")
        await door.phase("outage", style="crash")
        phase = await stream.event("phase")

    assert [told.data["state"] for told in states] == ["pending", "connected"]
    assert {told.data["id"] for told in states} == {call["id"]}
    assert imported.data["groups"] == ["helpdesk"]
    assert imported.data["imported"] is True
    assert agent.data["name"] == "carol"
    assert phase.data | {"time": ""} == {
        "time": "", "from": "normal", "to": "outage", "epoch": 1, "style": "crash",
    }  # fmt: skip
    assert all(told.data["time"].endswith("Z") for told in (*states, imported, agent, phase))


async def test_call_is_told_as_it_was_then_even_to_who_asks_later(door: Door) -> None:
    call = await door.connected("erin", "helpdesk")
    await door.ask("DELETE", f"calls/{call['id']}")

    async with follow(door, last="0") as stream:
        told = [await stream.event("call") for _ in range(3)]

    assert [each.data["state"] for each in told] == ["pending", "connected", "ended"]
    assert [each.data["agent"] for each in told] == [None, "alice", "alice"]
    assert [each.data["ended_by"] for each in told] == [None, None, "admin"]
    assert [len(each.data["history"]) for each in told] == [1, 2, 3]
    assert [len(each.data["call_ids"]) for each in told] == [1, 2, 2]


async def test_ids_grow_and_the_last_one_resumes(door: Door) -> None:
    async with follow(door) as stream:
        await door.ask("POST", "import")
        first = await stream.event()
    await door.ask("DELETE", "import")
    await door.ask("POST", "import")

    async with follow(door, last=str(first.number)) as stream:
        rest = [await stream.event() for _ in range(2)]

    assert first.number is not None
    assert [told.number for told in rest] == [first.number + 1, first.number + 2]
    assert [told.data["imported"] for told in rest] == [False, True]


async def test_gap_is_told_where_events_are_no_longer_kept(door: Door) -> None:
    journal = door.administration.site.journal
    for number in range(20_003):
        journal.write("import", {"imported": False, "groups": [str(number)]})

    async with follow(door, last="1") as stream:
        gap = await stream.event()
        next_one = await stream.event()

    assert gap.kind == "gap"
    assert gap.data == {"after": 1, "before": next_one.number}
    assert next_one.number == 4


async def test_id_of_an_emulator_before_is_a_gap_and_all_that_is_kept_follows(door: Door) -> None:
    await door.ask("POST", "import")

    async with follow(door, last="4711") as stream:
        gap = await stream.event()
        first = await stream.event()

    assert gap.kind == "gap"
    assert (first.number, first.kind) == (1, "import")


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 30])
async def test_last_event_id_that_is_none_is_refused(door: Door, last: str) -> None:
    reply = await door.ask("GET", "events", headers={"Last-Event-ID": last})

    assert reply.status == 400
    assert reply.problem


async def test_heartbeat_comes_while_nothing_happens(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.01)

    async with follow(door) as stream:
        assert (await stream.next()).comment == "heartbeat"
        assert (await stream.next()).comment == "heartbeat"


async def test_followers_are_bounded(door: Door) -> None:
    async with contextual(door, events.MAX_LISTENING):
        reply = await door.ask("GET", "events")

    assert reply.status == 503
    assert reply.problem["type"] == "/docs#too-many-clients"


async def test_client_that_reads_nothing_is_cut_and_its_place_is_free(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "SLOW_SECONDS", 0.05)
    seats = door.server.application[events.LISTENING]
    host, port = "127.0.0.1", door.server.port
    _, writer = await asyncio.open_connection(host, port, limit=1)
    writer.write(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await until(lambda: seats.taken_now == 1)
    journal = door.administration.site.journal

    async with asyncio.timeout(60):
        while seats.taken_now:
            journal.write("import", {"imported": False, "groups": ["x" * 100_000]})
            await asyncio.sleep(0)

    writer.close()
    assert (await door.ask("GET", "state")).status == 200


async def test_followers_are_let_go_when_the_server_ends(door: Door) -> None:
    async with follow(door) as stream:
        async with asyncio.timeout(5):
            await door.server.close()

        assert await stream.answer.content.read() == b""


@asynccontextmanager
async def contextual(door: Door, count: int) -> AsyncIterator[None]:
    """Follow so many times."""
    async with asyncio.TaskGroup() as group:
        ended = asyncio.Event()

        async def stay() -> None:
            async with follow(door):
                await ended.wait()

        for _ in range(count):
            group.create_task(stay())
        seats = door.server.application[events.LISTENING]
        await until(lambda: seats.taken_now == count)
        yield
        ended.set()


async def until(is_so: Any) -> None:
    """Wait until a condition holds that nobody tells of."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0)
