"""Server transactions of other requests: answered once, Timer J (RFC 3261 §17.2.2)."""

from __future__ import annotations

import pytest

from sip.transaction import State, TransactionLayer
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.transaction_users import MakeRequest, UserRecord


def test_a_repeated_request_that_has_no_answer_yet_is_dropped(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(b"OPTIONS"), udp)
    layer.receive_request(received(b"OPTIONS"), udp)

    assert len(user.requests) == 1
    assert udp.sent == []


@pytest.mark.parametrize("status", [200, 302, 404, 500, 603])
def test_a_repeated_request_gets_the_same_answer_octet_by_octet(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest, status: int
) -> None:
    layer.receive_request(received(b"OPTIONS"), udp)
    user.transactions[0].respond(status, to_tag=b"t")

    layer.receive_request(received(b"OPTIONS"), udp)

    first, second = udp.sent
    assert first == second
    assert len(user.requests) == 1


def test_a_repeated_request_gets_the_provisional_response_until_there_is_a_final_one(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(b"OPTIONS"), udp)
    user.transactions[0].respond(100)
    layer.receive_request(received(b"OPTIONS"), udp)
    user.transactions[0].respond(200, to_tag=b"t")
    layer.receive_request(received(b"OPTIONS"), udp)

    assert udp.statuses() == [100, 100, 200, 200]


def test_nothing_is_sent_after_a_final_response(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(b"BYE"), udp)
    for status in (481, 200, 100, 500):
        user.transactions[0].respond(status, to_tag=b"t")

    assert udp.statuses() == [481]
    assert user.transactions[0].is_answered


def test_over_udp_the_answer_is_kept_for_timer_j(
    layer: TransactionLayer,
    user: UserRecord,
    udp: FakeFlow,
    time: ManualTime,
    received: MakeRequest,
) -> None:
    layer.receive_request(received(b"BYE"), udp)
    user.transactions[0].respond(200)

    time.advance(31.9)
    assert len(layer.servers) == 1
    time.advance(0.1)
    assert layer.servers == {}
    layer.receive_request(received(b"BYE"), udp)
    assert len(user.requests) == 2


def test_over_tcp_the_answer_is_not_kept(
    layer: TransactionLayer,
    user: UserRecord,
    tcp: FakeFlow,
    time: ManualTime,
    received: MakeRequest,
) -> None:
    layer.receive_request(received(b"BYE"), tcp)
    user.transactions[0].respond(200)

    time.advance(0)

    assert layer.servers == {}


@pytest.mark.parametrize("status", [100, 200])
def test_an_answer_that_cannot_be_sent_ends_the_transaction(
    layer: TransactionLayer,
    user: UserRecord,
    udp: FakeFlow,
    time: ManualTime,
    received: MakeRequest,
    status: int,
) -> None:
    layer.receive_request(received(b"OPTIONS"), udp)
    udp.fails = True

    user.transactions[0].respond(status)

    assert user.transactions[0].state == State.TERMINATED
    assert layer.responses_lost == 1
    assert layer.servers == {}
    time.run_out()


def test_an_abandoned_transaction_sends_nothing_any_more(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(b"OPTIONS"), udp)

    layer.abandon_all()
    user.transactions[0].respond(200)

    assert udp.sent == []
    assert layer.servers == {}
