"""Anonymous calls with really registered agents: two dialogs of the pool, and what they hide."""

from __future__ import annotations

import asyncio

import pytest

from emulator.model.calls import CallState
from emulator.rules import Style
from emulator.testing.call import ClientCall
from emulator.testing.client import SipClient
from sip.message import Request, Response
from tests.support.house import House

_TOPOLOGY = """
agents: [{name: ann, endpoint: none, home: backup, display_name: Ann Example}]
groups:
  - {name: line, kind: anonymous, agents: [ann]}
"""
_WAYS = [("udp", "udp"), ("udp", "tcp"), ("tcp", "udp"), ("tcp", "tcp")]
_ids = ["-".join(way) for way in _WAYS]
across = pytest.mark.parametrize(("near", "far"), _WAYS, ids=_ids)

# What tells who and where somebody is; the words stand for both ends.
_TELLTALE = {
    "User-Agent": "{who}-phone/1.0",
    "Subject": "{who} speaks",
    "Organization": "{who} limited",
    "P-Asserted-Identity": "<sip:{who}-asserted@192.0.2.1>",
    "P-Preferred-Identity": "<sip:{who}-preferred@192.0.2.1>",
    "Remote-Party-ID": "<sip:{who}-party@192.0.2.1>",
    "Call-Info": "<http://192.0.2.1/{who}.png>;purpose=icon",
    "Server": "{who}-server/1.0",
    "X-Who": "{who}-secret",
    "Allow": "INVITE, ACK, BYE, CANCEL, REFER, PRACK",
    "Supported": "replaces, 100rel",
    "Warning": '399 192.0.2.1 "{who} warns"',
}


def _telltale(who: str) -> dict[str, str]:
    return {name: value.format(who=who) for name, value in _TELLTALE.items()}


def _sdp(who: str) -> bytes:
    return (
        f"v=0\r\no={who}-origin 5 5 IN IP4 192.0.2.1\r\ns={who} session\r\ni={who} info\r\n"
        f"u=http://192.0.2.1/{who}\r\ne={who}@192.0.2.1\r\np=+4930 {who}\r\n"
        f"c=IN IP4 198.51.100.7\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        f"a=ssrc:1 cname:{who}-cname\r\na=ssrc:1 msid:{who}-msid x\r\na=msid:{who}-stream x\r\n"
        f"a=tool:{who}-tool\r\n"
    ).encode()


class Bridge:
    """A caller and an agent who are connected by a pool."""

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
    offer: bytes | None = None,
    acks: bool = True,
    more: str = "",
    headers: dict[str, str] | None = None,
) -> Bridge:
    await house.build(more + _TOPOLOGY)
    agent = await house.agent("ann", far)
    caller = await house.client("caller", near)
    placing = asyncio.create_task(caller.invite("line", body=offer, acks=acks, headers=headers))
    taken = await agent.expect_call()
    await taken.ring(headers=_telltale("ann"))
    await taken.answer(_sdp("ann"), headers=_telltale("ann"))
    call = await placing
    assert call.status == 200
    await taken.expect("INVITE")
    return Bridge(caller, agent, call, taken)


def _raw(messages: list[Request | Response]) -> bytes:
    return b"\n".join(message.to_bytes() for message in messages)


# -- hiding ----------------------------------------------------------------------------------------


@across
async def test_nothing_of_the_agent_reaches_the_caller(house: House, near: str, far: str) -> None:
    bridge = await _connect(house, near, far)
    assert bridge.far.dialog is not None
    for method in ("INFO", "MESSAGE", "UPDATE"):
        headers = _telltale("ann") | (
            {"Contact": "<sip:ann@192.0.2.1>"} if method == "INFO" else {}
        )
        assert (await bridge.far.request(method, headers=headers)).status == 200
    bridge.agent.replies["MESSAGE"] = 403
    assert (await bridge.near.request("MESSAGE")).status == 403
    await bridge.far.hang_up(headers=_telltale("ann") | {"Reason": 'SIP;cause=200;text="ann"'})
    await bridge.near.expect("BYE")

    seen = _raw(bridge.near.messages)
    agent_host, agent_port = bridge.agent.identity.address
    for telling in (
        b"ann",
        b"Ann",
        b"192.0.2.1",
        f"{agent_host}:{agent_port}".encode(),
        bridge.far.invite.call_id,
        bridge.far.local_tag,
        bridge.far.invite.from_tag,
    ):
        assert telling not in seen, telling
    assert b"c=IN IP4 198.51.100.7\r\n" in seen  # media go directly between the ends
    assert b"REFER" not in seen
    assert b"PRACK" not in seen
    assert b"100rel" not in seen


