"""Clients of the admin API that send too much, too slowly or in disguise, and read nothing."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from emulator.api import exchange, gate
from emulator.api.routes import events
from emulator.api.server import MAX_HEADERS, MAX_LINE_BYTES
from emulator.testing.client import SipClient
from tests.support.doors import Door, Doors
from tests.support.until import until

_TOKEN = "sesame-open-to-us"


class Gatehouse:
    """A deployment with an API and a token, on which clients of every kind come down."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.faults: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: self.faults.append(told))

    async def say(self, *parts: bytes, closes: bool = True) -> bytes:
        """Send octets on a connection of their own; gives what is answered until it is closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.door.server.port)
        try:
            for part in parts:
                writer.write(part)
                await asyncio.sleep(0)
            async with asyncio.timeout(10):
                return await (reader.read() if closes else reader.readuntil(b"\r\n"))
        except ConnectionResetError:
            return b""
        finally:
            writer.close()

    async def calls_go_through(self) -> None:
        """Call over SIP, and ask as the administrator does."""
        deployment = self.door.administration.deployment
        addresses = {
            each.name: (each.endpoint.host, each.endpoint.port) for each in deployment.listeners
        }
        async with await SipClient.open(addresses) as caller:
            for group in ("helpdesk", "hotline"):
                call = await caller.invite(group)
                assert call.status == 200
                assert (await call.hang_up()).status == 200
        reply = await self.door.ask("GET", "state", headers=authorized())
        assert reply.json["phase"] == "normal"
        assert reply.json["epoch"] == 0


def authorized() -> dict[str, str]:
    return {"Authorization": f"Bearer {_TOKEN}"}


def head(start: bytes, *lines: bytes, host: bytes = b"127.0.0.1", token: str = _TOKEN) -> bytes:
    """The head of a request, of whom nothing is missing but the empty line."""
    lines = (b"Host: " + host, b"Authorization: Bearer " + token.encode(), *lines)
    return b"\r\n".join((start + b" HTTP/1.1", *lines)) + b"\r\n"


@pytest.fixture
async def gatehouse() -> AsyncIterator[Gatehouse]:
    """The deployment; after the test nothing has been logged, and calls work."""
    doors = Doors()
    try:
        one = Gatehouse(await doors.open(token=_TOKEN))
        with capture_logs() as logged:
            yield one
            await one.calls_go_through()
        assert not one.faults
        assert [line for line in logged if line["log_level"] == "error"] == []
    finally:
        await doors.close()


_NESTED = {
    "arrays": b"[" * 100_000,
    "objects": b'{"a":' * 40_000,
    "arrays that end": b'{"groups": ' + b"[" * 60_000 + b"]" * 60_000 + b"}",
}


@pytest.mark.parametrize("name", _NESTED)
async def test_json_that_is_nested_deeply_is_refused(gatehouse: Gatehouse, name: str) -> None:
    for method, place in (("POST", "import"), ("PUT", "phase"), ("POST", "calls")):
        kind = {"Content-Type": "application/json"}
        reply = await gatehouse.door.ask(
            method, place, data=_NESTED[name], headers=kind | authorized()
        )

        assert reply.status in (400, 422)
        assert len(reply.data) < 5_000
        assert reply.problem


async def test_json_with_a_hundred_thousand_names_is_refused_briefly(gatehouse: Gatehouse) -> None:
    body = json.dumps({f"n{number}": number for number in range(14_000)})
    assert len(body) < exchange.MAX_BODY_BYTES

    kind = {"Content-Type": "application/json"}
    reply = await gatehouse.door.ask("PUT", "phase", data=body, headers=kind | authorized())

    assert reply.status == 422
    assert len(reply.data) < 5_000


@pytest.mark.parametrize("way", ["in one", "in chunks", "announced"])
async def test_a_body_that_is_too_large_is_answered_413(gatehouse: Gatehouse, way: str) -> None:
    start = head(b"POST /api/v1/import", b"Content-Type: application/json")
    large = b'{"groups": ["' + b"x" * exchange.MAX_BODY_BYTES + b'"]}'
    if way == "in chunks":
        chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
        parts = (start + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 20, b"0\r\n\r\n")
    else:
        length = len(large) if way == "in one" else 10**15
        parts = (start + b"Content-Length: %d\r\n\r\n" % length, large)

    answer = await gatehouse.say(*parts)

    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_bodies_that_come_slowly_keep_nobody_waiting(
    gatehouse: Gatehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "BODY_SECONDS", 0.2)
    start = head(b"PUT /api/v1/phase", b"Content-Type: application/json", b"Content-Length: 100")
    slow = [asyncio.ensure_future(gatehouse.say(start + b"\r\n{")) for _ in range(50)]

    await gatehouse.calls_go_through()

    answers = await asyncio.gather(*slow)
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers)


async def test_heads_that_come_slowly_are_cut_off(
    gatehouse: Gatehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "HEAD_SECONDS", 0.2)
    slow = [
        asyncio.ensure_future(gatehouse.say(head(b"GET /api/v1/state")[:size]))
        for size in range(60)
    ]

    await gatehouse.calls_go_through()

    assert set(await asyncio.gather(*slow)) == {b""}


async def test_connections_past_the_bound_are_closed_and_those_before_it_are_served(
    gatehouse: Gatehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gatehouse.calls_go_through()  # a connection that stands from now on
    monkeypatch.setattr(gate, "MAX_CONNECTIONS", 100)
    port = gatehouse.door.server.port
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(150)]

    async with asyncio.timeout(10):
        turned_away = [await reader.read() for reader, _ in idle[99:]]

    assert set(turned_away) == {b""}
    await gatehouse.calls_go_through()
    for _, writer in idle:
        writer.close()


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        pytest.param(head(b"GET /api/v1/state", token="wrong"), 401, id="wrong token"),
        pytest.param(head(b"GET /api/v1/state", token="\xff" * 900), 401, id="token of octets"),
        pytest.param(
            head(b"GET /api/v1/state").replace(b"Bearer", b"Basic"), 401, id="another scheme"
        ),
        pytest.param(
            head(b"GET /api/v1/state?token=" + _TOKEN.encode(), token=""), 401, id="query"
        ),
        pytest.param(head(b"PUT /api/v1/phase", b"Origin: http://evil"), 403, id="origin"),
        pytest.param(head(b"PUT /api/v1/phase", b"Origin: null"), 403, id="no origin of its own"),
        pytest.param(
            head(b"POST /api/v1/reset", b"Sec-Fetch-Site: cross-site"), 403, id="form elsewhere"
        ),
        pytest.param(head(b"GET /api/v1/state", host=b"["), 400, id="host that is none"),
        pytest.param(head(b"GET /" + b"a" * MAX_LINE_BYTES), 400, id="long line"),
        pytest.param(head(b"GET /livez", b"X: " + b"x" * 9_000), 400, id="long header"),
        pytest.param(
            head(b"GET /livez", *(b"X%d: y" % n for n in range(MAX_HEADERS))), 400, id="headers"
        ),
        pytest.param(head(b"GET /api/v1/calls/" + b"9" * 6_000), 404, id="call of many digits"),
        pytest.param(head(b"GET /api/v1/calls?limit=" + b"9" * 6_000), 422, id="many digits"),
        pytest.param(
            head(b"GET /api/v1/events", b"Last-Event-ID: " + b"9" * 6_000), 400, id="event"
        ),
        pytest.param(head(b"GET /..%2f..%2f..%2fetc/passwd"), 404, id="path upwards"),
        pytest.param(head(b"GET /api/v1/agents/%00%ff"), 404, id="octets in a path"),
        pytest.param(head(b"TRACE /api/v1/state"), 405, id="another method"),
    ],
)
async def test_a_request_that_must_not_pass_has_its_answer(
    gatehouse: Gatehouse, octets: bytes, status: int
) -> None:
    answer = await gatehouse.say(octets + b"\r\n", closes=False)

    assert answer.split(b" ")[1] == b"%d" % status


async def test_a_foreign_host_is_misdirected_where_no_token_guards() -> None:
    doors = Doors()
    try:
        gatehouse = Gatehouse(await doors.open())

        for host in (b"evil.example", b"127.0.0.1.evil.example", b"localhost.evil.example"):
            octets = head(b"PUT /api/v1/phase", host=host) + b"\r\n"
            assert (await gatehouse.say(octets, closes=False)).split(b" ")[1] == b"421"

        await gatehouse.calls_go_through()
    finally:
        await doors.close()


async def test_followers_that_read_nothing_are_cut_while_calls_go_on(
    gatehouse: Gatehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "SLOW_SECONDS", 0.3)
    seats = gatehouse.door.server.application[events.LISTENING]
    loop, deaf = asyncio.get_running_loop(), []
    for _ in range(events.MAX_LISTENING):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.setblocking(False)
        await loop.sock_connect(sock, ("127.0.0.1", gatehouse.door.server.port))
        await loop.sock_sendall(sock, head(b"GET /api/v1/events") + b"\r\n")
        deaf.append(sock)
    await until(lambda: seats.taken_now == events.MAX_LISTENING)

    one_more = await gatehouse.door.ask("GET", "events", headers=authorized())
    journal = gatehouse.door.administration.site.journal
    async with asyncio.timeout(30):
        while seats.taken_now:
            for _ in range(20):
                journal.write("import", {"imported": False, "groups": ["x" * 50_000]})
            await gatehouse.calls_go_through()

    assert one_more.status == 503
    assert one_more.headers["Retry-After"]
    for sock in deaf:
        sock.close()


async def test_clients_that_wait_for_ever_leave_room_for_calls(gatehouse: Gatehouse) -> None:
    port = gatehouse.door.server.port
    waiting = []
    for _ in range(300):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head(b"GET /api/v1/wait?group=billing&timeout=3600") + b"\r\n")
        waiting.append(writer)

    reply = await gatehouse.door.ask("GET", "wait?group=billing&timeout=3600", headers=authorized())
    await gatehouse.calls_go_through()

    assert reply.status == 503
    for writer in waiting:
        writer.close()
