"""Whatever is sent to the admin API gets a documented answer, and the emulator goes on."""

from __future__ import annotations

import asyncio
import random
from typing import Any
from urllib.parse import quote

import pytest

from emulator.api.endpoint import Endpoint
from emulator.api.routes import ENDPOINTS
from tests.support.doors import Door

JSON = {"Content-Type": "application/json"}
TAKES_BODY = [each for each in ENDPOINTS if each.body is not None]
TAKES_QUERY = [each for each in ENDPOINTS if each.query is not None]

NO_JSON = [
    b"{",
    b"}",
    b'{"to": "outage"',
    b"{'to': 'outage'}",
    b'{"to": "outage",}',
    b'{"to": outage}',
    b"\xff\xfe{}",
    b'{"to": "\xff"}',
    b'{"to": "\\ud800"}',
    b"\x00",
    b"[" * 50_000,
    b'{"a":' * 50_000,
    b"NaNNaN",
    b"{} {}",
]
NO_OBJECT = [b"null", b"true", b"1", b"NaN", b"-Infinity", b"1e999", b'"outage"', b"[]", b"[{}]"]
WRONG: list[Any] = [None, True, -1, 1e308, "", "x" * 5_000, "\x00", "\ud7ff", [], {}, [None], [[]]]


@pytest.mark.parametrize("endpoint", TAKES_BODY, ids=lambda each: each.name)
async def test_body_that_is_no_json_is_refused(door: Door, endpoint: Endpoint) -> None:
    for body in NO_JSON:
        reply = await door.ask(endpoint.method, filled(endpoint.path), data=body, headers=JSON)

        assert reply.status in (400, 404), body[:30]
        assert reply.problem
    assert (await door.get("state"))["epoch"] == 0


@pytest.mark.parametrize("endpoint", TAKES_BODY, ids=lambda each: each.name)
async def test_body_that_is_no_object_is_refused(door: Door, endpoint: Endpoint) -> None:
    for body in NO_OBJECT:
        reply = await door.ask(endpoint.method, filled(endpoint.path), data=body, headers=JSON)

        assert reply.status in (400, 404, 422), body
        assert reply.problem


@pytest.mark.parametrize("endpoint", TAKES_BODY, ids=lambda each: each.name)
async def test_fields_of_the_wrong_kind_get_a_documented_answer(
    door: Door, endpoint: Endpoint
) -> None:
    assert endpoint.body is not None
    names = [field.alias or name for name, field in endpoint.body.model_fields.items()]
    for name in [*names, "unknown"]:
        for value in WRONG:
            reply = await door.ask(endpoint.method, filled(endpoint.path), {name: value})

            assert reply.status < 500 or reply.problem["type"] != "/docs#internal-fault"


@pytest.mark.parametrize("endpoint", TAKES_QUERY, ids=lambda each: each.name)
async def test_parameters_of_the_wrong_kind_get_a_documented_answer(
    door: Door, endpoint: Endpoint
) -> None:
    assert endpoint.query is not None
    for name in [*endpoint.query.model_fields, "unknown", ""]:
        for value in ("", "%00", "%FF", "nan", "1e999", "-1", "٣", "x" * 3_000, "&", "a=b"):
            place = f"{filled(endpoint.path)}?{name}={value}"
            if endpoint.may_take_long:
                place += "" if name == "timeout" else "&timeout=0"
            reply = await door.ask(endpoint.method, place)

            assert reply.status in (200, 404, 408, 422), place


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_of_requests_leaves_the_emulator_in_order(door: Door, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(150):
        method, place, body = wish(chance)
        reply = await door.ask(method, place, body)

        assert reply.status not in (500, 405), (method, place, body)
        if reply.status >= 400:
            assert reply.problem

    reset = await door.ask("POST", "reset")
    answered = await door.connected("erin", "helpdesk")
    assert reset.status == 200
    assert answered["state"] == "connected"


@pytest.mark.parametrize(
    "octets",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /api/v1/state HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /api/v1/state HTTP/1.1\r\n\r\n",
        b"GET /api/v1/state HTTP/1.1\r\nHost: [\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 1_000 + b"\r\n",
        b"POST /api/v1/import HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"POST /api/v1/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        (
            b"POST /api/v1/import HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\n"
            b"Content-Length: 5\r\n\r\nabcde"
        ),
        b"OPTIONS sip:helpdesk@localhost SIP/2.0\r\nVia: x\r\n\r\n",
    ],
    ids=range(12),
)
async def test_octets_that_are_no_request_do_no_harm(
    door: Door, octets: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.server.port)
    writer.write(octets)
    writer.write_eof()

    async with asyncio.timeout(10):
        answer = await reader.read()

    assert not answer or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4", b"HTTP/1.1 5"))
    assert b"Traceback" not in answer
    assert "Traceback" not in capfd.readouterr().err
    assert (await door.get("state"))["phase"] == "normal"
    writer.close()


def filled(path: str) -> str:
    """A path with something in the place of its parameters."""
    for name, value in (("id", "1"), ("agent", "alice"), ("name", "alice"), ("pool", "primary")):
        path = path.replace(f"{{{name}}}", value)
    return path


def wish(chance: random.Random) -> tuple[str, str, Any]:
    """Any request, most of them with a meaning."""
    agent = chance.choice(["alice", "carol", "erin", "frank", "nobody"])
    group = chance.choice(["helpdesk", "hotline", "lobby", "formal", "billing", "sales", "nothing"])
    phases = ["normal", "outage", "failing_over", "failed_over", "failing_back", "failed_back"]
    style = chance.choice([None, None, "graceful", "crash", "blackhole"])
    change = {"to": chance.choice(phases)} | ({"style": style} if style else {})
    return chance.choice(
        [
            ("PUT", "phase", change),
            ("POST", "import", chance.choice([None, {"groups": [group]}])),
            ("DELETE", "import", chance.choice([None, {"groups": [group]}])),
            ("POST", "calls", {"from": agent, "to": chance.choice([group, agent])}),
            ("DELETE", f"calls/{chance.randrange(60)}", None),
            ("GET", f"calls?group={group}&latest=5", None),
            ("GET", f"calls/{chance.randrange(60)}/ladder?format=svg", None),
            ("POST", f"console/{agent}/sign-in", {"groups": [group]}),
            ("POST", f"console/{agent}/sign-out", {"groups": [group], "imported": True}),
            ("GET", f"console/{quote(agent)}", None),
            ("GET", "agents", None),
            ("PUT", "pools/backup/database", {"up": chance.random() < 0.5}),
            ("GET", "/metrics", None),
            ("POST", "reset", None),
        ]
    )
