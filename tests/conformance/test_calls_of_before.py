"""Rows connected and pending: what becomes of the calls that exist when a phase is entered."""

from __future__ import annotations

import asyncio

import pytest

from emulator.rules import Kind, Outcome, Phase, Pool, Rules, Style, every_cell
from emulator.testing import ClientCall, Emulator, SipClient
from tests.support.journeys import CONNECTED, PENDING, Journey
from tests.support.lab import BLACKHOLE_SECONDS, LAB
from tests.support.wire_table import (
    bridged_call_ends,
    call_goes_on,
    pending_call_ends,
    pending_call_goes_on,
)

pytestmark = pytest.mark.rgs(topology=LAB)

_CANNOT_COME_ABOUT = {"pending/failed_back/backup"}
_GROUPS = {
    ("connected", Kind.NORMAL): "helpdesk",
    ("connected", Kind.ANONYMOUS): "hotline",
    ("pending", Kind.NORMAL): "lobby",
    ("pending", Kind.ANONYMOUS): "vault",
}


def _by_cell(journey: Journey) -> str:
    of = f"-of-{journey.host}" if journey.kind is Kind.NORMAL else ""
    return f"{journey.cell}{of if journey.cell.startswith('connected') else f'-{journey.kind}'}"


async def _arrives(rgs: Emulator, caller: SipClient, journey: Journey, via: str) -> ClientCall:
    row = journey.cell.partition("/")[0]
    group = _GROUPS[row, journey.kind]
    call = await caller.invite(group, via=via, wait="final" if row == "connected" else "ringing")
    assert call.status == (200 if row == "connected" else 180)
    assert (await rgs.call(call))["host"] == journey.host
    return call


async def _enter(
    rgs: Emulator, journey: Journey, style: Style, call: ClientCall, outcome: Outcome
) -> None:
    """Enter the journey's phase: the account and the call itself name the cell."""
    serving = (await rgs.state())["pools"]["primary"]["serving"]
    goes_down = serving and journey.to in (Phase.OUTAGE, Phase.FAILING_OVER)
    account = await rgs.phase(journey.to, style=style if goes_down else None)
    is_dropped = outcome is Outcome.DISCONNECT
    assert account["cells"][journey.cell] == {"kept": not is_dropped, "dropped": is_dropped}
    shown = await rgs.call(call)
    assert shown["verdict"] == {
        "cell": journey.cell, "outcome": outcome, "rule_phase": journey.to,
    }  # fmt: skip
    assert (shown["state"] == "ended") == is_dropped
    assert shown["ended_by"] == ("rule" if is_dropped else None)


@pytest.mark.parametrize("journey", CONNECTED, ids=_by_cell)
@pytest.mark.parametrize("door", ["director", "host"])
async def test_connected_call(
    rgs: Emulator, journey: Journey, style: Style, transport: str, door: str, rules: Rules
) -> None:
    outcome = rules.cells[journey.cell]
    caller = await rgs.caller(transport)
    await rgs.import_groups()
    await rgs.walk(*journey.before, style=style)
    call = await _arrives(rgs, caller, journey, "director" if door == "director" else journey.host)
    await rgs.walk(*journey.between, style=style)

    await _enter(rgs, journey, style, call, outcome)

    if outcome is Outcome.STAY:
        await call_goes_on(call, journey.kind)
    else:
        await bridged_call_ends(call, style, journey.cell, journey.to, journey.host)


@pytest.mark.parametrize("journey", PENDING, ids=_by_cell)
@pytest.mark.parametrize("door", ["director", "host"])
async def test_pending_call(
    rgs: Emulator, journey: Journey, style: Style, transport: str, door: str, rules: Rules
) -> None:
    outcome = rules.cells[journey.cell]
    caller = await rgs.caller(transport)
    await rgs.import_groups()
    await rgs.walk(*journey.before, style=style)
    call = await _arrives(rgs, caller, journey, "director" if door == "director" else journey.host)
    await rgs.walk(*journey.between, style=style)

    await _enter(rgs, journey, style, call, outcome)

    if outcome is Outcome.STAY:
        await pending_call_goes_on(call)
    else:  # what lives is ended gracefully, whatever the style
        ends = style if journey.host is Pool.PRIMARY else Style.GRACEFUL
        await pending_call_ends(call, ends, journey.cell, journey.to, journey.host)


