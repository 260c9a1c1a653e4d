"""Endpoints on the loopback: what they answer by themselves, and where their answers go."""

from __future__ import annotations

import asyncio
import socket

import pytest

from sip.endpoint import Endpoint
from sip.errors import TransportError
from sip.message import Request, Response, parse_message
from sip.timers import Timers
from tests.support.endpoint_world import LOOPBACK, Peer, User, options
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.sip_messages import PHONE_INVITE, SIPP_INVITE
from tests.support.transaction_users import ClientRecord
from tests.support.until import until


async def test_udp_and_tcp_share_one_port(endpoint: Endpoint) -> None:
    assert endpoint.udp.address == endpoint.tcp.address == (LOOPBACK, endpoint.port)
    assert endpoint.sent_by == f"{LOOPBACK}:{endpoint.port}".encode()
    assert endpoint.is_open


async def test_a_port_that_is_taken_leaves_nothing_bound(
    endpoint: Endpoint, user: User, time: ManualTime
) -> None:
    other = Endpoint("other", user, endpoint.loop, time.deadlines, Timers())
    endpoint.udp.close()  # its TCP port stays taken

    with pytest.raises(TransportError):
        await other.open(endpoint.port)

    assert not other.udp.is_bound
    assert not other.is_open


@pytest.mark.parametrize(
    ("host", "transport", "contact"),
    [
        (LOOPBACK, b"UDP", b"<sip:a@127.0.0.1:0>"),
        (LOOPBACK, b"TCP", b"<sip:a@127.0.0.1:0;transport=tcp>"),
        ("::1", b"UDP", b"<sip:a@[::1]:0>"),
    ],
)
async def test_a_contact_has_address_port_and_transport(
    user: User, time: ManualTime, host: str, transport: bytes, contact: bytes
) -> None:
    loop = asyncio.get_running_loop()
    made = Endpoint("x", user, loop, time.deadlines, Timers(), host=host)

    assert made.contact(b"a", transport) == contact
    assert made.contact(b"", transport) == contact.replace(b"a@", b"")


async def test_what_is_advertised_is_what_messages_say(user: User, time: ManualTime) -> None:
    loop = asyncio.get_running_loop()
    made = Endpoint("x", user, loop, time.deadlines, Timers(), advertise="192.0.2.50")

    assert made.sent_by == b"192.0.2.50:0"
    assert made.new_call_id().endswith(b"@192.0.2.50")


async def test_a_response_goes_to_the_port_that_sent_by_names(
    endpoint: Endpoint, peer: Peer
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        via = b"127.0.0.1:%d;branch=z9hG4bK1" % peer.port
        sender.sendto(options(via), (LOOPBACK, endpoint.port))

        assert (await peer.receive()).status == 200


@pytest.mark.parametrize(
    "via",
    [
        b"203.0.113.9:9;rport;branch=z9hG4bK1",
        b"203.0.113.9:9;branch=z9hG4bK1;rport",
        b"203.0.113.9:9 ; rport ;branch=z9hG4bK1",
        b"203.0.113.9:9;branch=z9hG4bK1;RPORT;x=y",
        b"client.invalid;branch=z9hG4bK1;rport",
    ],
)
async def test_with_rport_a_response_goes_back_to_where_the_request_came_from(
    peer: Peer, via: bytes
) -> None:
    peer.send(options(via))

    response = await peer.receive()
    top = response.vias[0]
    assert b"rport=%d" % peer.port in top
    assert b"received=127.0.0.1" in top


@pytest.mark.parametrize(
    "extra", [b";maddr=224.0.1.75;ttl=16", b";maddr=255.255.255.255", b";maddr=203.0.113.1"]
)
async def test_maddr_sends_a_response_nowhere_else(peer: Peer, extra: bytes) -> None:
    peer.send(options(b"127.0.0.1:%d;branch=z9hG4bK1" % peer.port + extra))

    assert (await peer.receive()).status == 200


@pytest.mark.parametrize("port", [b"0", b"65536", b"99999"])
async def test_an_absurd_port_sends_a_response_back_to_the_source(peer: Peer, port: bytes) -> None:
    peer.send(options(b"127.0.0.1:%b;branch=z9hG4bK1" % port))

    assert (await peer.receive()).status in (200, 400)


async def test_a_response_takes_the_connection_that_the_request_came_by(
    endpoint: Endpoint,
) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, endpoint.port)

    writer.write(options(b"203.0.113.9:9;branch=z9hG4bK1").replace(b"/UDP", b"/TCP"))
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")

    assert head.startswith(b"SIP/2.0 200 ")
    assert b"received=127.0.0.1" in head
    writer.close()


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"version": b"SIP/3.0"}, 505),
        ({"uri": b"http://a.example"}, 416),
        ({"lines": (b"Require: gruu",)}, 420),
        ({"lines": (b"Max-Forwards: 256",)}, 400),
        ({"lines": (b"CSeq: 1 OPTIONS",)}, 400),
    ],
    ids=["505", "416", "420", "400-value", "400-twice"],
)
async def test_a_faulty_request_is_refused_with_a_tag_and_counted(
    endpoint: Endpoint, user: User, peer: Peer, asked: dict[str, object], status: int
) -> None:
    lines = asked.pop("lines", ())
    assert isinstance(lines, tuple)
    peer.send(options(b"127.0.0.1;rport;branch=z9hG4bK1", *lines, **asked))  # type: ignore[arg-type]

    response = await peer.receive()

    assert response.status == status
    assert response.to_tag
    assert user.requests == []
    assert endpoint.faults == {status: 1}


