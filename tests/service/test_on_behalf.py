"""Calls that an agent places on behalf of a group: what the callee sees, who may, and when."""

from __future__ import annotations

import asyncio

import pytest

from emulator.model.calls import CallState
from emulator.rules import Outcome, Style
from emulator.testing.call import ClientCall
from emulator.testing.client import SipClient
from sip.message import Request
from tests.support.house import House

_TOPOLOGY = """
imported: %s
agents:
  - {name: sue, endpoint: none, home: backup, display_name: Sue Example}
  - {name: tom, endpoint: none, home: backup}
  - {name: ned, home: backup, answer_after_ms: 0}
groups:
  - {name: desk, kind: %s, agents: [sue], display_name: 'Help "Desk"', tel: "+15551000"}
  - {name: other, owner: backup, agents: [sue]}
  - {name: closed, agents: [tom]}
"""
_BY_SESSION = {"P-Session-On-Behalf-Of": "<sip:desk@contoso.example>"}
_BY_PREFERENCE = {"P-Preferred-Identity": '"Desk" <sip:desk@contoso.example>'}
_WAYS = [("udp", "udp"), ("udp", "tcp"), ("tcp", "udp"), ("tcp", "tcp")]


async def _build(
    house: House,
    *,
    kind: str = "normal",
    imported: bool = False,
    style: Style = Style.GRACEFUL,
    altered: dict[str, Outcome] | None = None,
) -> None:
    await house.build(_TOPOLOGY % (str(imported).lower(), kind), style, altered=altered)


async def _connect(
    house: House,
    caller: SipClient,
    callee: SipClient,
    headers: dict[str, str] = _BY_SESSION,
    via: str = "director",
) -> tuple[ClientCall, ClientCall]:
    placing = asyncio.create_task(caller.invite("tom", headers=headers, via=via))
    taken = await callee.expect_call()
    await taken.answer()
    placed = await placing
    assert placed.status == 200
    await taken.expect("INVITE")
    await house.until(lambda: house.call.state == CallState.CONNECTED)
    return placed, taken


# -- what the callee sees --------------------------------------------------------------------------


@pytest.mark.parametrize(("near", "far"), _WAYS, ids=["-".join(way) for way in _WAYS])
@pytest.mark.parametrize("headers", [_BY_SESSION, _BY_PREFERENCE], ids=["session", "preferred"])
@pytest.mark.parametrize("via", ["director", "primary", "backup"])
async def test_the_callee_sees_the_group_and_nothing_of_the_agent(
    house: House, near: str, far: str, headers: dict[str, str], via: str
) -> None:
    await _build(house)
    callee = await house.agent("tom", far)
    caller = await house.client("sue", near)
    placed, taken = await _connect(house, caller, callee, headers, via)

    invite = taken.invite
    assert invite.from_value.startswith(b'"Help \\"Desk\\"" <sip:desk@contoso.example>;tag=')
    assert invite.values(b"P-Asserted-Identity") == [
        b'"Help \\"Desk\\"" <sip:desk@contoso.example>',
        b"<tel:+15551000>",
    ]
    assert invite.contact is not None
    host, port = house.addresses["primary"]
    assert f"sip:desk@{host}:{port}".encode() in invite.contact

    await placed.request("INFO", headers={"Subject": "sue"})
    await placed.hang_up()
    await taken.expect("BYE")
    seen = b"\n".join(message.to_bytes() for message in taken.messages)
    for telling in (b"sue", b"Sue", placed.invite.call_id, placed.invite.from_tag):
        assert telling not in seen, telling
    assert b"P-Session-On-Behalf-Of" not in seen
    assert b"P-Preferred-Identity" not in seen


async def test_the_call_is_a_bridged_one_of_the_groups_pool(house: House) -> None:
    await _build(house)
    callee = await house.agent("tom")
    caller = await house.client("sue")
    await _connect(house, caller, callee)

    call = house.call
    assert call.on_behalf_of == "desk"
    assert (call.kind, call.owner, call.host) == ("anonymous", "primary", "primary")
    assert call.verdict is not None
    assert call.verdict.cell == "on_behalf/normal/not_imported"
    assert call.agent is not None
    assert call.agent.name == "tom"


