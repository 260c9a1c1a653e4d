"""SIPp's own caller through the phases: where the rules connect calls, and where none may be."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack

import pytest

from emulator.resources import resource
from tests.support.admin_client import AdminClient
from tests.support.emulator_process import EmulatorProcess
from tests.support.phases import PHASES, STYLES, connects, is_taken
from tests.support.sipp import Sipp, Tally

pytestmark = [pytest.mark.xdist_group("sipp callers"), pytest.mark.timeout(180)]

_CALLS = 8
_OF_BACKUP = ("sales", "legal")
_OF_PRIMARY = ("helpdesk", "hotline", "onlyprimary")
_GIVE_UP = resource("sipp/give_up.xml")


def call_all(emulator: EmulatorProcess, groups: Iterable[str]) -> dict[str, Tally]:
    """Let one SIPp call each group, all at the same time."""
    with ExitStack() as stack:
        callers = {
            group: stack.enter_context(Sipp("uac", emulator.director, service=group, calls=_CALLS))
            for group in groups
        }
        return {group: caller.finish() for group, caller in callers.items()}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("is_imported", [False, True], ids=["not imported", "imported"])
def test_sipp_calls_succeed_where_the_rules_connect_them_and_nowhere_else(
    emulator: EmulatorProcess, admin: AdminClient, style: str, is_imported: bool
) -> None:
    if is_imported:
        admin.import_groups()
    differing = []
    for phase in PHASES:
        if phase != "normal":
            admin.phase(phase, style if phase == "outage" else None)
        for group, tally in call_all(emulator, (*_OF_PRIMARY, *_OF_BACKUP)).items():
            assert tally.placed == _CALLS, f"{group} in {phase}: {tally}\n{tally.output}"
            is_due = connects(group, phase, is_imported=is_imported)
            if not (tally.is_clean if is_due else tally.succeeded == 0):
                differing.append(f"{group} in {phase}: {tally}")
        assert admin.counts() == {"connected": 0, "pending": 0}, phase
    assert not differing


@pytest.mark.parametrize("style", STYLES)
def test_planned_failover_from_normal_refuses_sipp_unless_imported(
    emulator: EmulatorProcess, admin: AdminClient, style: str
) -> None:
    admin.phase("failing_over", style)
    before = call_all(emulator, ("helpdesk", "hotline", "sales"))
    admin.import_groups()
    after = call_all(emulator, ("helpdesk", "hotline", "sales"))
    assert [before[group].succeeded for group in ("helpdesk", "hotline")] == [0, 0]
    assert before["sales"].is_clean, before["sales"]
    assert all(tally.is_clean for tally in after.values()), after


@pytest.mark.parametrize("listener", ["primary", "backup"])
def test_sipp_that_calls_a_pool_itself_is_served_while_that_pool_lives(
    emulator: EmulatorProcess, admin: AdminClient, listener: str
) -> None:
    with Sipp("uac", emulator.addresses[listener], service="helpdesk", calls=_CALLS) as caller:
        assert (tally := caller.finish()).is_clean, tally
    admin.phase("outage", "graceful")
    with Sipp("uac", emulator.addresses[listener], service="helpdesk", calls=_CALLS) as caller:
        assert caller.finish().succeeded == 0


def test_sipp_over_tcp_is_served_as_over_udp(emulator: EmulatorProcess) -> None:
    with ExitStack() as stack:
        callers = [
            stack.enter_context(
                Sipp("uac", emulator.director, service=group, calls=_CALLS, transport="t1")
            )
            for group in ("helpdesk", "hotline")
        ]
        for caller in callers:
            assert (tally := caller.finish()).is_clean, f"{tally}\n{tally.output}"


@pytest.mark.parametrize("group", ["lobby", "vault"])
@pytest.mark.parametrize("is_imported", [False, True], ids=["not imported", "imported"])
def test_calls_that_nobody_answers_stay_pending_until_sipp_cancels_them(
    emulator: EmulatorProcess, admin: AdminClient, group: str, is_imported: bool
) -> None:
    if is_imported:
        admin.import_groups()
    for phase in PHASES:
        if phase != "normal":
            admin.phase(phase)
        waiting = ("-d", "300")
        with Sipp(
            _GIVE_UP, emulator.director, service=group, calls=_CALLS, options=waiting
        ) as caller:
            tally = caller.finish()
        if not is_taken(group, phase, is_imported=is_imported):
            assert tally.succeeded == 0, f"{phase}: {tally}"
        else:
            assert tally.is_clean, f"{phase}: {tally}\n{tally.output}"
            latest = admin.calls(latest=_CALLS, group=group)
            assert {(each["ended_by"], each["status"]) for each in latest} == {("caller", 487)}
        assert admin.counts() == {"connected": 0, "pending": 0}, phase
    assert all(each["calls"] == 0 for each in admin.agents())
