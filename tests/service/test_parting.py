"""Calls that are ended before their ACK has come: BYE once it has, and not before (§15)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from emulator.operations.administration import Administration
from emulator.operations.closing import end_all_calls
from emulator.service.bridge_legs import Leg
from emulator.testing.call import ClientCall
from tests.support.house import House

_TOPOLOGY = """
agents:
  - {name: ann, home: backup}
  - {name: zoe, endpoint: none}
groups:
  - {name: desk, agents: [ann]}
  - {name: line, kind: anonymous, agents: [ann]}
  - {name: far, agents: [zoe]}
  - {name: veiled, kind: anonymous, agents: [zoe]}
"""
End = Callable[[House], Awaitable[None]]
_ENDING: set[asyncio.Task[int]] = set()


async def _hang_up(house: House) -> None:
    house.deployment.hang_up(house.call)


async def _reset(house: House) -> None:
    await house.deployment.reset()


async def _close(house: House) -> None:
    ending = asyncio.create_task(end_all_calls(Administration(house.deployment)))
    await house.until(lambda: house.call.ended)
    _ENDING.add(ending)  # it waits for the ACK
    ending.add_done_callback(_ENDING.discard)


_ends = pytest.mark.parametrize("end", [_hang_up, _reset, _close], ids=["admin", "reset", "end"])


@_ends
@pytest.mark.parametrize("group", ["desk", "line"], ids=["handed over", "bridged"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_caller_of_an_emulated_agent(
    house: House, end: End, group: str, transport: str
) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller", transport)
    call = await caller.invite(group, acks=False)

    await end(house)
    await call.ack()

    await call.expect("BYE", within=2)


async def _unacknowledged(house: House, group: str) -> tuple[ClientCall, ClientCall]:
    await house.build(_TOPOLOGY)
    agent, caller = await house.agent("zoe"), await house.client("caller")
    placing = asyncio.create_task(caller.invite(group, acks=False))
    taken = await agent.expect_call()
    await taken.answer()
    call = await placing
    await taken.expect("INVITE")
    return call, taken


@_ends
async def test_caller_of_a_registered_agent(house: House, end: End) -> None:
    call, taken = await _unacknowledged(house, "far")

    await end(house)
    await call.expect_nothing(within=0.1)
    await call.ack()

    await taken.expect("ACK")
    await taken.expect("BYE", within=2)
    await call.expect("BYE", within=2)


@_ends
async def test_caller_of_a_hidden_registered_agent(house: House, end: End) -> None:
    call, taken = await _unacknowledged(house, "veiled")

    await end(house)
    await call.ack()

    await taken.expect("BYE", within=2)
    await call.expect("BYE", within=2)


@_ends
async def test_both_legs_of_a_bridge_await_an_ack(
    house: House, end: End, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Leg, "is_busy", False)  # a bridge refuses the second offer otherwise
    call, taken = await _unacknowledged(house, "veiled")
    again = await taken.send("INVITE")
    await again.answer(2)
    assert house.call.carrier._agent.awaits_ack
    assert house.call.carrier._caller.awaits_ack

    await end(house)
    await call.ack()
    await call.expect("BYE", within=2)
    await taken._acknowledge(again.request, again.responses[-1])

    await taken.expect("BYE", within=2)
    assert not house.site.parting


async def test_no_ack_comes_at_all(house: House) -> None:
    await house.build("timers: {t1_ms: 10, t2_ms: 40, t4_ms: 50}\n" + _TOPOLOGY.lstrip())
    agent, caller = await house.agent("zoe"), await house.client("caller")
    placing = asyncio.create_task(caller.invite("far", acks=False))
    taken = await agent.expect_call()
    await taken.answer()
    call = await placing

    await _hang_up(house)

    await call.expect("BYE", within=2)  # after 64*T1
    await taken.expect("BYE", within=2)
    assert not house.site.parting


async def test_an_ack_that_does_not_pass_here_is_not_waited_for(house: House) -> None:
    await house.build(_TOPOLOGY)
    agent, caller = await house.agent("zoe"), await house.client("caller")
    placing = asyncio.create_task(caller.invite("far", acks=False))
    taken = await agent.expect_call()
    taken.invite.record_routes = []  # so that its 200 has none, as that of some clients
    await taken.answer()
    call = await placing

    await _hang_up(house)

    await call.expect("BYE", within=2)
    await taken.expect("BYE", within=2)


async def test_an_agent_who_hangs_up_meanwhile_is_not_hung_up_on(house: House) -> None:
    call, taken = await _unacknowledged(house, "far")
    await _hang_up(house)

    assert (await taken.hang_up()).status == 200

    await call.expect("BYE")
    assert not house.site.parting
    assert not [each for each in taken.unexpected if each.method == b"BYE"]
