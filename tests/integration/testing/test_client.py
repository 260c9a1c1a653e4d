"""The kit's SIP clients: they do as a phone does, and their expectations fail where they must."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from emulator.testing import (
    Emulator,
    ExpectationFailed,
    NoAnswer,
    Pace,
    RequestRefused,
    SipClient,
    Unreachable,
)
from emulator.testing.identity import Identity
from sip.dialog import Dialog
from sip.message import Request, Response, parse_message
from tests.support.lab import LAB

pytestmark = pytest.mark.rgs(topology=LAB)

_BOTH = pytest.mark.parametrize("transport", ["udp", "tcp"])


@pytest.fixture
async def peer() -> AsyncIterator[SipClient]:
    """A client that takes calls from another client, without any emulator."""
    async with await SipClient.open({"director": ("127.0.0.1", 9)}, name="peer") as client:
        client.take_calls()
        yield client


@pytest.fixture
def bare_socket() -> Iterator[socket.socket]:
    """A socket that nobody answers for."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bare:
        bare.setblocking(False)
        bare.bind(("127.0.0.1", 0))
        yield bare


def _response(data: bytes) -> Response:
    message = parse_message(data)
    assert isinstance(message, Response)
    return message


@_BOTH
async def test_ack_and_bye_go_to_the_contact(rgs: Emulator, transport: str) -> None:
    caller = await rgs.caller(transport)
    call = await caller.invite("helpdesk")

    assert (await call.hang_up()).status == 200

    host, port = rgs.addresses["agents"]
    assert f"{host}:{port}" in (call.remote_target or "")
    assert "-> agents    ACK" in caller.trail.drawn()
    assert "-> agents    BYE" in caller.trail.drawn()


@_BOTH
async def test_simple_caller_sends_all_to_where_it_called(rgs: Emulator, transport: str) -> None:
    caller = await rgs.caller(transport, simple=True)
    call = await caller.invite("helpdesk")

    assert (await call.request("INFO")).status == 200
    assert (await call.hang_up()).status == 200

    assert "agents" not in caller.trail.drawn()
    assert (await rgs.call(call))["ended_by"] == "caller"


@_BOTH
async def test_route_set_leads_through_the_director(rgs: Emulator, transport: str) -> None:
    """Two transports: the director records two routes, and each end can use its own."""
    caller = await rgs.caller(transport)
    alice = await rgs.agent("alice", "tcp" if transport == "udp" else "udp")
    call = await caller.invite("alice", wait=None)
    await alice.expect("INVITE")
    await alice.answer()
    await call.expect(200)
    await alice.expect("ACK")

    assert (await call.request("INFO")).status == 200
    assert (await alice.call.request("INFO")).status == 200

    await alice.expect("INFO")
    await call.expect("INFO")
    assert (await alice.hang_up()).status == 200
    await call.expect("BYE")


async def test_expectation_that_can_not_be_fulfilled_fails_at_once(
    rgs: Emulator, caller: SipClient
) -> None:
    await rgs.phase("outage")
    call = await caller.invite("helpdesk")
    loop = asyncio.get_running_loop()
    began = loop.time()

    with pytest.raises(ExpectationFailed, match="503 Service Unavailable"):
        await call.expect("BYE", within=60)

    assert loop.time() - began < 10


async def test_expectation_claims_each_message_once(rgs: Emulator, caller: SipClient) -> None:
    call = await caller.invite("helpdesk")
    await call.expect(200)

    with pytest.raises(ExpectationFailed, match="expected a response 200 to INVITE"):
        await call.expect(200, within=0.05)


async def test_nothing_is_not_what_has_come_unexpected(rgs: Emulator, caller: SipClient) -> None:
    call = await caller.invite("hotline")
    other = await caller.invite("hotline")
    await rgs.phase("outage")

    with pytest.raises(ExpectationFailed, match="expected nothing, but got BYE"):
        await call.expect_nothing(until=other.expect("BYE"))


async def test_nothing_is_held_until_something_else_has_happened(
    rgs: Emulator, caller: SipClient
) -> None:
    kept, dropped = await caller.invite("helpdesk"), await caller.invite("hotline")

    await rgs.phase("outage")

    await kept.expect_nothing(until=dropped.expect("BYE"))


@_BOTH
async def test_closed_port_is_told_from_silence(rgs: Emulator, transport: str) -> None:
    caller = await rgs.caller(transport)
    await caller.request("OPTIONS", via="primary")
    await rgs.phase("outage", style="crash")

    with pytest.raises(Unreachable):
        await caller.request("OPTIONS", via="primary", within=2.0)
    with pytest.raises(Unreachable):
        await caller.invite("helpdesk", via="primary", within=2.0)
    await caller.expect_lost("primary")

    await rgs.reset()
    await rgs.phase("outage", style="blackhole")
    with pytest.raises(NoAnswer) as silence:
        await caller.request("OPTIONS", via="primary", within=0.2)
    assert not isinstance(silence.value, Unreachable)