@across
async def test_nothing_of_the_callers_contact_address_reaches_the_agent(
    house: House, near: str, far: str
) -> None:
    bridge = await _connect(house, near, far, offer=_sdp("bob"), headers=_telltale("bob"))
    for method in ("INFO", "MESSAGE", "UPDATE"):
        answer = await bridge.near.request(method, headers=_telltale("bob"))
        assert answer.status == 200
    await bridge.near.hang_up(headers=_telltale("bob"))
    await bridge.far.expect("BYE")

    seen = _raw(bridge.far.messages)
    caller_host, caller_port = bridge.caller.identity.address
    for telling in (
        b"bob",
        b"192.0.2.1",
        f"{caller_host}:{caller_port}".encode(),
        bridge.near.invite.call_id,
        bridge.near.local_tag,
    ):
        assert telling not in seen, telling
    assert b"c=IN IP4 198.51.100.7\r\n" in seen


async def test_the_agent_sees_who_calls_and_a_contact_of_the_host_pool(house: House) -> None:
    bridge = await _connect(house, "udp", "tcp")
    invite, (host, port) = bridge.far.invite, house.addresses["primary"]

    assert invite.from_value.startswith(b"<sip:caller@")
    assert invite.header("Contact") == f"<sip:{host}:{port};transport=tcp>"
    assert bridge.near.remote_target == f"sip:{host}:{port}"
    assert len(invite.vias) == 1


# -- what is relayed -------------------------------------------------------------------------------


@across
async def test_what_one_end_asks_the_other_answers(house: House, near: str, far: str) -> None:
    bridge = await _connect(house, near, far)

    for ours, theirs, client in (
        (bridge.near, bridge.far, bridge.agent),
        (bridge.far, bridge.near, bridge.caller),
    ):
        for method, status in (("INFO", 469), ("MESSAGE", 202), ("OPTIONS", 200)):
            client.replies[method] = status
            body = b"tone"
            headers = {"Content-Type": "application/dtmf-relay"}
            answer = await ours.request(method, headers=headers, body=body)
            assert answer.status == status
            received = await theirs.expect(method)
            assert received.body == body
            assert received.header("Content-Type") == "application/dtmf-relay"


@across
async def test_offers_and_answers_pass_both_ways(house: House, near: str, far: str) -> None:
    bridge = await _connect(house, near, far)

    for ours, theirs in ((bridge.near, bridge.far), (bridge.far, bridge.near)):
        again = await ours.request("INVITE")
        received = await theirs.expect("INVITE")
        assert again.status == 200
        assert b"m=audio 40000" in again.body
        assert b"m=audio 40000" in received.body
        await theirs.expect("ACK")
        updated = await ours.request("UPDATE", body=received.body)
        await theirs.expect("UPDATE")
        assert updated.status == 200
        assert b"m=audio 40000" in updated.body


async def test_a_refused_offer_leaves_the_call_as_it_was(house: House) -> None:
    bridge = await _connect(house)
    bridge.agent.replies["INVITE"] = 488

    assert (await bridge.near.request("INVITE")).status == 488

    bridge.agent.replies["INVITE"] = 200
    assert (await bridge.near.request("INVITE")).status == 200
    assert house.call.state == CallState.CONNECTED


async def test_an_offer_of_the_agents_is_answered_in_the_callers_ack(
    house: House,
) -> None:
    bridge = await _connect(house, offer=b"")

    assert not bridge.far.invite.body
    offer = await bridge.near.expect(200)
    assert b"m=audio 40000" in offer.body
    ack = await bridge.far.expect("ACK")
    assert b"m=audio 40000" in ack.body
    assert ack.header("Content-Type") == "application/sdp"


