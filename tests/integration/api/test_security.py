"""Who may ask: token, Host, Origin; and what is too large, too slow or too much."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from emulator.api import exchange, gate
from emulator.api.routes import ENDPOINTS, phases
from emulator.operations.phases import enter_phase
from emulator.service.succession import Account
from tests.support.doors import Door, Doors

TOKEN = "s3cret-token"
OPEN = ("/livez", "/readyz")


@pytest.fixture
async def guarded(doors: Doors) -> Door:
    """A deployment whose API asks for a token."""
    return await doors.open(token=TOKEN)


@pytest.mark.parametrize(
    "endpoint", [each for each in ENDPOINTS if each.path not in OPEN], ids=lambda each: each.name
)
async def test_everything_but_health_asks_for_the_token(guarded: Door, endpoint: object) -> None:
    method, path = endpoint.method, endpoint.path  # type: ignore[attr-defined]

    reply = await guarded.ask(method, path)

    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    assert reply.problem["type"] == "/docs#token-required"


@pytest.mark.parametrize("path", OPEN)
async def test_health_needs_no_token(guarded: Door, path: str) -> None:
    assert (await guarded.ask("GET", path)).status == 200


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 401),
        ("Bearer ", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        ("Bearer \xff", 401),
    ],
)
async def test_only_the_token_opens(guarded: Door, authorization: str, status: int) -> None:
    reply = await guarded.ask("GET", "state", headers={"Authorization": authorization})

    assert reply.status == status


async def test_nothing_is_done_without_the_token(guarded: Door) -> None:
    refused = await guarded.ask("PUT", "phase", {"to": "outage"})

    state = await guarded.get("state", headers={"Authorization": f"Bearer {TOKEN}"})
    assert refused.status == 401
    assert state["phase"] == "normal"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
async def test_foreign_host_is_misdirected(door: Door, host: str) -> None:
    reply = await door.ask("GET", "state", headers={"Host": host})

    assert reply.status == 421
    assert reply.problem["type"] == "/docs#foreign-host"


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8080", "127.0.0.1", "[::1]:80", "10.0.0.1"]
)
async def test_addresses_and_localhost_are_hosts(door: Door, host: str) -> None:
    assert (await door.ask("GET", "state", headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://localhost", "http://localhost:1", "x"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_page_from_elsewhere_is_turned_away(door: Door, origin: str, method: str) -> None:
    path = "state" if method == "GET" else "import"

    reply = await door.ask(method, path, headers={"Origin": origin})

    assert reply.status == 403
    assert reply.problem["type"] == "/docs#foreign-origin"
    assert (await door.get("state"))["imported"] is False


async def test_own_page_may_ask(door: Door) -> None:
    reply = await door.ask("POST", "import", headers={"Origin": door.url})

    assert reply.status == 200


async def test_form_of_another_site_is_turned_away_without_an_origin_too(door: Door) -> None:
    reply = await door.ask("POST", "import", headers={"Sec-Fetch-Site": "cross-site"})

    assert reply.status == 403


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("application/merge-patch+json", 200),
        ("application/x-www-form-urlencoded", 200),
        ("text/plain", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/xml", 415),
    ],
)
async def test_bodies_are_json(door: Door, kind: str, status: int) -> None:
    reply = await door.ask("PUT", "phase", data=b'{"to": "outage"}', headers={"Content-Type": kind})

    assert reply.status == status


async def test_body_that_is_too_large_is_refused(door: Door) -> None:
    large = b'{"groups": ["' + b"x" * exchange.MAX_BODY_BYTES + b'"]}'

    reply = await door.ask(
        "POST", "import", data=large, headers={"Content-Type": "application/json"}
    )

    assert reply.status == 413
    assert reply.problem["type"] == "/docs#body-too-large"


async def test_body_that_does_not_come_is_not_waited_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "BODY_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.server.port)
    writer.write(
        b"PUT /api/v1/phase HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )

    async with asyncio.timeout(10):
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_connection_that_asks_for_nothing_is_closed(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "HEAD_SECONDS", 0.05)
    door = await doors.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", door.server.port)
    writer.write(b"GET /api/v1/state HT")

    async with asyncio.timeout(10):
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)

    writer.close()


async def test_connection_that_has_asked_may_stay(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "HEAD_SECONDS", 0.05)
    door = await doors.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", door.server.port)

    for _ in range(3):
        writer.write(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await reader.readuntil(b"live\n")).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.05)  # longer than a silent connection may live

    writer.close()


async def test_connections_past_the_bound_are_closed_at_once(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "MAX_CONNECTIONS", 2)
    door = await doors.open()
    kept = []
    for _ in range(2):
        reader, writer = await asyncio.open_connection("127.0.0.1", door.server.port)
        writer.write(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"live\n")
        kept.append(writer)

    reader, writer = await asyncio.open_connection("127.0.0.1", door.server.port)

    async with asyncio.timeout(10):
        assert await reader.read() == b""
    for each in (*kept, writer):
        each.close()


async def test_change_of_phase_is_carried_out_though_the_client_has_gone(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_begun, has_gone, is_done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def enter_slowly(*arguments: Any) -> Account:
        has_begun.set()
        await has_gone.wait()
        account = await enter_phase(*arguments)
        is_done.set()
        return account

    monkeypatch.setattr(phases, "enter_phase", enter_slowly)
    _, writer = await asyncio.open_connection("127.0.0.1", door.server.port)
    body = b'{"to": "outage"}'
    writer.write(
        b"PUT /api/v1/phase HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    async with asyncio.timeout(10):
        await has_begun.wait()

    writer.transport.abort()
    await asyncio.sleep(0.05)  # until the server has noticed
    has_gone.set()

    async with asyncio.timeout(10):
        await is_done.wait()
    assert (await door.get("state"))["phase"] == "outage"
