"""baresip as the caller, through the phases, over UDP and TCP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.admin_client import AdminClient
from tests.support.baresip import Baresip
from tests.support.emulator_process import EmulatorProcess
from tests.support.phases import PHASES, STYLES, connects, is_taken
from tests.support.waiting import until

pytestmark = pytest.mark.xdist_group("baresip caller")

_GROUPS = ("helpdesk", "hotline", "onlyprimary", "sales", "legal")


@pytest.fixture(params=["udp", "tcp"])
def phone(request: pytest.FixtureRequest, emulator: EmulatorProcess) -> Iterator[Baresip]:
    """A phone of a stranger's, which has not registered."""
    with Baresip("stranger", emulator.director, transport=request.param, registers=False) as phone:
        yield phone


@pytest.mark.parametrize("is_imported", [False, True], ids=["not imported", "imported"])
def test_baresip_is_connected_where_the_rules_say_so_and_closed_or_queued_elsewhere(
    phone: Baresip, admin: AdminClient, is_imported: bool
) -> None:
    if is_imported:
        admin.import_groups()
    for phase in PHASES:
        if phase != "normal":
            admin.phase(phase)
        for group in _GROUPS:
            phone.dial(group)
            if connects(group, phase, is_imported=is_imported):
                phone.await_event("CALL_ESTABLISHED")
                phone.hang_up()
            elif is_taken(group, phase, is_imported=is_imported):
                call = admin.wait(state="pending", group=group)
                phone.hang_up()
                call = admin.wait(state="ended", call_id=call["call_ids"][0])
                assert (call["ended_by"], call["status"]) == ("caller", 487)
            else:
                closed = phone.await_event("CALL_CLOSED")
                assert closed["param"].startswith("480" if phase == "failed_over" else "503")
            until(
                lambda: admin.counts() == {"connected": 0, "pending": 0},
                what=f"{group} over in {phase}",
            )
            phone.events.clear()


@pytest.mark.parametrize("style", STYLES)
def test_handed_over_call_of_baresip_outlives_failover_and_failback(
    phone: Baresip, admin: AdminClient, style: str
) -> None:
    phone.dial("helpdesk")
    phone.await_event("CALL_ESTABLISHED")
    [call] = admin.calls()
    for phase in PHASES[1:]:
        admin.phase(phase, style if phase == "outage" else None)
        assert admin.call(call["id"])["state"] == "connected", phase
    phone.hang_up()
    until(lambda: phone.finals("BYE") == [200], what="the BYE answered 200")
    assert admin.call(call["id"])["ended_by"] == "caller"


def test_bridged_call_of_baresip_is_closed_when_its_pool_goes_down_in_order(
    phone: Baresip, admin: AdminClient
) -> None:
    phone.dial("hotline")
    phone.await_event("CALL_ESTABLISHED")
    admin.phase("outage", "graceful")
    phone.await_event("CALL_CLOSED")
    assert 'Reason: Q.850;cause=41;text="connected/outage/anonymous/primary"' in phone.log


def test_bridged_call_of_baresip_on_the_backup_pool_stays_until_it_is_hung_up(
    phone: Baresip, admin: AdminClient
) -> None:
    admin.import_groups()
    admin.phase("outage", "crash")
    phone.dial("hotline")
    phone.await_event("CALL_ESTABLISHED")
    [call] = admin.calls()
    assert call["host"] == "backup"
    for phase in PHASES[2:]:
        admin.phase(phase)
        assert admin.call(call["id"])["state"] == "connected", phase
    phone.hang_up()
    until(lambda: admin.call(call["id"])["ended_by"] == "caller", what="the call ended")


@pytest.mark.parametrize("style", ["graceful", "crash"])
def test_pending_call_of_baresip_is_refused_when_its_pool_goes_down(
    phone: Baresip, admin: AdminClient, style: str
) -> None:
    phone.dial("lobby")
    admin.wait(state="pending", group="lobby")
    admin.phase("outage", style)
    assert phone.await_event("CALL_CLOSED")["param"].startswith("503")
    assert all(each["calls"] == 0 for each in admin.agents())


def test_pending_call_of_baresip_meets_silence_and_can_be_given_up(
    phone: Baresip, admin: AdminClient
) -> None:
    phone.dial("lobby")
    call = admin.wait(state="pending", group="lobby")
    admin.phase("outage", "blackhole")
    assert admin.call(call["id"])["state"] == "ended"
    phone.hang_up()
    until(lambda: phone.finals("INVITE") == [487], what="487 to the INVITE")
    assert phone.finals("CANCEL") == [200]
