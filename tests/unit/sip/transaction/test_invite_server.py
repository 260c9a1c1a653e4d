"""INVITE server transactions: repetition, Timers G, H, I and L (RFC 3261 §17.2.1, RFC 6026)."""

from __future__ import annotations

import pytest

from sip.transaction import State, TransactionLayer
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.transaction_users import MakeRequest, ServerRecord, UserRecord


def test_a_new_invite_is_handed_to_the_user_once(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(), udp)
    layer.receive_request(received(), udp)

    assert len(user.requests) == 1
    assert layer.retransmissions_received == 1
    assert udp.sent == []


def test_a_repeated_invite_gets_the_last_provisional_response_again(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(), udp)
    user.invite.respond(100)
    user.invite.respond(180, to_tag=b"t")

    layer.receive_request(received(), udp)

    assert udp.statuses() == [100, 180, 180]


def test_a_failure_is_repeated_at_intervals_that_double_up_to_t2_until_timer_h(
    layer: TransactionLayer,
    user: UserRecord,
    server: ServerRecord,
    udp: FakeFlow,
    time: ManualTime,
    received: MakeRequest,
) -> None:
    layer.receive_request(received(), udp)
    user.invite.user = server
    user.invite.respond(486, to_tag=b"t")

    sent_at = [0.0]
    for tick in range(1, 80):
        before = len(udp.sent)
        time.advance(0.5)
        sent_at += [tick * 0.5] * (len(udp.sent) - before)

    assert sent_at == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert set(udp.statuses()) == {486}
    assert server.timeouts == 1
    assert layer.servers == {}
    assert layer.retransmissions_sent == 10


def test_over_tcp_a_failure_is_sent_once_but_its_ack_is_awaited_all_the_same(
    layer: TransactionLayer,
    user: UserRecord,
    server: ServerRecord,
    tcp: FakeFlow,
    time: ManualTime,
    received: MakeRequest,
) -> None:
    layer.receive_request(received(), tcp)
    user.invite.user = server
    user.invite.respond(486, to_tag=b"t")

    time.advance(31.9)
    assert (tcp.statuses(), server.timeouts) == ([486], 0)
    time.advance(0.2)
    assert (tcp.statuses(), server.timeouts) == ([486], 1)
    assert layer.servers == {}


def test_an_ack_ends_the_repetition_and_is_not_handed_to_the_user(
    layer: TransactionLayer,
    user: UserRecord,
    server: ServerRecord,
    udp: FakeFlow,
    time: ManualTime,
    received: MakeRequest,
) -> None:
    layer.receive_request(received(), udp)
    user.invite.user = server
    user.invite.respond(486, to_tag=b"t")

    layer.receive_request(received(b"ACK", to_tag=b"t"), udp)
    time.advance(60)

    assert udp.statuses() == [486]
    assert user.acks == []
    assert server.timeouts == 0


@pytest.mark.parametrize(("transport", "seconds"), [(b"UDP", 5.0), (b"TCP", 0.0)])
def test_a_confirmed_transaction_absorbs_acks_for_timer_i(
    layer: TransactionLayer,
    user: UserRecord,
    time: ManualTime,
    received: MakeRequest,
    transport: bytes,
    seconds: float,
) -> None:
    flow = FakeFlow(transport)
    layer.receive_request(received(), flow)
    user.invite.respond(486, to_tag=b"t")
    for _ in range(3):
        layer.receive_request(received(b"ACK", to_tag=b"t"), flow)
    layer.receive_request(received(), flow)

    assert flow.statuses() == [486]
    if seconds:
        time.advance(seconds - 0.1)
        assert len(layer.servers) == 1
        time.advance(0.1)
    else:
        time.advance(0)
    assert layer.servers == {}


def test_a_success_is_sent_and_left_to_its_user_to_repeat(
    layer: TransactionLayer,
    user: UserRecord,
    udp: FakeFlow,
    time: ManualTime,
    received: MakeRequest,
) -> None:
    layer.receive_request(received(), udp)
    user.invite.respond(200, to_tag=b"t")

    time.advance(31)
    layer.receive_request(received(), udp)

    assert udp.statuses() == [200]
    assert len(user.requests) == 1


@pytest.mark.parametrize("transport", [b"UDP", b"TCP"])
@pytest.mark.parametrize("is_released", [False, True], ids=["kept", "released"])
def test_an_accepted_transaction_absorbs_repeated_invites_until_timer_l(
    layer: TransactionLayer,
    user: UserRecord,
    time: ManualTime,
    received: MakeRequest,
    transport: bytes,
    is_released: bool,
) -> None:
    flow = FakeFlow(transport)
    layer.receive_request(received(), flow)
    user.invite.respond(200, to_tag=b"t")
    if is_released:
        user.invite.release()

    time.advance(31.9)
    layer.receive_request(received(), flow)
    assert len(user.requests) == 1
    time.advance(0.1)
    assert layer.servers == {}
    layer.receive_request(received(), flow)
    assert len(user.requests) == 2


@pytest.mark.parametrize("is_released", [False, True], ids=["kept", "released"])
def test_an_ack_with_the_branch_of_an_accepted_invite_is_handed_to_the_user(
    layer: TransactionLayer,
    user: UserRecord,
    udp: FakeFlow,
    received: MakeRequest,
    is_released: bool,
) -> None:
    layer.receive_request(received(), udp)
    user.invite.respond(200, to_tag=b"t")
    if is_released:
        user.invite.release()

    layer.receive_request(received(b"ACK", to_tag=b"t"), udp)

    assert [ack.to_tag for ack in user.acks] == [b"t"]


def test_an_accepted_transaction_sends_every_further_2xx_and_nothing_else(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(), udp)
    for status in (200, 202, 486, 180):
        user.invite.respond(status, to_tag=b"t")

    assert udp.statuses() == [200, 202]


@pytest.mark.parametrize("first", [302, 404, 503, 603])
def test_nothing_is_sent_after_a_failure(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest, first: int
) -> None:
    layer.receive_request(received(), udp)
    for status in (first, 180, 200, 500):
        user.invite.respond(status, to_tag=b"t")

    assert udp.statuses() == [first]
    assert user.invite.is_answered


def test_a_response_that_cannot_be_sent_is_counted_and_the_transaction_goes_on(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(), udp)
    udp.fails = True
    user.invite.respond(180, to_tag=b"t")
    udp.fails = False
    user.invite.respond(200, to_tag=b"t")

    assert layer.responses_lost == 1
    assert udp.statuses() == [200]


def test_an_abandoned_transaction_sends_nothing_any_more(
    layer: TransactionLayer,
    user: UserRecord,
    server: ServerRecord,
    udp: FakeFlow,
    time: ManualTime,
    received: MakeRequest,
) -> None:
    layer.receive_request(received(), udp)
    transaction = user.invite
    transaction.user = server
    transaction.respond(486, to_tag=b"t")

    layer.abandon_all()
    time.run_out()
    transaction.respond(200, to_tag=b"t")

    assert udp.statuses() == [486]
    assert transaction.state == State.TERMINATED
    assert server.timeouts == 0
    assert layer.servers == {}


def test_a_transaction_is_silent_until_something_has_been_sent(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(), udp)

    was_silent = user.invite.is_silent
    user.invite.respond(100)

    assert was_silent
    assert not user.invite.is_silent


def test_responses_are_counted_by_status(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(), udp)
    for status in (180, 180, 200):
        user.invite.respond(status, to_tag=b"t")

    assert layer.responses_sent == {180: 2, 200: 1}
