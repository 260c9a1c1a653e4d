"""Row new and the agents' cells: where a call that is placed in a phase goes, and whom it rings."""

from __future__ import annotations

import asyncio

import pytest

from emulator.rules import Outcome, Phase, Pool, Rules, Style, agents_cell
from emulator.testing import ClientCall, Emulator, NoAnswer, SipClient, Unreachable
from tests.support.journeys import path_to
from tests.support.lab import LAB
from tests.support.wire_table import says_why

pytestmark = pytest.mark.rgs(topology=LAB)

_HOMES = {"alice": "primary", "bob": "primary", "carol": "backup", "dave": "backup"}
_BACKUP_AGENTS = {"carol", "dave"}
_DOWN = (Phase.OUTAGE, Phase.FAILING_OVER, Phase.FAILED_OVER)
_PHASES = pytest.mark.parametrize("phase", list(Phase), ids=str)
_IMPORTED = pytest.mark.parametrize("imported", [False, True], ids=["not_imported", "imported"])


async def _come_to(rgs: Emulator, phase: Phase, style: Style, *, imported: bool) -> None:
    if imported:
        await rgs.import_groups()
    await rgs.walk(*path_to(phase), style=style)


async def _four_calls(caller: SipClient, group: str, via: str) -> list[ClientCall]:
    return await asyncio.gather(*(caller.invite(group, via=via) for _ in range(4)))


async def _agents_of(rgs: Emulator, calls: list[ClientCall]) -> set[str]:
    shown = [await rgs.call(call) for call in calls]
    assert all(_HOMES[each["agent"]] == each["agent_home"] for each in shown)
    return {each["agent"] for each in shown}


@_PHASES
@_IMPORTED
@pytest.mark.parametrize("group", ["helpdesk", "hotline"])
@pytest.mark.parametrize("door", ["director", "backup"])
async def test_new_call(
    rgs: Emulator,
    phase: Phase,
    imported: bool,
    group: str,
    door: str,
    style: Style,
    transport: str,
    rules: Rules,
) -> None:
    cell = f"new/{phase}/{'imported' if imported else 'not_imported'}"
    outcome = rules.cells[cell]
    reaches_primary = rules.cells[agents_cell(phase)] is Outcome.REACHABLE
    caller = await rgs.caller(transport)
    await _come_to(rgs, phase, style, imported=imported)

    calls = await _four_calls(caller, group, door)

    shown = [await rgs.call(call) for call in calls]
    assert {each["verdict"]["cell"] for each in shown} == {cell}
    if outcome is Outcome.DISCONNECT:
        status = 480 if phase is Phase.FAILED_OVER else 503
        assert {call.status for call in calls} == {status}
        assert {(each["state"], each["ended_by"]) for each in shown} == {("ended", "rule")}
        host = Pool.BACKUP if door == "backup" else Pool.PRIMARY
        says_why(calls[0].messages[-1], cell, phase, host)
        return
    pool = "backup" if outcome is Outcome.CONNECT_TO_BACKUP else "primary"
    assert {call.status for call in calls} == {200}
    assert {each["host"] for each in shown} == {pool}
    assert await _agents_of(rgs, calls) == (set(_HOMES) if reaches_primary else _BACKUP_AGENTS)
    address, port = rgs.addresses["agents" if group == "helpdesk" else pool]
    assert all(f"{address}:{port}" in (call.remote_target or "") for call in calls)


@pytest.mark.parametrize("phase", _DOWN, ids=str)
@_IMPORTED
async def test_own_listener_of_the_dead_pool_takes_no_new_call(
    rgs: Emulator, phase: Phase, imported: bool, style: Style, transport: str
) -> None:
    caller = await rgs.caller(transport)
    await _come_to(rgs, phase, style, imported=imported)

    if style is Style.GRACEFUL:
        call = await caller.invite("helpdesk", via="primary")
        options = await caller.request("OPTIONS", via="primary")
        assert (call.status, options.status) == (503, 503)
        return
    if style is Style.CRASH:
        with pytest.raises(Unreachable):
            await caller.invite("helpdesk", via="primary")
        return
    with pytest.raises(NoAnswer):
        await caller.invite("helpdesk", via="primary", within=0.1)


@_PHASES
async def test_agents_homed_on_primary(
    rgs: Emulator, phase: Phase, style: Style, transport: str, rules: Rules
) -> None:
    """For groups of either owner, and for calls to the persons themselves."""
    cell = agents_cell(phase)
    is_reachable = rules.cells[cell] is Outcome.REACHABLE
    caller = await rgs.caller(transport)
    await _come_to(rgs, phase, style, imported=True)

    of_backup = await _four_calls(caller, "sales", "director")
    to_primary_agents = await caller.invite("onlyprimary", wait="ringing")
    to_alice, to_carol = [await caller.invite(name) for name in ("alice", "carol")]

    assert await _agents_of(rgs, of_backup) == (set(_HOMES) if is_reachable else _BACKUP_AGENTS)
    assert to_carol.status == 200
    if is_reachable:
        await to_primary_agents.expect(200)
        assert to_alice.status == 200
        return
    assert to_primary_agents.status == 182
    assert (await rgs.call(to_primary_agents))["agent"] is None
    assert to_alice.status == 480
    shown = await rgs.call(to_alice)
    assert shown["verdict"]["cell"] == cell
    says_why(to_alice.messages[-1], cell, phase, Pool(shown["host"]))


@pytest.mark.parametrize("phase", [Phase.OUTAGE, Phase.FAILING_OVER], ids=str)
async def test_waiting_call_goes_to_an_agent_who_can_be_reached_again(
    rgs: Emulator, phase: Phase, style: Style, transport: str
) -> None:
    caller = await rgs.caller(transport)
    await _come_to(rgs, phase, style, imported=True)
    call = await caller.invite("onlyprimary", wait="ringing")
    assert call.status == 182

    await rgs.walk(*path_to(Phase.FAILED_OVER)[len(path_to(phase)) :])

    await call.expect(200)
    assert (await rgs.call(call))["agent_home"] == "primary"
    assert (await call.hang_up()).status == 200


async def test_groups_of_the_backup_pool_work_in_every_phase(
    rgs: Emulator, style: Style, transport: str
) -> None:
    caller = await rgs.caller(transport)
    calls: list[ClientCall] = []
    for phase in Phase:
        if phase is not Phase.NORMAL:
            await rgs.walk(phase, style=style)
        calls += [await caller.invite(group) for group in ("sales", "legal")]

        shown = [await rgs.call(call) for call in calls]

        assert {each["host"] for each in shown} == {"backup"}
        assert {each["verdict"]["rule_phase"] for each in shown} == {"normal"}
    for call in calls:
        assert not call.unexpected
        assert (await call.request("OPTIONS")).status == 200
        assert (await call.hang_up()).status == 200
