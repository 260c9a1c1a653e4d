"""User agents on the loopback: calls made, answered, refused and ended by either side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from sip.errors import TransportError
from sip.session import Session, SessionState
from sip.timers import Timers
from sip.user_agent import UserAgent
from tests.support.sessions import ANSWER, Callee, Log
from tests.support.sip_messages import SDP
from tests.support.until import until

ANSWERED, ENDED = SessionState.ANSWERED, SessionState.ENDED


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
async def callee(log: Log) -> AsyncIterator[Callee]:
    made = Callee(log)
    await made.agent.open(0)
    yield made
    made.agent.close()


@pytest.fixture
async def caller() -> AsyncIterator[UserAgent]:
    made = UserAgent(user=b"caller", timers=Timers(t1=0.02))
    await made.open(0)
    yield made
    made.close()


@pytest.fixture
def call(caller: UserAgent, callee: Callee, log: Log) -> Callable[..., Session]:
    def make(params: bytes = b"", body: bytes = SDP) -> Session:
        uri = b"sip:callee@127.0.0.1:%d%b" % (callee.agent.endpoint.port, params)
        session = caller.call(uri, body)
        log.hear("caller", session)
        return session

    return make


Call = Callable[..., Session]


@pytest.mark.parametrize("params", [b"", b";transport=tcp"], ids=["udp", "tcp"])
@pytest.mark.parametrize("who", ["caller", "callee"])
async def test_a_call_is_made_answered_and_ended_by_either_side(
    call: Call, callee: Callee, caller: UserAgent, log: Log, params: bytes, who: str
) -> None:
    def ring_and_accept(session: Session) -> None:
        session.ring()
        session.accept(ANSWER)

    callee.take = ring_and_accept
    made = call(params)
    await until(lambda: made.state is ANSWERED)
    [taken] = callee.sessions
    await until(lambda: taken._answer is None)  # acknowledged

    (made if who == "caller" else taken).bye([(b"Reason", b"SIP;cause=200")])
    await until(lambda: made.state is taken.state is ENDED)

    assert log.entries[:2] == ["caller ringing", "caller answered"]
    assert sorted(log.entries[2:]) == ["callee ended 200", "caller ended 200"]
    assert (taken.remote_body, made.remote_body) == (SDP, ANSWER)
    assert caller.sessions == callee.agent.sessions == {}


@pytest.mark.parametrize("status", [302, 486, 603])
async def test_a_call_that_is_refused_ends_with_the_status(
    call: Call, callee: Callee, log: Log, status: int
) -> None:
    callee.take = lambda session: session.reject(status)

    made = call()
    await until(lambda: made.state is ENDED)

    assert made.status == status
    assert log.entries == [f"callee ended {status}", f"caller ended {status}"]


async def test_a_user_agent_that_takes_no_calls_says_480(
    caller: UserAgent, callee: Callee, log: Log
) -> None:
    callee.agent._on_invite = None

    made = caller.call(b"sip:127.0.0.1:%d" % callee.agent.endpoint.port)
    await until(lambda: made.state is ENDED)

    assert made.status == 480


async def test_a_call_that_is_given_up_while_it_rings_ends_with_487_on_both_sides(
    call: Call, callee: Callee, log: Log
) -> None:
    callee.take = Session.ring
    made = call()
    await until(lambda: log.entries)

    made.bye()
    await until(lambda: made.state is ENDED)

    assert log.entries == ["caller ringing", "callee ended 487", "caller ended 487"]


async def test_a_callee_that_hangs_up_while_it_rings_says_480(
    call: Call, callee: Callee, log: Log
) -> None:
    callee.take = Session.ring
    made = call()
    await until(lambda: log.entries)

    callee.sessions[0].bye()
    await until(lambda: made.state is ENDED)

    assert made.status == 480


async def test_a_call_to_nobody_ends_with_408_and_one_without_a_connection_with_503(
    caller: UserAgent, callee: Callee, log: Log
) -> None:
    port = callee.agent.endpoint.port
    callee.agent.close()

    silent = caller.call(b"sip:127.0.0.1:%d" % port)
    refused = caller.call(b"sip:127.0.0.1:%d;transport=tcp" % port)
    await until(lambda: silent.state is refused.state is ENDED)

    assert (silent.status, refused.status) == (408, 503)


@pytest.mark.parametrize("uri", [b"tel:+15551234", b"sip:a@host.invalid", b"sip:a@name.example"])
async def test_a_call_that_leads_nowhere_is_an_error(caller: UserAgent, uri: bytes) -> None:
    with pytest.raises(TransportError, match="nowhere"):
        caller.call(uri)
    assert caller.sessions == {}


async def test_a_large_offer_takes_tcp(call: Call, callee: Callee) -> None:
    made = call(body=SDP + b"a=x:" + b"y" * 1_500 + b"\r\n")
    await until(lambda: made.state is ANSWERED)

    assert made.flow is not None
    assert made.flow.transport == b"TCP"
    assert callee.sessions[0].flow is not None
    assert callee.sessions[0].flow.transport == b"TCP"