async def test_an_invite_about_which_nothing_is_said_is_answered_100(
    endpoint: Endpoint, user: User
) -> None:
    user.answers = False
    flow = FakeFlow()

    endpoint._receive(SIPP_INVITE, flow)  # type: ignore[arg-type]
    endpoint._receive(PHONE_INVITE, flow)  # type: ignore[arg-type]

    assert [t.state.name for t in user.transactions] == ["PROCEEDING", "PROCEEDING"]
    assert endpoint.layer.responses_sent == {100: 2}


async def test_a_response_that_nobody_waits_for_is_handed_on(user: User, peer: Peer) -> None:
    asked = parse_message(options(b"127.0.0.1;branch=z9hG4bKx"))
    assert isinstance(asked, Request)

    peer.send(Response.build(asked, 200, to_tag=b"t").to_bytes())

    await until(lambda: user.strays)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\r\n\r\n", "keep-alive"),
        (b"\r\n", "keep-alive"),
        (b"\x00\x00\x00\x00", "keep-alive"),
        (b" ", "keep-alive"),
        (b"", "keep-alive"),
        (bytes.fromhex("000100002112a442") + b"x" * 12, "stun"),
        (bytes.fromhex("0101000c2112a442") + b"x" * 24, "stun"),
        (b"\x80\x00\x12\x34" + b"x" * 160, "malformed"),  # RTP that went astray
        (b"hello", "malformed"),
    ],
    ids=["ping", "pong", "zeros", "space", "empty", "stun", "stun-answer", "rtp", "words"],
)
async def test_what_is_no_message_is_thrown_away_in_silence_and_counted(
    endpoint: Endpoint, user: User, peer: Peer, data: bytes, why: str
) -> None:
    peer.send(data)
    peer.send(options(b"127.0.0.1;rport;branch=z9hG4bK1"))

    assert (await peer.receive()).method == b"OPTIONS"
    assert endpoint.udp.traffic.discarded == {why: 1}


async def test_a_silent_endpoint_says_nothing_and_knows_nothing_afterwards(
    endpoint: Endpoint, user: User, peer: Peer
) -> None:
    user.answers = False
    request = options(b"127.0.0.1;rport;branch=z9hG4bK1")
    peer.send(request)
    await until(lambda: user.requests)

    endpoint.set_silent(True)
    user.transactions[0].respond(200)
    peer.send(request)
    await until(lambda: endpoint.udp.traffic.discarded)
    assert not endpoint.is_open

    endpoint.set_silent(False)
    user.answers = True
    peer.send(request)
    assert (await peer.receive()).status == 200
    assert len(user.requests) == 2


async def test_a_closed_endpoint_tells_the_users_of_its_transactions_nothing(
    endpoint: Endpoint, time: ManualTime
) -> None:
    client = ClientRecord()
    request = Request.build(
        b"OPTIONS",
        b"sip:127.0.0.1:9;transport=tcp",
        via=None,
        from_value=b"<sip:a@b>;tag=1",
        to_value=b"<sip:c@d>",
        call_id=b"x",
        cseq=1,
    )
    assert endpoint.send_request(request, client) is not None

    endpoint.close()
    time.run_out()
    await asyncio.sleep(0)

    assert client.told == []
    assert endpoint.layer.clients == {}


async def test_a_connection_that_is_refused_is_told_to_who_sent(endpoint: Endpoint) -> None:
    client = ClientRecord()
    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        uri = b"sip:127.0.0.1:%d;transport=tcp" % sock.getsockname()[1]
    request = Request.build(
        b"INVITE",
        uri,
        via=None,
        from_value=b"<sip:a@b>;tag=1",
        to_value=b"<sip:c@d>",
        call_id=b"x",
        cseq=1,
    )

    assert endpoint.send_request(request, client) is not None
    assert client.told == []

    await until(lambda: client.told)
    assert client.told == ["transport error"]
