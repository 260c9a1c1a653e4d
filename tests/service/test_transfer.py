"""`handover: transfer`: the pool answers, and lets caller and agent come together without it."""

from __future__ import annotations

import asyncio
import re

import pytest

from emulator.model.calls import CallState
from emulator.rules import Style
from emulator.testing.call import ClientCall
from emulator.testing.client import SipClient
from sip.uri import unescape
from tests.support.house import House

_TOPOLOGY = """
imported: true
agents:
  - {name: ann, home: backup}
  - {name: ben, home: backup}
  - {name: rita, answer_after_ms: null}
groups:
  - {name: desk, handover: transfer, agents: [ann]}
  - {name: slow, handover: transfer, agents: [rita]}
  - name: tired
    handover: transfer
    agents: [rita]
    queue: {timeout_seconds: 0.2, timeout_action: {uri: "sip:ben@contoso.example"}}
  - name: hasty
    handover: transfer
    agents: [rita]
    queue: {timeout_seconds: 0.2}
"""
_JOINS = {"Supported": "replaces"}
_REFERS = {"Allow": "INVITE, ACK, CANCEL, BYE, NOTIFY, REFER"}


async def _caller(house: House, transport: str = "udp") -> SipClient:
    client = await house.client("caller", transport, takes_calls=True)
    client.replies["REFER"] = 202
    return client


async def _call_again(
    client: SipClient, call: ClientCall, *, with_replaces: bool = True
) -> ClientCall:
    """Do as the REFER in `call` says."""
    refer = await call.expect("REFER")
    found = re.fullmatch(r"<(sip:[^?]+)\?Replaces=([^>]+)>", refer.header("Refer-To") or "")
    assert found is not None, refer.header("Refer-To")
    replaces = unescape(found[2].encode()).decode()
    headers = {"Replaces": replaces, "Require": "replaces"} if with_replaces else {}
    return await client.invite(found[1], headers=headers)


async def _tell(call: ClientCall, status: str) -> None:
    """Report how the second call is getting on (RFC 3515 §2.4.5)."""
    headers = {
        "Event": "refer",
        "Subscription-State": "terminated;reason=noresource",
        "Content-Type": "message/sipfrag",
    }
    answer = await call.request("NOTIFY", headers=headers, body=f"SIP/2.0 {status}\r\n".encode())
    assert answer.status == 200


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_the_agent_calls_a_caller_who_takes_replaces(house: House, transport: str) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house, transport)

    first = await caller.invite("desk", headers=_JOINS)
    assert first.status == 200  # from the pool, at once
    second = await caller.expect_call()
    assert second.invite.header("Replaces") == (
        f"{first.call_id};to-tag={first.local_tag.decode()};from-tag={_tag_of_pool(first)}"
    )
    assert house.call.state == CallState.PENDING
    await second.answer()
    await house.until(lambda: house.call.state == CallState.CONNECTED)
    assert (await first.hang_up()).status == 200  # RFC 3891 §3: the replaced one is ended

    assert house.call.state == CallState.CONNECTED
    assert house.call.agent is house.site.agents["ann"]
    assert second.remote_target is not None
    assert second.remote_target.startswith("sip:ann@")
    assert (await second.request("INFO")).status == 200
    assert (await second.hang_up()).status == 200
    assert (house.call.state, house.call.ended_by) == (CallState.ENDED, "caller")


def _tag_of_pool(call: ClientCall) -> str:
    assert call.dialog is not None
    return call.dialog.remote_tag.decode()


@pytest.mark.parametrize("with_replaces", [True, False], ids=["replaces", "uri alone"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_caller_who_can_be_referred_calls_the_agent(
    house: House, transport: str, with_replaces: bool
) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house, transport)

    first = await caller.invite("desk", headers=_REFERS)
    assert first.status == 200
    second = await _call_again(caller, first, with_replaces=with_replaces)

    assert second.status == 200
    assert second.remote_target is not None
    assert second.remote_target.startswith("sip:ann@")
    assert house.call.state == CallState.CONNECTED
    await _tell(first, "200 OK")
    await first.expect("BYE")
    assert house.call.state == CallState.CONNECTED
    assert (await second.hang_up()).status == 200
    assert house.call.ended_by == "caller"
    assert not house.site.held
    assert not house.site.referrals


@pytest.mark.parametrize("style", list(Style))
async def test_what_has_been_transferred_outlives_the_pool(house: House, style: Style) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house)
    first = await caller.invite("desk", headers=_JOINS)
    second = await caller.expect_call()
    await second.answer()
    await house.until(lambda: house.call.state == CallState.CONNECTED)
    await first.hang_up()

    await house.enter("outage", style=style)

    assert house.call.state == CallState.CONNECTED
    assert (await second.request("OPTIONS")).status == 200
    assert (await second.hang_up()).status == 200


async def test_a_held_caller_hears_bye_when_its_pool_goes_down(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house)
    call = await caller.invite("slow", headers=_JOINS)

    await house.enter("outage")

    bye = await call.expect("BYE")
    assert "cell=pending/outage/primary;" in (bye.header("X-RGS-Rule") or "")
    assert (house.call.state, house.call.ended_by) == (CallState.ENDED, "rule")
    assert not house.site.held