async def test_an_emulated_callee_answers(house: House) -> None:
    await _build(house)
    caller = await house.client("sue")
    call = await caller.invite("ned", headers=_BY_SESSION)
    assert call.status == 200
    assert (await call.request("OPTIONS")).status == 200
    assert (await call.hang_up()).status == 200


async def test_the_callees_hanging_up_ends_it_for_the_agent(house: House) -> None:
    await _build(house)
    callee = await house.agent("tom")
    caller = await house.client("sue")
    placed, taken = await _connect(house, caller, callee)
    await taken.hang_up()
    await placed.expect("BYE")
    assert house.call.ended_by == "agent"


# -- who may call whom -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "headers", "to", "status"),
    [
        ("tom", _BY_SESSION, "ned", 403),
        ("stranger", _BY_SESSION, "ned", 403),
        ("sue", {"P-Session-On-Behalf-Of": "<sip:nobody@contoso.example>"}, "ned", 403),
        ("sue", {"P-Session-On-Behalf-Of": "<sip:tom@contoso.example>"}, "ned", 403),
        ("sue", {"P-Session-On-Behalf-Of": "<<>"}, "ned", 400),
        ("sue", _BY_SESSION, "other", 403),
        ("sue", _BY_SESSION, "nobody", 404),
        ("sue", _BY_SESSION, "sip:someone@192.0.2.1:5999", 403),
    ],
)
async def test_refused_whatever_the_phase(
    house: House, who: str, headers: dict[str, str], to: str, status: int
) -> None:
    await _build(house)
    caller = await house.client(who)
    call = await caller.invite(to, headers=headers)
    assert call.status == status
    assert not [each for each in house.calls if each.ended is None]


async def test_an_address_outside_may_be_called_if_it_is_allowed(house: House) -> None:
    await _build(house)
    outside = await house.client("outside", takes_calls=True)
    caller = await house.client("sue")
    host, port = outside.identity.address
    placing = asyncio.create_task(caller.invite(f"sip:someone@{host}:{port}", headers=_BY_SESSION))
    taken = await outside.expect_call()
    await taken.answer()
    assert (await placing).status == 200
    assert b"sip:desk@contoso.example" in taken.invite.from_value


async def test_an_identity_that_is_no_group_makes_it_no_call_on_behalf(house: House) -> None:
    await _build(house)
    caller = await house.client("sue")
    headers = {"P-Preferred-Identity": "<sip:sue@contoso.example>"}
    call = await caller.invite("ned", headers=headers)
    assert call.status == 200
    assert house.call.on_behalf_of is None


# -- phases ----------------------------------------------------------------------------------------

_WALK = ("outage", "failing_over", "failed_over", "failing_back", "failed_back")
# Status by phase, without and with an import; 61001 and the cell come with each refusal.
_WANTED = {
    "outage": (403, 403),
    "failing_over": (403, 403),
    "failed_over": (480, 200),
    "failing_back": (403, 403),
    "failed_back": (200, 200),
}


@pytest.mark.parametrize("imported", [False, True])
@pytest.mark.parametrize("style", list(Style))
async def test_each_phase_permits_what_the_source_says(
    house: House, imported: bool, style: Style
) -> None:
    await _build(house, imported=imported, style=style)
    caller = await house.client("sue")
    for phase in _WALK:
        await house.enter(phase)
        call = await caller.invite("ned", headers=_BY_SESSION)
        wanted = _WANTED[phase][imported]
        assert call.status == wanted, phase
        if wanted == 200:
            assert house.calls[-1].host == ("backup" if phase == "failed_over" else "primary")
            await call.hang_up()
            continue
        refusal = await call.response()
        cell = f"on_behalf/{phase}/{'imported' if imported else 'not_imported'}".encode()
        assert cell in (refusal.first(b"Reason") or b"")
        assert (refusal.first(b"X-RGS-Rule") or b"").startswith(b"cell=" + cell)
        assert (refusal.first(b"ms-diagnostics") or b"").startswith(b"61001;")
        refused = house.calls[-1]
        assert (refused.on_behalf_of, refused.ended_by) == ("desk", "rule")


