"""What ends by a rule says whether its group was imported then, whoever hosted the call."""

from __future__ import annotations

import pytest

from emulator.rules import Style
from emulator.testing.client import SipClient
from sip.message import Message
from tests.support.house import House

_TOPOLOGY = """
agents:
  - {name: ann, home: primary}
  - {name: rita, home: primary, answer_after_ms: null}
groups:
  - {name: line, kind: anonymous, agents: [ann]}
  - {name: slow, agents: [rita]}
  - {name: own, owner: backup, agents: [rita]}
"""
_imports = pytest.mark.parametrize("is_imported", [True, False], ids=["imported", "not imported"])


def _says(message: Message, *, is_imported: bool) -> None:
    rule = message.header("X-RGS-Rule") or ""
    assert rule.endswith("; imported=yes" if is_imported else "; imported=no"), rule


async def _settle_in(house: House, *, is_imported: bool) -> SipClient:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller")
    if is_imported:
        await house.import_groups("line", "slow")
    return caller


@_imports
async def test_bye_of_a_bridged_call_tells_of_the_import(house: House, is_imported: bool) -> None:
    caller = await _settle_in(house, is_imported=is_imported)
    call = await caller.invite("line")

    await house.enter("outage")

    _says(await call.expect("BYE"), is_imported=is_imported)
    assert house.call.is_imported is is_imported


@_imports
@pytest.mark.parametrize("style", list(Style))
async def test_refusal_of_a_pending_call_tells_of_the_import(
    house: House, is_imported: bool, style: Style
) -> None:
    await house.build("blackhole_seconds: 0.2\n" + _TOPOLOGY)
    if is_imported:
        await house.import_groups("slow")
    caller = await house.client("caller")
    call = await caller.invite("slow", wait="ringing")

    await house.enter("outage", style=style)
    if is_imported:  # what comes after the verdict changes nothing
        await house.remove_import("slow")

    answer = await call.expect(408 if style is Style.BLACKHOLE else 503)
    _says(answer, is_imported=is_imported)


@_imports
async def test_cancel_of_who_rang_tells_of_the_import(house: House, is_imported: bool) -> None:
    caller = await _settle_in(house, is_imported=is_imported)
    rita = await house.agent("rita")
    await caller.invite("slow", wait=None)
    offered = await rita.expect_call()
    await offered.ring()

    await house.enter("outage")

    _says(await offered.expect("CANCEL"), is_imported=is_imported)


async def test_a_call_on_a_copy_that_has_been_removed_is_not_imported_any_more(
    house: House,
) -> None:
    caller = await _settle_in(house, is_imported=True)
    await house.enter("outage")
    house.site.agents["rita"].is_reachable = True
    call = await caller.invite("slow", wait="ringing")
    await house.remove_import("slow")

    await house.enter("failing_over", "failed_over", "failing_back")

    _says(await call.expect(503), is_imported=False)


async def test_agent_out_of_reach_is_told_that_a_group_of_the_backup_pool_has_no_copy(
    house: House,
) -> None:
    caller = await _settle_in(house, is_imported=True)
    rita = await house.agent("rita")
    await caller.invite("own", wait=None)
    offered = await rita.expect_call()
    await offered.ring()

    await house.enter("outage")

    _says(await offered.expect("CANCEL"), is_imported=False)


@_imports
async def test_refusal_by_a_person_out_of_reach_tells_of_the_import_of_the_calls_group(
    house: House, is_imported: bool
) -> None:
    queue = '{timeout_seconds: 0.1, timeout_action: {uri: "sip:ann@contoso.example"}}'
    await house.build(_TOPOLOGY + f"  - {{name: sent, agents: [rita], queue: {queue}}}\n")
    await house.import_groups("sent")
    caller = await house.client("caller")
    await house.enter("outage")
    call = await caller.invite("sent", wait="ringing")
    if not is_imported:
        await house.remove_import("sent")

    _says(await call.expect(480), is_imported=is_imported)
