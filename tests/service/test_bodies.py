"""Bodies of several parts: the description in them is found, answered and hidden."""

from __future__ import annotations

import asyncio

import pytest

from sip.message import Request, Response
from tests.support.house import House

_TYPE = "multipart/mixed;boundary=part"
_TOPOLOGY = """
agents: [{name: ann}]
groups:
  - {name: open, agents: [ann]}
  - {name: hiding, kind: anonymous, agents: [ann]}
"""


def _multipart(sdp: bytes) -> bytes:
    return (
        b"--part\r\nContent-Type: application/sdp\r\n\r\n" + sdp + b"\r\n"
        b"--part\r\nContent-Type: text/plain\r\nContent-Disposition: x;handling=optional\r\n\r\n"
        b"Hello\r\n--part--\r\n"
    )


def _sdp(owner: bytes) -> bytes:
    return (
        b"v=0\r\no=%b 7 7 IN IP4 192.0.2.7\r\ns=%b calls\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        b"m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n" % (owner, owner)
    )


@pytest.mark.parametrize("group", ["open", "hiding"])
async def test_an_offer_within_a_multipart_body_is_answered(house: House, group: str) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller")

    call = await house.invite_with(caller, group, _TYPE, _multipart(_sdp(b"caller")))

    answer = await call.expect(200)
    assert answer.header("Content-Type") == "application/sdp"
    assert b"m=audio " in answer.body
    assert b"a=rtpmap:0 PCMU/8000" in answer.body
    assert b"PCMA" not in answer.body  # it is an answer, and no offer


async def test_a_multipart_body_without_a_description_gets_an_offer(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller")
    body = b"--part\r\nContent-Type: text/plain\r\n\r\nHello\r\n--part--\r\n"

    call = await house.invite_with(caller, "open", _TYPE, body)

    assert b"PCMA" in (await call.expect(200)).body


async def test_a_body_that_no_phone_can_read_is_refused_with_415(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller")

    call = await house.invite_with(caller, "open", "text/plain", b"Hello")

    refusal = await call.expect(415)
    assert "multipart/mixed" in (refusal.header("Accept") or "")


async def test_an_offer_that_cannot_be_answered_is_refused_with_488(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller")

    call = await house.invite_with(caller, "open", _TYPE, _multipart(b"v=0\r\nrubbish\r\n"))

    await call.expect(488)
    assert (house.call.ended_by, house.site.agents["ann"].calls) == ("fault", 0)


async def test_a_bridge_hides_descriptions_within_multipart_bodies_both_ways(
    house: House,
) -> None:
    await house.build(_TOPOLOGY)
    ann = await house.agent("ann")
    caller = await house.client("caller")

    placing = asyncio.create_task(
        house.invite_with(caller, "hiding", _TYPE, _multipart(_sdp(b"caller")))
    )
    taken = await ann.expect_call()
    call = await placing
    await taken.answer(_multipart(_sdp(b"agent")), headers={"Content-Type": _TYPE})
    answer = await call.expect(200)

    for message, owner in ((taken.invite, b"caller"), (answer, b"agent")):
        assert isinstance(message, Request | Response)
        assert message.header("Content-Type") == _TYPE
        assert b"o=- 1 0 IN IP4 127.0.0.1\r\ns=-\r\n" in message.body
        assert owner not in message.body
        assert b"192.0.2.7" not in message.body
        assert b"m=audio 40000" in message.body
        assert message.body.endswith(b"Hello\r\n--part--\r\n")
