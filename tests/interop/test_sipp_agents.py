"""SIPp as a registered agent: its own `uas`, and one that keeps the recorded route."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.resources import resource
from tests.support.admin_client import AdminClient
from tests.support.emulator_process import Address, EmulatorProcess
from tests.support.phases import PHASES, STYLES, connects
from tests.support.sipp import Sipp
from tests.support.waiting import until

pytestmark = [pytest.mark.xdist_group("sipp agents"), pytest.mark.timeout(180)]

_CALLS = 6
_GROUPS = ("helpdesk", "hotline", "onlyprimary", "sales", "legal")
_REGISTER = resource("sipp/register.xml")
_AGENT = resource("sipp/agent.xml")


@pytest.fixture(scope="module")
def topology() -> Path:
    """Alice and Carol, who have to register."""
    return Path(__file__).parent / "phones.yaml"


def register(registrar: Address, person: str, contact: Address, *, expires: int = 600) -> None:
    """Register `contact` for `person`."""
    keys = {
        "contact": f"{contact[0]}:{contact[1]}",
        "parameters": "",
        "expires": str(expires),
    }
    with Sipp(_REGISTER, registrar, service=person, keys=keys) as client:
        tally = client.finish()
    assert tally.is_clean, f"{tally}\n{tally.output}"


@contextmanager
def answering(emulator: EmulatorProcess, scenario: Path | str, *persons: str) -> Iterator[Sipp]:
    """A SIPp that answers for `persons`."""
    with Sipp(scenario, calls=None) as agent:
        for person in persons:
            register(emulator.director, person, agent.address)
        yield agent


@pytest.mark.parametrize("scenario", ["uas", _AGENT], ids=["own uas", "with route"])
@pytest.mark.parametrize("is_imported", [False, True], ids=["not imported", "imported"])
def test_sipp_answers_as_a_registered_agent_in_every_phase(
    emulator: EmulatorProcess, admin: AdminClient, scenario: Path | str, is_imported: bool
) -> None:
    if is_imported:
        admin.import_groups()
    differing = []
    with answering(emulator, scenario, "alice", "carol"):
        for phase in PHASES:
            if phase != "normal":
                admin.phase(phase)
            for group in _GROUPS:
                with Sipp("uac", emulator.director, service=group, calls=_CALLS) as caller:
                    tally = caller.finish()
                is_due = connects(group, phase, is_imported=is_imported)
                if not (tally.is_clean if is_due else tally.succeeded == 0):
                    differing.append(f"{group} in {phase}: {tally}")
            assert admin.counts() == {"connected": 0, "pending": 0}, phase
            assert [each["calls"] for each in admin.agents()] == [0, 0], phase
    assert not differing


@pytest.mark.parametrize("style", STYLES)
def test_normal_calls_between_two_sipps_outlive_the_primary_pool(
    emulator: EmulatorProcess, admin: AdminClient, style: str
) -> None:
    with answering(emulator, _AGENT, "alice", "carol") as agent:
        talking = ("-d", "1500")
        with Sipp(
            "uac", emulator.director, service="helpdesk", calls=_CALLS, options=talking
        ) as caller:
            until(lambda: admin.counts()["connected"] == _CALLS, what="all calls connected")
            account = admin.phase("outage", style)
            tally = caller.finish()
        answered = agent.stop()
    assert account["dropped"] == 0
    assert tally.is_clean, f"{tally}\n{tally.output}"
    assert answered.is_clean, f"{answered}\n{answered.output}"
    assert {each["ended_by"] for each in admin.calls()} == {"caller"}


def test_whoever_takes_the_registration_back_is_rung_no_more(
    emulator: EmulatorProcess, admin: AdminClient
) -> None:
    with answering(emulator, "uas", "alice") as agent:
        assert admin.agent("alice")["endpoint"] == "registered"
        with Sipp("uac", emulator.director, service="onlyprimary") as caller:
            assert caller.finish().is_clean
        register(emulator.director, "alice", agent.address, expires=0)
        assert admin.agent("alice")["endpoint"] == "none"
        with Sipp("uac", emulator.director, service="onlyprimary") as caller:
            assert caller.finish().succeeded == 0
