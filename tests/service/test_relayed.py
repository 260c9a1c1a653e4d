"""Normal calls with really registered agents: caller and agent talk, the director passes it on."""

from __future__ import annotations

import asyncio

import pytest

from emulator.model.calls import CallState
from emulator.rules import Style
from emulator.testing.call import ClientCall
from emulator.testing.client import SipClient
from sip.message import Request, Response
from tests.support.house import House, contact_of

_TOPOLOGY = """
agents: [{name: ann, endpoint: none, home: backup}]
groups:
  - {name: desk, agents: [ann]}
"""
_WAYS = [("udp", "udp"), ("udp", "tcp"), ("tcp", "udp"), ("tcp", "tcp")]
_ids = ["-".join(way) for way in _WAYS]
across = pytest.mark.parametrize(("near", "far"), _WAYS, ids=_ids)


class Pair:
    """A caller and an agent who are connected."""

    def __init__(
        self, caller: SipClient, agent: SipClient, near: ClientCall, far: ClientCall
    ) -> None:
        self.caller = caller
        self.agent = agent
        self.near = near
        self.far = far


async def _connect(
    house: House,
    near: str = "udp",
    far: str = "udp",
    *,
    via: str = "director",
    simple: bool = False,
) -> Pair:
    await house.build(_TOPOLOGY)
    agent = await house.agent("ann", far)
    caller = await house.client("caller", near, simple=simple)
    placing = asyncio.create_task(caller.invite("desk", via=via))
    taken = await agent.expect_call()
    await taken.ring()
    await taken.answer()
    call = await placing
    assert call.status == 200
    await taken.expect("INVITE")
    await taken.expect("ACK")
    return Pair(caller, agent, call, taken)


@across
async def test_each_side_finds_a_record_route_for_its_own_transport(
    house: House, near: str, far: str
) -> None:
    pair = await _connect(house, near, far)
    host, port = house.addresses["director"]
    entries = {"udp": f"<sip:{host}:{port};lr>", "tcp": f"<sip:{host}:{port};transport=tcp;lr>"}

    expected = [entries[far]] if near == far else [entries[far], entries[near]]
    assert [each.decode() for each in pair.far.invite.record_routes] == expected
    answer = next(each for each in pair.near.messages if getattr(each, "status", 0) == 200)
    assert [each.decode() for each in answer.record_routes] == expected
    assert f"<{pair.near.remote_target}>" == contact_of(pair.agent)
    assert f"<{pair.far.remote_target}>" == contact_of(pair.caller)


@across
async def test_whatever_one_end_says_reaches_the_other_and_its_answer_comes_back(
    house: House, near: str, far: str
) -> None:
    pair = await _connect(house, near, far)

    for ours, theirs in ((pair.near, pair.far), (pair.far, pair.near)):
        for method in ("INFO", "UPDATE", "OPTIONS", "MESSAGE", "INVITE"):
            answer = await ours.request(method)
            assert answer.status == 200, method
            await theirs.expect(method)
        await theirs.expect("ACK")  # to the re-INVITE's 200

    assert house.call.state == CallState.CONNECTED


@across
@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_either_end_may_hang_up(house: House, near: str, far: str, who: str) -> None:
    pair = await _connect(house, near, far)
    ours, theirs = (pair.near, pair.far) if who == "caller" else (pair.far, pair.near)

    assert (await ours.hang_up()).status == 200

    await theirs.expect("BYE")
    assert (house.call.state, house.call.ended_by) == (CallState.ENDED, who)
    assert not house.site.agents["ann"].calls


async def test_a_refusal_within_the_dialog_comes_back_as_it_is(house: House) -> None:
    pair = await _connect(house)
    pair.agent.replies["INVITE"] = 488
    pair.agent.replies["INFO"] = 469

    assert (await pair.near.request("INVITE")).status == 488
    assert (await pair.near.request("INFO")).status == 469
    assert house.call.state == CallState.CONNECTED


async def test_a_method_that_nobody_here_knows_passes(house: House) -> None:
    pair = await _connect(house)

    answer = await pair.near.request("DANCE")

    assert answer.status == 405  # the agent's
    await pair.far.expect("DANCE")


async def test_an_answer_that_is_repeated_is_acknowledged_end_to_end_again(house: House) -> None:
    pair = await _connect(house)

    pair.far.reply(pair.far.invite, 200)  # its ACK was lost, it says

    await pair.far.expect("ACK")


async def test_an_ack_that_comes_late_stops_the_agent_from_repeating(house: House) -> None:
    await house.build(_TOPOLOGY)
    agent = await house.agent("ann")
    caller = await house.client("caller")
    placing = asyncio.create_task(caller.invite("desk", acks=False))
    taken = await agent.expect_call()
    await taken.answer()
    call = await placing
    assert house.call.state == CallState.CONNECTED
    await house.until(lambda: _repeated(caller), within=2)  # the agent repeats its 200

    await call.ack()

    await taken.expect("ACK")
    assert (await call.hang_up()).status == 200


def _repeated(client: SipClient) -> bool:
    return client.trail.drawn().count("200 OK (INVITE)") > 1


