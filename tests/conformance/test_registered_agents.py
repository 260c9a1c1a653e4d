"""Registered agents: what they see on their own sockets when the primary pool goes down."""

from __future__ import annotations

import pytest

from emulator.rules import Phase, Pool, Style
from emulator.testing import Agent, ClientCall, Emulator, SipClient
from tests.support.lab import LAB
from tests.support.wire_table import bridged_call_ends, says_why

pytestmark = pytest.mark.rgs(topology=LAB)


@pytest.fixture(params=["udp", "tcp"], ids=["udp_agent", "tcp_agent"])
def agent_transport(request: pytest.FixtureRequest) -> str:
    """What the agent's client speaks."""
    chosen: str = request.param
    return chosen


async def _connected(rgs: Emulator, caller: SipClient, alice: Agent, group: str) -> ClientCall:
    """A call to `group` that alice, who has been idle longest, has answered."""
    call = await caller.invite(group, wait=None)
    await alice.expect("INVITE")
    await alice.ring()
    await call.expect(180)
    await alice.answer()
    await call.expect(200)
    await alice.expect("ACK")
    assert (await rgs.call(call))["agent"] == "alice"
    return call


@pytest.mark.parametrize("who_hangs_up", ["caller", "agent"])
async def test_regular_call_goes_on_end_to_end(
    rgs: Emulator, transport: str, agent_transport: str, style: Style, who_hangs_up: str
) -> None:
    caller = await rgs.caller(transport)
    alice = await rgs.agent("alice", agent_transport)
    call = await _connected(rgs, caller, alice, "helpdesk")

    await rgs.phase("outage", style=style)

    for one, other in ((call, alice.call), (alice.call, call)):
        for method in ("INFO", "OPTIONS", "INVITE"):
            assert (await one.request(method)).status == 200
            await other.expect(method)
    ends, hears = (call, alice.call) if who_hangs_up == "caller" else (alice.call, call)
    assert (await ends.hang_up()).status == 200
    await hears.expect("BYE")
    assert (await rgs.wait(call_id=call.call_id, state="ended"))["ended_by"] == who_hangs_up


async def test_anonymous_call_is_over_on_both_legs(
    rgs: Emulator, transport: str, agent_transport: str, style: Style
) -> None:
    cell = "connected/outage/anonymous/primary"
    caller = await rgs.caller(transport)
    alice = await rgs.agent("alice", agent_transport)
    call = await _connected(rgs, caller, alice, "hotline")

    await rgs.phase("outage", style=style)

    shown = await rgs.call(call)
    assert (shown["state"], shown["verdict"]["cell"]) == ("ended", cell)
    if style is Style.GRACEFUL:
        says_why(await alice.expect("BYE"), cell, Phase.OUTAGE, Pool.PRIMARY)
    else:
        await alice.call.expect_nothing(within=0.1)
        assert (await alice.hang_up()).status == (408 if style is Style.BLACKHOLE else 481)
    await bridged_call_ends(call, style, cell, Phase.OUTAGE, Pool.PRIMARY)
    assert next(each for each in await rgs.agents() if each["name"] == "alice")["calls"] == 0


@pytest.mark.parametrize("group", ["helpdesk", "hotline"])
async def test_ringing_agent_of_a_dying_pool_hears_cancel_only_if_it_dies_gracefully(
    rgs: Emulator, transport: str, agent_transport: str, style: Style, group: str
) -> None:
    caller = await rgs.caller(transport)
    alice = await rgs.agent("alice", agent_transport)
    await caller.invite(group, wait=None)
    await alice.expect("INVITE")
    await alice.ring()

    await rgs.phase("outage", style=style)

    if style is Style.GRACEFUL:
        cancel = await alice.expect("CANCEL")
        says_why(cancel, "pending/outage/primary", Phase.OUTAGE, Pool.PRIMARY)
    else:
        await alice.call.expect_nothing(within=0.1)
    assert next(each for each in await rgs.agents() if each["name"] == "alice")["calls"] == 0


@pytest.mark.parametrize("group", ["sales", "legal"])
async def test_agent_who_becomes_unreachable_is_rung_no_more_and_the_call_goes_to_others(
    rgs: Emulator, transport: str, agent_transport: str, style: Style, group: str
) -> None:
    caller = await rgs.caller(transport)
    alice = await rgs.agent("alice", agent_transport)
    call = await caller.invite(group, wait=None)
    await alice.expect("INVITE")
    await alice.ring()
    await call.expect(180)

    await rgs.phase("outage", style=style)

    await alice.expect("CANCEL")
    await call.expect(200)
    assert (await rgs.call(call))["agent_home"] == "backup"


async def test_answer_that_comes_after_the_crash_does_not_connect(
    rgs: Emulator, transport: str, agent_transport: str, style: Style
) -> None:
    caller = await rgs.caller(transport)
    alice = await rgs.agent("alice", agent_transport)
    call = await caller.invite("hotline", wait=None)
    await alice.expect("INVITE")
    alice.client.replies["CANCEL"] = None
    await rgs.phase("outage", style=style)

    await alice.answer()

    if style is Style.GRACEFUL:  # acknowledged, and ended
        await alice.expect("ACK")
        await alice.expect("BYE")
    assert (await rgs.call(call))["state"] == "ended"
    assert (await call.response()).status == (408 if style is Style.BLACKHOLE else 503)


async def test_agent_registers_at_the_backup_pool_and_is_reached_after_the_failover(
    rgs: Emulator, transport: str, agent_transport: str, style: Style
) -> None:
    caller = await rgs.caller(transport)
    await rgs.import_groups()
    await rgs.walk("outage", style=style)
    alice = await rgs.agent("alice", agent_transport, via="backup")
    call = await caller.invite("onlyprimary", wait="ringing")
    assert call.status == 182

    await rgs.walk("failing_over", "failed_over")

    await alice.expect("INVITE")
    await alice.answer()
    await call.expect(200)
    assert (await rgs.call(call))["agent"] == "alice"
