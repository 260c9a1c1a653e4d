"""The end of the emulator: what callers hear of it, and that they do hear it."""

from __future__ import annotations

import asyncio
import re
import socket

import pytest

from emulator.model.calls import CallState
from emulator.operations.administration import Administration
from emulator.operations.closing import end_all_calls
from tests.support.house import House

_TOPOLOGY = """
agents:
  - {name: ann, home: backup, concurrent: unlimited}
  - {name: rita, answer_after_ms: null, concurrent: unlimited}
  - {name: zoe, endpoint: none}
groups:
  - {name: desk, agents: [ann]}
  - {name: line, kind: anonymous, agents: [ann]}
  - {name: slow, agents: [rita]}
  - {name: far, kind: anonymous, agents: [zoe]}
"""


async def _end(house: House) -> int:
    return await end_all_calls(Administration(house.deployment))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_every_call_is_ended_and_every_answer_heard(house: House, transport: str) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller", transport)
    normal, anonymous = await caller.invite("desk"), await caller.invite("line")
    waiting = await caller.invite("slow", wait="ringing")

    assert await _end(house) == 3

    for call in (normal, anonymous):
        assert "Shutting down" in ((await call.expect("BYE")).header("Reason") or "")
    assert "Shutting down" in ((await waiting.expect(503)).header("Reason") or "")
    assert all(call.state == CallState.ENDED for call in house.calls)


async def test_both_ends_of_a_bridge_hear_bye(house: House) -> None:
    await house.build(_TOPOLOGY)
    agent, caller = await house.agent("zoe"), await house.client("caller")
    placing = asyncio.create_task(caller.invite("far"))
    taken = await agent.expect_call()
    await taken.answer()
    call = await placing
    await taken.expect("ACK")

    await _end(house)

    await call.expect("BYE")
    await taken.expect("BYE")


async def test_new_calls_are_refused_while_others_are_ended(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller")
    caller.replies["BYE"] = None  # so that the end takes a while
    await caller.invite("desk")
    ending = asyncio.create_task(_end(house))
    await house.until(lambda: house.calls[0].ended)

    refused = await caller.invite("desk")

    assert (await refused.expect(503)).header("Retry-After") is None
    assert await ending == 1


async def test_a_call_that_is_acknowledged_late_still_hears_bye(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller")
    call = await caller.invite("desk", acks=False)
    ending = asyncio.create_task(_end(house))
    await house.until(lambda: house.call.ended)

    await call.ack()

    await call.expect("BYE")
    await ending


async def test_a_connection_closes_after_what_was_sent_on_it(house: House) -> None:
    await house.build(_TOPOLOGY)
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, house.addresses["director"])
    reader, writer = await asyncio.open_connection(sock=sock, limit=1_024)
    writer.write(_request("INVITE", 1))
    heard = b""
    while b"SIP/2.0 200" not in heard:
        heard += await reader.read(4_096)
    tag = re.findall(rb"To: [^\r]*;tag=([^\r;]+)", heard)[-1].decode()
    writer.write(_request("ACK", 1, tag))
    for number in range(2, 1_502):  # and reads no answer for now
        writer.write(_request("OPTIONS", number, tag))
    await house.until(lambda: _answers(house) >= 1_500)

    ending = asyncio.create_task(_end(house))
    await house.until(lambda: not house.deployment.listeners[0].endpoint.tcp.is_open)
    heard += await reader.read()  # until it is closed, and raises if it is reset
    writer.close()
    await ending

    assert b"\r\nBYE " in heard


def _answers(house: House) -> int:
    return house.deployment.listeners[0].endpoint.layer.responses_sent.get(200, 0)


def _request(method: str, number: int, tag: str = "") -> bytes:
    to = f";tag={tag}" if tag else ""
    return (
        f"{method} sip:desk@contoso.example SIP/2.0\r\n"
        f"Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK{method}{number}\r\n"
        f"From: <sip:caller@contoso.example>;tag=caller\r\n"
        f"To: <sip:desk@contoso.example>{to}\r\n"
        f"Call-ID: one@caller\r\nCSeq: {number} {method}\r\nMax-Forwards: 70\r\n"
        "Contact: <sip:caller@127.0.0.1:9;transport=tcp>\r\nContent-Length: 0\r\n\r\n"
    ).encode()