async def test_client_repeats_what_is_not_answered(bare_socket: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    addresses = {"director": bare_socket.getsockname()}
    async with await SipClient.open(addresses, pace=Pace(t1=0.02)) as caller:
        await caller.invite("peer", wait=None)

        async with asyncio.timeout(5):
            first, again, once_more = [await loop.sock_recv(bare_socket, 65_536) for _ in range(3)]

        assert first.startswith(b"INVITE sip:peer@")
        assert first == again == once_more


async def test_callee_repeats_its_200_until_the_ack_comes(bare_socket: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    own = bare_socket.getsockname()
    addresses = {"director": own}
    async with await SipClient.open(addresses, pace=Pace(t1=0.02)) as callee:
        callee.take_calls()
        to = f"sip:callee@{callee.identity.address[0]}:{callee.identity.address[1]}"
        identity = Identity("bare", "udp", own, None)
        invite = identity.request(b"INVITE", to, domain="example.test", lines=[])
        await loop.sock_sendto(bare_socket, invite.to_bytes(), callee.identity.address)
        offered = await callee.expect_call()
        await offered.answer()

        async with asyncio.timeout(5):
            trying, answer, again = [await loop.sock_recv(bare_socket, 65_536) for _ in range(3)]
        ack = Dialog.of_client(invite, _response(answer)).request(b"ACK", cseq=1)
        identity.sign(ack)
        await loop.sock_sendto(bare_socket, ack.to_bytes(), callee.identity.address)

        assert _response(trying).status == 100
        assert answer == again
        await offered.expect("ACK")


async def test_cancelled_call_is_over_on_both_sides(peer: SipClient) -> None:
    addresses = {"director": peer.identity.address}
    async with await SipClient.open(addresses) as caller:
        call = await caller.invite("peer", wait=None)
        offered = await peer.expect_call()
        await offered.ring()
        await call.expect(180)

        assert (await call.hang_up()).status == 200

        await call.expect(487)
        await offered.expect("CANCEL")
        assert (call.state, offered.state) == ("ended", "ended")


async def test_automatic_answers_can_be_changed_and_given_by_hand(
    rgs: Emulator, caller: SipClient
) -> None:
    caller.replies["BYE"] = None
    call = await caller.invite("hotline")
    await rgs.phase("outage")

    bye = await call.expect("BYE")
    assert isinstance(bye, Request)
    assert "200 OK (BYE)" not in caller.trail.drawn()
    call.reply(bye, 200)

    assert "-> primary   200 OK (BYE)" in caller.trail.drawn()


async def test_call_without_an_offer_gets_one_and_answers_it_in_the_ack(peer: SipClient) -> None:
    addresses = {"director": peer.identity.address}
    async with await SipClient.open(addresses) as caller:
        call = await caller.invite("peer", body=b"", wait=None)
        offered = await peer.expect_call()
        await offered.answer()

        answer = await call.expect(200)
        ack = await offered.expect("ACK")

        assert answer.body.startswith(b"v=0")
        assert ack.body.startswith(b"v=0")


async def test_refused_request_tells_what_the_problem_is(rgs: Emulator) -> None:
    with pytest.raises(RequestRefused, match="phase normal is not followed by failed_over"):
        await rgs.phase("failed_over")


async def test_phase_in_force_can_be_entered_again(rgs: Emulator) -> None:
    account = await rgs.phase("normal")

    assert (account["phase"], account["dropped"]) == ("normal", 0)


async def test_events_are_told_as_they_happen(rgs: Emulator, caller: SipClient) -> None:
    async def first_connected() -> str:
        async for kind, data in rgs.events():
            if kind == "call" and data["state"] == "connected":
                return str(data["group"])
        raise AssertionError("the stream has ended")

    listening = asyncio.create_task(first_connected())
    await rgs.state()  # the answer comes after the stream has been asked for
    async with asyncio.timeout(10):
        while not listening.done():
            await caller.invite("helpdesk")
        assert await listening == "helpdesk"


async def test_emulated_agent_calls_and_is_hung_up(rgs: Emulator) -> None:
    placed = await rgs.place_call("carol", "helpdesk")
    connected = await rgs.wait(group="helpdesk", state="connected")

    ended = await rgs.hang_up(connected["id"])

    assert placed["id"] == connected["id"]
    assert (ended["state"], ended["ended_by"]) == ("ended", "admin")