@pytest.mark.parametrize("style", [Style.CRASH, Style.BLACKHOLE])
async def test_a_held_caller_hears_nothing_of_a_pool_that_dies_without_a_word(
    house: House, style: Style
) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house)
    call = await caller.invite("slow", headers=_JOINS)

    await house.enter("outage", style=style)
    await house.enter("failing_over", "failed_over", "failing_back")

    await call.expect_nothing(0.3)
    assert house.call.ended_by == "rule"
    assert not house.site.held


async def test_a_phase_change_cancels_what_the_agent_has_begun(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house)
    first = await caller.invite("desk", headers=_JOINS)
    second = await caller.expect_call()

    await house.enter("outage")

    await second.expect("CANCEL")
    await first.expect("BYE")
    assert not house.site.agents["ann"].calls


async def test_a_caller_who_can_do_neither_is_handed_over_as_by_a_proxy(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house)

    call = await caller.invite("desk")

    assert call.status == 200
    assert call.remote_target is not None
    assert call.remote_target.startswith("sip:ann@")
    assert house.call.state == CallState.CONNECTED


async def test_a_registered_agent_is_rung_for_the_second_call(house: House) -> None:
    await house.build(_TOPOLOGY)
    ann = await house.agent("ann", "tcp")
    caller = await _caller(house)
    first = await caller.invite("desk", headers=_REFERS | _JOINS)

    calling = asyncio.create_task(_call_again(caller, first))
    taken = await ann.expect_call()
    assert taken.invite.header("Replaces") is None
    assert taken.invite.header("Require") is None
    await taken.answer()
    second = await calling

    assert second.status == 200
    await _tell(first, "200 OK")
    await first.expect("BYE")
    assert (await taken.request("INFO")).status == 200
    await second.expect("INFO")
    assert (await taken.hang_up()).status == 200
    await second.expect("BYE")
    assert house.call.ended_by == "agent"


async def test_a_caller_who_takes_replaces_only_is_proxied_to_registered_agents(
    house: House,
) -> None:
    await house.build(_TOPOLOGY)
    ann = await house.agent("ann")
    caller = await _caller(house)

    calling = asyncio.create_task(caller.invite("desk", headers=_JOINS))
    taken = await ann.expect_call()
    await taken.answer()

    assert (await calling).status == 200
    assert not caller.calls[1:]


async def test_a_held_caller_may_hang_up(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house)
    call = await caller.invite("slow", headers=_JOINS)

    assert (await call.hang_up()).status == 200

    assert (house.call.state, house.call.ended_by) == (CallState.ENDED, "caller")
    assert not house.site.agents["rita"].calls


async def test_a_held_caller_may_ask_and_describe_its_media_anew(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house)
    call = await caller.invite("slow", headers=_JOINS)

    again = await call.request("INVITE")

    assert again.status == 200
    assert b"m=audio" in again.body
    assert (await call.request("INFO")).status == 200
    assert (await call.request("OPTIONS")).status == 200


async def test_a_held_caller_hears_bye_when_the_queue_times_out(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house)

    call = await caller.invite("hasty", headers=_JOINS)

    bye = await call.expect("BYE")
    assert bye.header("Reason") == 'SIP;cause=486;text="Busy Here"'
    assert house.call.ended_by == "queue"


async def test_a_held_caller_is_referred_to_where_its_queue_sends_it(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house)

    first = await caller.invite("tired", headers=_REFERS | _JOINS)
    second = await _call_again(caller, first)

    assert second.status == 200
    assert house.call.agent is house.site.agents["ben"]


async def test_a_caller_who_refuses_to_be_replaced_is_referred(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house)

    first = await caller.invite("desk", headers=_REFERS | _JOINS)
    replacing = await caller.expect_call()
    await replacing.decline(488)
    second = await _call_again(caller, first)

    assert second.status == 200


async def test_a_caller_who_does_nothing_that_it_promised_is_let_go(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house)
    caller.replies["REFER"] = 603

    call = await caller.invite("desk", headers=_REFERS)

    await call.expect("BYE")
    assert (house.call.state, house.call.ended_by) == (CallState.ENDED, "fault")
    assert not house.site.agents["ann"].calls
    assert not house.site.held


async def test_an_invite_that_would_replace_what_there_is_not_is_refused(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await _caller(house)
    headers = {"Replaces": "nothing@nowhere;to-tag=1;from-tag=2", "Require": "replaces"}

    call = await caller.invite("desk", headers=headers)

    assert call.status == 481


async def test_what_is_not_acknowledged_is_not_transferred(house: House) -> None:
    await house.build("timers: {t1_ms: 10, t2_ms: 20}\n" + _TOPOLOGY)
    caller = await _caller(house)

    call = await caller.invite("desk", headers=_JOINS, acks=False)

    await call.expect("BYE")
    assert house.call.ended_by == "fault"
    assert not house.site.agents["ann"].calls
