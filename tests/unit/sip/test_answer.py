"""A 2xx to INVITE: repeated until its ACK, given up after 64*T1 (RFC 3261 §13.3.1.4)."""

from __future__ import annotations

import pytest

from sip.answer import Answer
from sip.timers import Timers
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime


class Answering:
    def __init__(self) -> None:
        self.missing = 0

    def on_ack_missing(self) -> None:
        self.missing += 1


@pytest.fixture
def time() -> ManualTime:
    return ManualTime()


@pytest.fixture
def user() -> Answering:
    return Answering()


def answer_by(flow: FakeFlow, user: Answering, time: ManualTime) -> Answer:
    return Answer(b"SIP/2.0 200 OK\r\n\r\n", flow, user, time.deadlines, Timers())


@pytest.mark.parametrize("transport", [b"UDP", b"TCP"])
def test_an_answer_is_repeated_at_intervals_that_double_up_to_t2_over_any_transport(
    user: Answering, time: ManualTime, transport: bytes
) -> None:
    flow = FakeFlow(transport)
    answer = answer_by(flow, user, time)

    sent_at: list[float] = []
    for tick in range(1, 80):
        before = len(flow.sent)
        time.advance(0.5)
        sent_at += [tick * 0.5] * (len(flow.sent) - before)

    assert sent_at == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert answer.repetitions == 10
    assert len(time.deadlines) == 0


def test_an_ack_that_does_not_come_is_missed_after_64_t1_once(
    user: Answering, time: ManualTime
) -> None:
    answer_by(FakeFlow(), user, time)

    time.advance(31.9)
    assert user.missing == 0
    time.advance(0.2)
    assert user.missing == 1
    time.run_out()
    assert user.missing == 1


@pytest.mark.parametrize("seconds", [0.1, 1.0, 31.8])
@pytest.mark.parametrize("how", ["acknowledge", "abandon"])
def test_an_answer_that_was_acknowledged_or_abandoned_is_not_repeated(
    user: Answering, time: ManualTime, seconds: float, how: str
) -> None:
    flow = FakeFlow()
    answer = answer_by(flow, user, time)
    time.advance(seconds)
    before = len(flow.sent)

    getattr(answer, how)()
    time.run_out()

    assert len(flow.sent) == before
    assert user.missing == 0


def test_an_answer_whose_connection_has_closed_is_missed_after_64_t1(
    user: Answering, time: ManualTime
) -> None:
    flow = FakeFlow(b"TCP")
    answer_by(flow, user, time)

    flow.lose()
    time.advance(31.9)
    assert user.missing == 0
    time.advance(0.2)

    assert flow.sent == []
    assert user.missing == 1
    assert len(time.deadlines) == 0


def test_an_answer_whose_element_no_longer_listens_stops_in_silence(
    user: Answering, time: ManualTime
) -> None:
    flow = FakeFlow()
    answer_by(flow, user, time)

    flow.fails, flow.is_listening = True, False
    time.run_out()

    assert flow.sent == []
    assert user.missing == 0
    assert time.now < 1_001


def test_the_timers_follow_from_t1_t2_and_t4() -> None:
    default, quick = Timers(), Timers(t1=0.1)

    assert (default.timeout, default.timer_d, default.timer_c) == (32.0, 32.0, 185.0)
    assert quick.timeout == pytest.approx(6.4)
    assert quick.timer_d == pytest.approx(6.4)
    assert Timers(t1=1.0).timer_d == 64.0
