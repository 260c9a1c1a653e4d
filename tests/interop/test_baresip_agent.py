"""baresip as a registered agent, over UDP and TCP: its calls when the primary pool goes down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.admin_client import AdminClient
from tests.support.baresip import Baresip
from tests.support.emulator_process import EmulatorProcess
from tests.support.phases import STYLES
from tests.support.waiting import until

pytestmark = pytest.mark.xdist_group("baresip agent")


@pytest.fixture(scope="module")
def topology() -> Path:
    """Alice and Carol, who have to register."""
    return Path(__file__).parent / "phones.yaml"


class Pair:
    """Alice, who answers by baresip, and a stranger who calls by another one."""

    def __init__(self, alice: Baresip, stranger: Baresip, admin: AdminClient) -> None:
        self.alice = alice
        self.stranger = stranger
        self._admin = admin

    def talk(self, group: str) -> dict[str, Any]:
        """Let the stranger call `group` and Alice answer; gives the call."""
        self.stranger.dial(group)
        self.stranger.await_event("CALL_ESTABLISHED")
        self.alice.await_event("CALL_ESTABLISHED")
        [call] = self._admin.calls(state="connected")
        assert call["agent"] == "alice"
        return call

    def in_order(self, first: str) -> tuple[Baresip, Baresip]:
        """The end that is named, `caller` or `agent`, and the other."""
        ends = (self.stranger, self.alice)
        return ends if first == "caller" else (ends[1], ends[0])


@pytest.fixture(params=["udp", "tcp"])
def pair(
    request: pytest.FixtureRequest, emulator: EmulatorProcess, admin: AdminClient
) -> Iterator[Pair]:
    """Both of them, over the same transport."""
    with ExitStack() as stack:
        alice = Baresip("alice", emulator.director, transport=request.param)
        stack.enter_context(alice)
        stranger = Baresip("stranger", emulator.director, transport=request.param, registers=False)
        stack.enter_context(stranger)
        yield Pair(alice, stranger, admin)


@pytest.mark.parametrize("who", ["caller", "agent"])
@pytest.mark.parametrize("style", STYLES)
def test_normal_call_survives_the_primary_pool_and_is_hung_up(
    pair: Pair, admin: AdminClient, style: str, who: str
) -> None:
    call = pair.talk("helpdesk")
    admin.phase("outage", style)
    assert admin.call(call["id"])["state"] == "connected"
    first, other = pair.in_order(who)
    first.hang_up()
    other.await_event("CALL_CLOSED")
    until(lambda: first.finals("BYE") == [200], what="the BYE answered 200")
    call = admin.call(call["id"])
    assert (call["state"], call["ended_by"]) == ("ended", who)
    assert admin.agent("alice")["calls"] == 0


@pytest.mark.parametrize(
    ("style", "status"), [("crash", 481), ("blackhole", 408)], ids=["crash", "blackhole"]
)
def test_anonymous_call_has_ended_at_once_and_the_agents_own_bye_finds_no_call(
    pair: Pair, admin: AdminClient, style: str, status: int
) -> None:
    call = pair.talk("hotline")
    admin.phase("outage", style)
    call = admin.call(call["id"])
    assert (call["state"], call["ended_by"]) == ("ended", "rule")
    assert call["reason"] == "connected/outage/anonymous/primary"
    assert admin.agent("alice")["calls"] == 0
    pair.alice.hang_up()
    until(lambda: pair.alice.finals("BYE"), what="an answer to the BYE")
    assert pair.alice.finals("BYE") == [status]
    assert "BYE sip:" not in pair.stranger.log


def test_anonymous_call_is_ended_by_bye_on_both_legs_when_the_pool_goes_down_in_order(
    pair: Pair, admin: AdminClient
) -> None:
    call = pair.talk("hotline")
    admin.phase("outage", "graceful")
    assert admin.call(call["id"])["state"] == "ended"
    for phone in (pair.alice, pair.stranger):
        phone.await_event("CALL_CLOSED")
        assert "X-RGS-Rule: cell=connected/outage/anonymous/primary" in phone.log
        assert phone.finals("BYE") == [200]


@pytest.mark.parametrize("group", ["hotline", "legal"])
@pytest.mark.parametrize("who", ["caller", "agent"])
def test_anonymous_call_is_hung_up_through_the_pool(
    pair: Pair, admin: AdminClient, group: str, who: str
) -> None:
    call = pair.talk(group)
    first, other = pair.in_order(who)
    first.hang_up()
    other.await_event("CALL_CLOSED")
    until(lambda: first.finals("BYE") == [200], what="the BYE answered 200")
    assert admin.call(call["id"])["ended_by"] == who
    assert pair.alice.host not in _signalling(pair.stranger)


def test_call_that_rings_goes_elsewhere_when_the_agent_becomes_unreachable(
    pair: Pair, admin: AdminClient
) -> None:
    admin.import_groups()
    admin.phase("outage")
    pair.stranger.dial("helpdesk")
    waiting = admin.wait(state="pending", group="helpdesk")
    assert waiting["host"] == "backup"
    admin.phase("failing_over")
    admin.phase("failed_over")  # Alice can be reached again: she answers
    pair.stranger.await_event("CALL_ESTABLISHED")
    assert admin.call(waiting["id"])["agent"] == "alice"


def _signalling(phone: Baresip) -> str:
    """What the phone was sent, without the addresses of media."""
    return "\n".join(line for line in phone.log.splitlines() if line[:2] not in ("c=", "m=", "o="))
