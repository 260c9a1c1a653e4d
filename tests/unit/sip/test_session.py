"""Sessions message by message: answers, re-INVITEs, forks, BYE and CANCEL (RFC 3261 §13 to §15)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from sip.session import Session, SessionState
from sip.timers import Timers
from tests.support.sessions import ANSWER, Line, Log, Wire
from tests.support.sip_messages import SDP
from tests.support.until import until

ANSWERED, ENDED = SessionState.ANSWERED, SessionState.ENDED


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
async def wire(log: Log) -> AsyncIterator[Wire]:
    made = Wire(log, Timers())
    yield made
    made.callee.agent.close()


async def test_an_answer_carries_contact_tag_and_description(wire: Wire) -> None:
    wire.receive(b"INVITE", 1, body=SDP)

    answer = wire.last()
    assert (answer.status, answer.to_tag, answer.body) == (200, wire.tag, ANSWER)
    assert answer.header("Contact") == "<sip:callee@127.0.0.1:0;transport=tcp>"
    assert answer.header("Content-Type") == "application/sdp"


async def test_an_answer_is_repeated_until_its_ack_and_a_bye_waits_for_that(wire: Wire) -> None:
    wire.receive(b"INVITE", 1)

    wire.session.bye()
    assert wire.flow.methods() == []
    wire.receive(b"ACK", 1, tag=wire.tag)

    assert wire.flow.methods() == [b"BYE"]
    assert wire.session.state is ENDED


async def test_an_answer_that_nobody_acknowledges_ends_in_bye(log: Log) -> None:
    wire = Wire(log, Timers(t1=0.002, t2=0.01))
    wire.receive(b"INVITE", 1)

    await until(lambda: wire.session.state is ENDED)

    assert wire.flow.methods() == [b"BYE"]
    assert wire.flow.statuses().count(200) > 3
    wire.callee.agent.close()


async def test_a_reinvite_is_answered_as_the_invite_was_and_moves_the_target(wire: Wire) -> None:
    wire.answer_call()

    wire.receive(b"INVITE", 2, tag=wire.tag, body=SDP)
    answer = wire.last()
    wire.receive(b"INVITE", 3, tag=wire.tag, body=SDP)

    assert (answer.status, answer.body) == (200, ANSWER)
    assert wire.last().status == 491  # the second has not been acknowledged
    assert wire.session.state is ANSWERED
    assert len(wire.callee.sessions) == 1


async def test_a_reinvite_may_be_refused_and_cancelled_and_the_call_stands(wire: Wire) -> None:
    wire.answer_call()
    wire.session.on_reinvite = lambda session: session.reject(488)
    wire.receive(b"INVITE", 2, tag=wire.tag)
    assert wire.last().status == 488

    wire.session.on_reinvite = lambda session: session.ring()
    wire.receive(b"INVITE", 3, tag=wire.tag, branch=b"z9hG4bKre")
    wire.receive(b"CANCEL", 3, tag=wire.tag, branch=b"z9hG4bKre")

    assert [r.status for r in wire.flow.responses()][-2:] == [200, 487]
    assert wire.session.state is ANSWERED


@pytest.mark.parametrize(
    ("method", "cseq", "status"),
    [
        (b"OPTIONS", 2, 200),
        (b"INFO", 2, 405),
        (b"FOO", 2, 405),
        (b"INFO", 0, 500),
        (b"BYE", 2, 200),
    ],
)
async def test_requests_in_the_dialog_are_answered_each_in_its_way(
    wire: Wire, method: bytes, cseq: int, status: int
) -> None:
    wire.answer_call()

    wire.receive(method, cseq, tag=wire.tag)

    assert wire.last().status == status


async def test_a_bye_before_the_answer_ends_the_invite_with_487(wire: Wire) -> None:
    wire.callee.take = Session.ring
    wire.receive(b"INVITE", 1)

    wire.receive(b"BYE", 2, tag=wire.tag)

    ends = [(r.method, r.status) for r in wire.flow.responses() if r.status >= 200]
    assert ends == [(b"BYE", 200), (b"INVITE", 487)]
    assert wire.session.state is ENDED


@pytest.mark.parametrize("method", [b"BYE", b"INVITE", b"INFO"])
async def test_a_request_of_a_dialog_that_is_not_known_is_answered_481(
    wire: Wire, method: bytes
) -> None:
    wire.answer_call()

    wire.receive(method, 2, tag=b"other")

    assert wire.last().status == 481


async def test_an_invite_that_comes_by_two_ways_is_taken_once(wire: Wire) -> None:
    wire.callee.take = Session.ring

    wire.receive(b"INVITE", 1, branch=b"z9hG4bKone")
    wire.receive(b"INVITE", 1, branch=b"z9hG4bKtwo")

    assert wire.last().status == 482
    assert len(wire.callee.sessions) == 1


@pytest.mark.parametrize(
    ("method", "status"),
    [(b"OPTIONS", 200), (b"REGISTER", 405), (b"MESSAGE", 405), (b"BYE", 481), (b"FOO", 501)],
)
async def test_requests_outside_of_dialogs_are_answered_each_in_its_way(
    wire: Wire, method: bytes, status: int
) -> None:
    wire.receive(method, 1)

    assert wire.last().status == status
    assert wire.last().to_tag


async def test_who_takes_other_requests_answers_them(wire: Wire) -> None:
    wire.callee.agent._on_request = lambda transaction, request: transaction.respond(202)

    wire.receive(b"MESSAGE", 1)

    assert wire.last().status == 202


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    made = Line()
    yield made
    made.agent.close()


CONTACT = b"<sip:agent@127.0.0.1:5999;transport=tcp>"


async def test_each_repetition_of_a_2xx_is_acknowledged(line: Line) -> None:
    for _ in range(3):
        line.respond(200, Contact=CONTACT)

    assert line.flow.methods() == [b"INVITE", b"ACK", b"ACK", b"ACK"]
    ack = line.flow.requests()[1]
    assert (ack.uri, ack.header("CSeq")) == (b"sip:agent@127.0.0.1:5999;transport=tcp", "1 ACK")


async def test_another_branch_that_answers_too_is_acknowledged_and_ended(line: Line) -> None:
    line.respond(200, b"first", Contact=CONTACT)
    line.respond(200, b"second", Contact=CONTACT)

    assert line.flow.methods() == [b"INVITE", b"ACK", b"ACK", b"BYE"]
    assert [r.to_tag for r in line.flow.requests()[2:]] == [b"second"] * 2
    assert line.session.state is ANSWERED


async def test_an_answer_that_crosses_our_cancel_is_acknowledged_and_ended(line: Line) -> None:
    answered: list[Session] = []
    line.session.on_answered = answered.append
    line.respond(180)
    line.session.bye([(b"Reason", b"SIP;cause=487")])

    line.respond(200, Contact=CONTACT)

    assert line.flow.methods() == [b"INVITE", b"CANCEL", b"ACK", b"BYE"]
    assert line.flow.requests()[3].header("Reason") == "SIP;cause=487"
    assert line.session.state is ENDED
    assert answered == []


async def test_a_session_sends_other_requests_once_it_is_answered(line: Line) -> None:
    assert line.session.send(b"INFO", None) is None
    line.respond(200, Contact=CONTACT)

    sent = line.session.send(b"INFO", None, headers=[(b"Content-Type", b"x/y")], body=b"1")

    assert sent is not None
    assert line.flow.requests()[-1].header("CSeq") == "2 INFO"
    assert line.flow.requests()[-1].body == b"1"


async def test_a_session_that_has_ended_does_nothing_more(line: Line) -> None:
    line.respond(486)
    before = len(line.flow.sent)

    line.session.bye()
    line.session.accept(SDP)
    line.session.reject(500)
    line.session.ring()
    await asyncio.sleep(0)

    assert len(line.flow.sent) == before
    assert line.session.send(b"INFO", None) is None