async def test_black_hole_answers_408_when_its_time_is_over(rgs: Emulator, transport: str) -> None:
    caller = await rgs.caller(transport)
    call = await caller.invite("lobby", wait="ringing")
    began = asyncio.get_running_loop().time()
    await rgs.phase("outage", style="blackhole")

    await call.expect(408)

    assert asyncio.get_running_loop().time() - began > BLACKHOLE_SECONDS * 0.9


@pytest.mark.rgs(topology={**LAB, "blackhole_seconds": 32})
@pytest.mark.parametrize("method", ["INFO", "UPDATE", "BYE"])
async def test_request_within_a_pending_call_that_fell_silent_gets_408_from_the_director(
    rgs: Emulator, transport: str, method: str
) -> None:
    caller = await rgs.caller(transport)
    call = await caller.invite("lobby", wait="ringing")
    await rgs.phase("outage", style="blackhole")

    assert (await call.request(method, via="director")).status == 408

    assert call.state == "ringing"  # its INVITE waits for an answer still
    await rgs.walk("failing_over", "failed_over", "failing_back")
    assert (await call.request(method, via="director")).status == 481  # the pool knows no dialog


async def test_request_within_a_pending_call_gets_481_once_its_invite_is_answered(
    rgs: Emulator, transport: str
) -> None:
    caller = await rgs.caller(transport)
    call = await caller.invite("lobby", wait="ringing")
    await rgs.phase("outage", style="blackhole")
    await call.expect(408)

    assert (await call.request("INFO", via="director")).status == 481


@pytest.mark.rgs(topology={**LAB, "blackhole_seconds": 32})
async def test_caller_who_cancels_in_a_black_hole_gets_487_at_once(
    rgs: Emulator, transport: str
) -> None:
    caller = await rgs.caller(transport)
    call = await caller.invite("lobby", wait="ringing")
    await rgs.phase("outage", style="blackhole")

    assert (await call.cancel()).status == 200

    await call.expect(487)


@pytest.mark.rgs(topology=LAB, args=["--reading", "literal"])
@pytest.mark.parametrize(
    ("group", "phase", "cell"),
    [
        ("hotline", "outage", "connected/outage/anonymous/backup"),
        ("hotline", "failing_over", "connected/failing_over/anonymous/backup"),
        ("lobby", "outage", "pending/outage/backup"),
        ("lobby", "failing_over", "pending/failing_over/backup"),
    ],
    ids=lambda value: value if "/" in value else "",
)
async def test_literal_reading_ends_what_the_backup_pool_hosts_gracefully(
    rgs: Emulator, group: str, phase: Phase, cell: str, style: Style, transport: str
) -> None:
    phase = Phase(phase)
    caller = await rgs.caller(transport)
    await rgs.import_groups()
    await rgs.phase("outage", style=style)
    call = await caller.invite(group, wait="final" if group == "hotline" else "ringing")
    assert (await rgs.call(call))["host"] == "backup"
    if phase is Phase.OUTAGE:
        await rgs.phase("normal")

    await rgs.phase(phase, style=style if phase is Phase.OUTAGE else None)

    assert (await rgs.call(call))["verdict"]["cell"] == cell
    ends = bridged_call_ends if group == "hotline" else pending_call_ends
    await ends(call, Style.GRACEFUL, cell, phase, Pool.BACKUP)


async def test_every_cell_that_can_come_about_has_a_journey(rules: Rules) -> None:
    cells = {cell for cell in every_cell() if cell.startswith(("connected/", "pending/"))}
    none_exist = {cell for cell in cells if rules.cells[cell] is Outcome.NONE_EXIST}

    tried = {journey.cell for journey in (*CONNECTED, *PENDING)}

    assert tried == cells - none_exist - _CANNOT_COME_ABOUT