async def test_groups_of_the_backup_pool_are_not_concerned(house: House) -> None:
    await _build(house)
    caller = await house.client("sue")
    headers = {"P-Session-On-Behalf-Of": "<sip:other@contoso.example>"}
    for phase in _WALK:
        await house.enter(phase)
        call = await caller.invite("ned", headers=headers)
        assert call.status == 200, phase
        assert house.calls[-1].host == "backup"
        await call.hang_up()


@pytest.mark.parametrize("kind", ["normal", "anonymous"])
async def test_an_established_one_dies_with_its_pool(house: House, kind: str) -> None:
    await _build(house, kind=kind)
    callee = await house.agent("tom", via="backup")
    caller = await house.client("sue")
    placed, taken = await _connect(house, caller, callee)
    await house.enter("outage")
    for end in (placed, taken):
        bye = await end.expect("BYE")
        assert isinstance(bye, Request)
        assert b"connected/outage/anonymous/primary" in (bye.first(b"Reason") or b"")


async def test_one_that_rings_is_dropped_with_its_pool(house: House) -> None:
    await _build(house)
    callee = await house.agent("tom", via="backup")
    caller = await house.client("sue")
    placing = asyncio.create_task(caller.invite("tom", headers=_BY_SESSION))
    taken = await callee.expect_call()
    await taken.ring()
    await house.until(lambda: house.call.state == CallState.PENDING)
    await house.enter("outage")
    placed = await placing
    assert placed.status == 503
    refusal = await placed.response()
    assert b"pending/outage/primary" in (refusal.first(b"X-RGS-Rule") or b"")
    await taken.expect("CANCEL")


async def test_one_that_the_caller_cancels_stops_ringing(house: House) -> None:
    await _build(house)
    callee = await house.agent("tom")
    caller = await house.client("sue")
    placed = await caller.invite("tom", headers=_BY_SESSION, wait=None)
    taken = await callee.expect_call()
    await taken.ring()
    await placed.response(is_final=False)
    await placed.cancel()
    assert placed.status == 487
    await taken.expect("CANCEL")
    assert house.call.ended_by == "caller"


@pytest.mark.parametrize("style", [Style.CRASH, Style.BLACKHOLE])
async def test_a_pool_that_dies_without_a_word_leaves_both_ends_alone(
    house: House, style: Style
) -> None:
    await _build(house, style=style)
    callee = await house.agent("tom", via="backup")
    caller = await house.client("sue")
    placed, taken = await _connect(house, caller, callee)
    await house.enter("outage")
    assert (house.call.ended_by, house.call.state) == ("rule", CallState.ENDED)
    status = 481 if style is Style.CRASH else 408
    assert (await placed.request("INFO", via="director")).status == status
    assert (await taken.request("INFO", via="director")).status == status


async def test_one_that_the_backup_pool_hosts_outlives_failback(house: House) -> None:
    await _build(house, imported=True)
    callee = await house.agent("tom", via="backup")
    caller = await house.client("sue")
    await house.enter("outage", "failing_over", "failed_over")
    placed, taken = await _connect(house, caller, callee)
    await house.enter("failing_back", "failed_back")
    assert (await placed.request("INFO")).status == 200
    await taken.hang_up()
    await placed.expect("BYE")


async def test_a_rule_that_succeeds_without_a_pool_is_refused(house: House) -> None:
    await _build(house, altered={"on_behalf/outage/not_imported": Outcome.SUCCEED})
    caller = await house.client("sue")
    await house.enter("outage")
    assert (await caller.invite("ned", headers=_BY_SESSION)).status == 480
