"""Held callers who can't be referred, and clients that register during the wait: introduced."""

from __future__ import annotations

import pytest

from emulator.model.calls import CallState
from emulator.rules import Style
from emulator.testing.call import ClientCall
from emulator.testing.client import SipClient
from tests.support.house import House

_TOPOLOGY = """
imported: true
agents: [{name: ann, home: backup}]
groups:
  - name: help
    handover: transfer
    agent_groups: [{name: helpers, participation: formal, agents: [ann]}]
"""


async def _introduced(
    house: House, near: str = "udp", far: str = "udp"
) -> tuple[SipClient, ClientCall, ClientCall]:
    """A held caller, its first call, and the call that rings at a client registered meanwhile."""
    await house.build(_TOPOLOGY)
    caller = await house.client("caller", near, takes_calls=True)
    first = await caller.invite("help", headers={"Supported": "replaces"})
    assert first.status == 200
    ann = await house.agent("ann", far)
    house.sign_in("ann", "help")
    taken = await ann.expect_call()
    await taken.ring()
    return caller, first, taken


@pytest.mark.parametrize("near", ["udp", "tcp"])
@pytest.mark.parametrize("far", ["udp", "tcp"])
async def test_a_client_that_registers_during_the_wait_gets_the_held_caller(
    house: House, near: str, far: str
) -> None:
    caller, first, taken = await _introduced(house, near, far)
    assert not taken.invite.body

    await taken.answer()
    second = await caller.expect_call()
    assert first.dialog is not None
    pools = first.dialog.remote_tag.decode()
    assert second.invite.header("Replaces") == (
        f"{first.call_id};to-tag={first.local_tag.decode()};from-tag={pools}"
    )
    assert b"m=audio" in second.invite.body  # the agent's offer
    await second.answer()
    ack = await taken.expect("ACK")
    assert b"m=audio" in ack.body  # the caller's answer
    await house.until(lambda: house.call.state == CallState.CONNECTED)
    assert (await first.hang_up()).status == 200
    assert house.call.agent is house.site.agents["ann"]

    for one, other in ((second, taken), (taken, second)):
        for method in ("INFO", "INVITE"):
            assert (await one.request(method)).status == 200
            await other.expect(method)
    assert (await taken.hang_up()).status == 200
    await second.expect("BYE")
    assert house.call.ended_by == "agent"
    assert not house.site.held


@pytest.mark.parametrize("style", list(Style))
async def test_who_has_been_introduced_goes_on_when_the_pool_dies(
    house: House, style: Style
) -> None:
    caller, first, taken = await _introduced(house)
    await taken.answer()
    second = await caller.expect_call()
    await second.answer()
    await taken.expect("ACK")
    await house.until(lambda: house.call.state == CallState.CONNECTED)
    await first.hang_up()

    await house.enter("outage", style=style)

    assert house.call.state == CallState.CONNECTED
    assert (await second.request("INFO")).status == 200
    assert (await second.hang_up()).status == 200
    await taken.expect("BYE")
    assert house.call.ended_by == "caller"


async def test_a_caller_who_will_not_be_introduced_is_let_go_and_the_agent_too(
    house: House,
) -> None:
    caller, first, taken = await _introduced(house)
    await taken.answer()
    second = await caller.expect_call()

    await second.decline(488)

    await first.expect("BYE")
    await taken.expect("BYE")
    assert (house.call.state, house.call.ended_by) == (CallState.ENDED, "fault")
    assert not house.site.agents["ann"].calls


@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "ringing"])
async def test_a_held_caller_may_hang_up_while_a_client_is_rung_for_it(
    house: House, is_answered: bool
) -> None:
    caller, first, taken = await _introduced(house)
    second = None
    if is_answered:
        await taken.answer()
        second = await caller.expect_call()

    assert (await first.hang_up()).status == 200

    await taken.expect("CANCEL" if second is None else "BYE")
    if second is not None:
        await second.expect("CANCEL")
    assert house.call.ended_by == "caller"
    assert not house.site.agents["ann"].calls


async def test_a_phase_change_ends_an_introduction(house: House) -> None:
    caller, first, taken = await _introduced(house)
    await taken.answer()
    second = await caller.expect_call()

    await house.enter("outage")

    await second.expect("CANCEL")
    await first.expect("BYE")
    await taken.expect("BYE")
    assert house.call.ended_by == "rule"
    assert not house.site.agents["ann"].calls