async def test_offers_that_meet_are_refused_with_491(house: House) -> None:
    bridge = await _connect(house)
    bridge.agent.replies["INVITE"] = None  # it is slow
    exchange = await bridge.near.send("INVITE")
    received = await bridge.far.expect("INVITE")

    assert (await bridge.far.request("INVITE")).status == 491
    assert (await bridge.far.request("UPDATE", body=_sdp("ann"))).status == 491

    assert isinstance(received, Request)
    bridge.far.reply(received, 200)
    assert (await exchange.answer(5)).status == 200


async def test_a_re_invite_that_is_cancelled_is_cancelled_on_the_other_leg(house: House) -> None:
    bridge = await _connect(house)
    bridge.agent.replies["INVITE"] = 180
    exchange = await bridge.near.send("INVITE")
    received = await bridge.far.expect("INVITE")
    cancel = Request.build(
        b"CANCEL",
        exchange.request.uri,
        via=exchange.request.vias[0],
        from_value=exchange.request.from_value,
        to_value=exchange.request.to_value,
        call_id=exchange.request.call_id,
        cseq=exchange.request.cseq,
    )

    answer = await bridge.caller.begin(cancel, exchange.link).answer(5)

    assert answer.status == 200
    await house.until(lambda: "CANCEL" in bridge.agent.trail.drawn())
    assert isinstance(received, Request)
    bridge.far.reply(received, 487)
    assert (await exchange.answer(5)).status == 487
    assert house.call.state == CallState.CONNECTED


async def test_refer_is_not_taken_and_not_offered(house: House) -> None:
    bridge = await _connect(house)

    answer = await bridge.near.request("REFER", headers={"Refer-To": "<sip:x@127.0.0.1>"})

    assert answer.status == 405
    assert "REFER" not in (answer.header("Allow") or "REFER")


# -- the end ---------------------------------------------------------------------------------------


@across
@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_either_end_may_hang_up(house: House, near: str, far: str, who: str) -> None:
    bridge = await _connect(house, near, far)
    ours, theirs = (bridge.near, bridge.far) if who == "caller" else (bridge.far, bridge.near)

    assert (await ours.hang_up()).status == 200

    await theirs.expect("BYE")
    assert (house.call.state, house.call.ended_by) == (CallState.ENDED, who)
    assert not house.site.agents["ann"].calls


async def test_the_caller_gets_bye_after_its_ack_where_the_agent_hangs_up_first(
    house: House,
) -> None:
    bridge = await _connect(house, acks=False)

    assert (await bridge.far.hang_up()).status == 200
    assert house.call.ended_by == "agent"
    await bridge.near.expect_nothing(0.1)
    await bridge.near.ack()

    await bridge.near.expect("BYE")


async def test_a_call_that_is_never_acknowledged_ends_on_both_legs(house: House) -> None:
    bridge = await _connect(house, acks=False, more="timers: {t1_ms: 10, t2_ms: 20}\n")

    await bridge.near.expect("BYE")
    await bridge.far.expect("BYE")
    assert house.call.ended_by == "fault"


async def test_an_offer_under_way_when_the_call_ends_is_refused_with_487(house: House) -> None:
    bridge = await _connect(house)
    bridge.agent.replies["INVITE"] = None
    exchange = await bridge.near.send("INVITE")
    received = await bridge.far.expect("INVITE")

    await house.enter("outage")
    assert isinstance(received, Request)
    bridge.far.reply(received, 200)

    assert (await exchange.answer(5)).status == 487
    await bridge.near.expect("BYE")
    await bridge.far.expect("BYE")


@pytest.mark.parametrize("style", [Style.CRASH, Style.BLACKHOLE])
async def test_no_packet_of_either_dialog_is_sent_once_the_pool_has_died(
    house: House, style: Style
) -> None:
    bridge = await _connect(house)
    await bridge.far.expect("ACK")
    bridge.agent.replies["INVITE"] = None
    await bridge.near.send("INVITE", repeats=False)
    received = await bridge.far.expect("INVITE")

    await house.enter("outage", style=style)
    assert isinstance(received, Request)
    bridge.far.reply(received, 480)
    await house.enter("failing_over", "failed_over", "failing_back")

    await bridge.near.expect_nothing(0.2)
    status = 481
    assert (await bridge.near.request("INFO", via="director")).status == status
    assert (await bridge.far.request("INFO", via="director")).status == status