async def test_a_re_invite_may_be_cancelled(house: House) -> None:
    pair = await _connect(house)
    pair.agent.replies["INVITE"] = 180

    exchange = await pair.near.send("INVITE")
    received = await pair.far.expect("INVITE")
    await house.until(lambda: any(each.status == 180 for each in exchange.responses))
    cancel = Request.build(
        b"CANCEL",
        exchange.request.uri,
        via=exchange.request.vias[0],
        from_value=exchange.request.from_value,
        to_value=exchange.request.to_value,
        call_id=exchange.request.call_id,
        cseq=exchange.request.cseq,
        headers=[(b"Route", each) for each in exchange.request.routes],
    )
    answer = await pair.caller.begin(cancel, exchange.link).answer(5)

    assert answer.status == 200
    await house.until(lambda: "CANCEL" in pair.agent.trail.drawn())
    assert isinstance(received, Request)
    pair.far.reply(received, 487)
    assert (await exchange.answer(5)).status == 487


async def test_callers_that_ignore_contact_and_record_route_are_served_by_the_director(
    house: House,
) -> None:
    pair = await _connect(house, simple=True)

    assert (await pair.near.request("INFO")).status == 200
    info = await pair.far.expect("INFO")
    assert isinstance(info, Request)
    assert f"<{info.uri.decode()}>" == contact_of(pair.agent)
    assert (await pair.near.hang_up()).status == 200
    await pair.far.expect("BYE")


@pytest.mark.parametrize("style", list(Style))
@across
async def test_a_call_that_came_by_the_primary_pools_listener_outlives_it(
    house: House, near: str, far: str, style: Style
) -> None:
    pair = await _connect(house, near, far, via="primary")

    await house.enter("outage", style=style)

    assert house.call.state == CallState.CONNECTED
    assert (await pair.near.request("INFO")).status == 200
    await pair.far.expect("INFO")
    if near == "udp":  # a TCP client that has lost its connection makes another for its requests
        assert (await pair.far.request("INFO")).status == 200
    assert (await pair.far.hang_up()).status == 200
    await pair.near.expect("BYE")


async def test_what_an_agent_says_while_ringing_is_not_what_the_caller_of_a_group_hears(
    house: House,
) -> None:
    await house.build(_TOPOLOGY)
    agent = await house.agent("ann")
    caller = await house.client("caller")

    call = await caller.invite("desk", headers={"Supported": "100rel, timer"}, wait=None)
    taken = await agent.expect_call()
    await taken.ring(183)
    ringing = await call.expect(180)

    assert isinstance(ringing, Response)
    assert ringing.to_tag != taken.local_tag
    assert taken.invite.header("Supported") == "timer"


async def test_a_call_to_a_person_hears_what_the_persons_client_says(house: House) -> None:
    await house.build(_TOPOLOGY)
    agent = await house.agent("ann")
    caller = await house.client("caller")

    call = await caller.invite("ann", wait=None)
    taken = await agent.expect_call()
    await taken.ring(183)
    progress = await call.expect(183)
    assert isinstance(progress, Response)
    assert progress.to_tag == taken.local_tag
    await taken.decline(486)

    await call.expect(486)
    assert (house.call.ended_by, house.call.status) == ("agent", 486)


async def test_a_request_without_hops_left_goes_no_further(house: House) -> None:
    pair = await _connect(house)
    assert pair.near.dialog is not None
    request = pair.near.dialog.request(b"INFO", cseq=7)
    request.set_header(b"Max-Forwards", b"0")
    pair.caller.identity.sign(request)

    link = await pair.caller.link_to("director")
    answer = await pair.caller.begin(request, link).answer(5)

    assert answer.status == 483


async def test_what_is_too_large_for_udp_reaches_the_caller_by_tcp_and_the_agent_by_its_flow(
    house: House,
) -> None:
    pair = await _connect(house)
    large = {"Content-Type": "text/plain"}
    heard = asyncio.Queue[bytes]()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard.put(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        pair.caller.identity.contact = f"<sip:caller@{host}:{port}>".encode()
        assert (await pair.near.request("UPDATE")).status == 200  # it has moved, it says
        await pair.far.send("MESSAGE", headers=large, body=b"x" * 1400, repeats=False)
        head = await asyncio.wait_for(heard.get(), 5)
    assert head.startswith(b"MESSAGE sip:caller@")
    assert b"Via: SIP/2.0/TCP " in head

    answer = await pair.near.request("MESSAGE", headers=large, body=b"x" * 1400)
    assert answer.status == 200  # over UDP


async def test_an_emulated_caller_answers_what_a_registered_agent_asks(house: House) -> None:
    await house.build(_TOPOLOGY.replace("]\ngroups", ", {name: bob}]\ngroups"))
    agent = await house.agent("ann")
    placed = await house.deployment.place_call("bob", "desk")
    taken = await agent.expect_call()
    await taken.answer()
    await house.until(lambda: placed.state == CallState.CONNECTED)
    await taken.expect("ACK")

    assert (await taken.request("INFO")).status == 200
    assert (await taken.request("INVITE")).status == 488  # a call of its own describes no media
    assert (await taken.hang_up()).status == 200

    assert placed.ended_by == "agent"
    await house.until(lambda: not house.site.agents["bob"].calls)
