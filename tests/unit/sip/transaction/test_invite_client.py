"""INVITE client transactions: Timers A, B, D and M, ACKs to failures (RFC 3261 §17.1.1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sip.message import Response
from sip.transaction import State, TransactionLayer
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.transaction_users import ClientRecord, MakeRequest, UserRecord

Respond = Callable[..., None]


def test_over_udp_an_invite_is_repeated_at_doubling_intervals_until_timer_b(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
) -> None:
    layer.send_request(ours(), udp, client)

    sent_at = [0.0]
    for tick in range(1, 66):
        before = len(udp.sent)
        time.advance(0.5)
        sent_at += [tick * 0.5] * (len(udp.sent) - before)

    assert sent_at == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert len(set(udp.sent)) == 1
    assert client.told == ["timeout"]
    assert layer.clients == {}
    assert layer.retransmissions_sent == 6


def test_over_tcp_an_invite_is_sent_once_and_given_up_after_timer_b(
    layer: TransactionLayer,
    client: ClientRecord,
    tcp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
) -> None:
    layer.send_request(ours(), tcp, client)

    time.advance(31.9)
    assert client.told == []
    time.advance(0.1)

    assert len(tcp.sent) == 1
    assert client.told == ["timeout"]
    assert not tcp.is_watched


def test_a_provisional_response_ends_repetition_and_timer_b(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    layer.send_request(request, udp, client)

    respond(request, 100, 180)
    time.advance(3_600)

    assert len(udp.sent) == 1
    assert client.told == [100, 180]
    assert len(layer.clients) == 1


def test_every_2xx_is_handed_to_the_user_until_timer_m(
    layer: TransactionLayer,
    client: ClientRecord,
    user: UserRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    layer.send_request(request, udp, client)

    respond(request, 180, 200, 200)
    time.advance(31.9)
    respond(request, 200)
    assert client.told == [180, 200, 200, 200]
    time.advance(0.1)
    respond(request, 200)

    assert client.told == [180, 200, 200, 200]
    assert [stray.status for stray in user.strays] == [200]
    assert udp.methods() == [b"INVITE"]  # its user acknowledges a 2xx


@pytest.mark.parametrize("late", [100, 180, 486])
def test_what_is_no_2xx_means_nothing_after_a_2xx(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    ours: MakeRequest,
    respond: Respond,
    late: int,
) -> None:
    request = ours()
    layer.send_request(request, udp, client)

    respond(request, 200, late)

    assert client.told == [200]
    assert udp.methods() == [b"INVITE"]


@pytest.mark.parametrize("before", [(), (180,)], ids=["calling", "proceeding"])
@pytest.mark.parametrize("status", [302, 404, 503, 603])
def test_a_failure_is_acknowledged_each_time_and_told_once(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    ours: MakeRequest,
    respond: Respond,
    before: tuple[int, ...],
    status: int,
) -> None:
    request = ours()
    layer.send_request(request, udp, client)

    respond(request, *before, status, status, status)

    assert client.told == [*before, status]
    assert udp.methods() == [b"INVITE", b"ACK", b"ACK", b"ACK"]


def test_the_ack_to_a_failure_is_the_invite_again_but_for_method_and_to(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours(routes=(b"<sip:p1.example;lr>", b"<sip:p2.example;lr>"))
    layer.send_request(request, udp, client)

    respond(request, 486, to_tag=b"busy")

    invite, ack = udp.requests()
    assert ack.uri == invite.uri
    assert ack.vias == invite.vias
    assert ack.routes == invite.routes
    assert ack.from_value == invite.from_value
    assert ack.to_value == b"<sip:agent@example.com>;tag=busy"
    assert ack.call_id == invite.call_id
    assert ack.header("CSeq") == "3 ACK"
    assert ack.header("Max-Forwards") == "70"


def test_the_ack_to_a_failure_has_the_one_via_of_this_element(
    layer: TransactionLayer, udp: FakeFlow, ours: MakeRequest, respond: Respond
) -> None:
    request = ours()
    request.push_via(b"SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKtop", b"z9hG4bKtop", b"192.0.2.99")
    layer.send_request(request, udp, None)

    respond(request, 486)

    assert udp.requests()[-1].vias == [b"SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKtop"]


@pytest.mark.parametrize(("transport", "seconds"), [(b"UDP", 32.0), (b"TCP", 0.0)])
def test_a_completed_invite_is_kept_for_timer_d(
    layer: TransactionLayer,
    client: ClientRecord,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
    transport: bytes,
    seconds: float,
) -> None:
    flow = FakeFlow(transport)
    request = ours()
    layer.send_request(request, flow, client)
    respond(request, 486)

    if seconds:
        time.advance(seconds - 0.1)
        respond(request, 486)
        assert len(layer.clients) == 1
        time.advance(0.1)
    else:
        time.advance(0)

    assert layer.clients == {}
    assert client.told == [486]


def test_a_failure_to_send_is_told_after_sending_has_returned(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
) -> None:
    udp.fails = True

    layer.send_request(ours(), udp, client)
    assert client.told == []
    time.advance(0)

    assert client.told == ["transport error"]
    assert layer.clients == {}
    time.run_out()
    assert client.told == ["transport error"]


def test_a_connection_lost_before_anything_was_heard_is_a_transport_error(
    layer: TransactionLayer,
    client: ClientRecord,
    tcp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
) -> None:
    layer.send_request(ours(), tcp, client)

    tcp.lose()
    time.run_out()

    assert client.told == ["transport error"]
    assert layer.clients == {}


def test_a_connection_lost_while_it_rings_ends_nothing_as_a_response_may_take_another(
    layer: TransactionLayer,
    client: ClientRecord,
    tcp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    layer.send_request(request, tcp, client)
    respond(request, 180)

    tcp.lose()
    time.advance(60)
    respond(request, 200)

    assert client.told == [180, 200]


def test_a_connection_lost_after_a_failure_tells_the_user_nothing_more(
    layer: TransactionLayer,
    client: ClientRecord,
    tcp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    layer.send_request(request, tcp, client)
    respond(request, 486)

    tcp.lose()
    time.run_out()

    assert client.told == [486]
    assert layer.clients == {}


def test_a_repetition_that_fails_while_the_answer_comes_tells_the_user_nothing_more(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    layer.send_request(request, udp, client)
    udp.fails = True
    time.now += 0.5
    time.deadlines.run(time.now)
    udp.fails = False
    respond(request, 486)
    time.advance(1)
    respond(request, 486)

    time.run_out()

    assert client.told == [486]
    assert udp.methods() == [b"INVITE", b"ACK", b"ACK"]


def test_an_abandoned_transaction_tells_nobody_anything(
    layer: TransactionLayer,
    client: ClientRecord,
    user: UserRecord,
    tcp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    transaction = layer.send_request(request, tcp, client)

    layer.abandon_all()
    tcp.lose()
    time.run_out()
    respond(request, 200)

    assert client.told == []
    assert transaction.state == State.TERMINATED
    assert len(user.strays) == 1
    assert layer.clients == {}


def test_a_user_may_abandon_the_transaction_while_it_is_told_of_a_response(
    layer: TransactionLayer, udp: FakeFlow, time: ManualTime, ours: MakeRequest, respond: Respond
) -> None:
    class Quitter(ClientRecord):
        def on_response(self, transaction: object, response: Response) -> None:
            super().on_response(sent, response)
            sent.abandon()

    quitter = Quitter()
    request = ours()
    sent = layer.send_request(request, udp, quitter)

    respond(request, 180, 486)
    time.run_out()

    assert quitter.told == [180]
    assert layer.clients == {}


def test_a_request_whose_way_is_lost_before_anything_was_heard_may_take_another(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    tcp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    via = b"SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bKother;rport"

    def find_other_way(transaction: object) -> bool:
        sent.send_by(udp, via, b"z9hG4bKother")
        return True

    sent = layer.open_client(request, tcp, client)
    sent.find_other_way = find_other_way
    sent.start()
    tcp.lose()
    respond(request, 180)
    time.run_out()

    assert tcp.methods() == [b"INVITE"]
    assert [r.vias for r in udp.requests()] == [[via]]
    assert client.told == [180]
    assert sent.flow is udp
    assert list(layer.clients) == [(b"z9hG4bKother", b"INVITE")]


def test_a_failure_of_the_way_that_was_left_does_not_concern_the_one_that_was_taken(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    tcp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
) -> None:
    ways = iter([udp])

    def find_other_way(transaction: object) -> bool:
        way = next(ways, None)
        if way is not None:
            sent.send_by(way, b"SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKo", b"z9hG4bKo")
        return way is not None

    tcp.fails = True
    sent = layer.open_client(ours(), tcp, client)
    sent.find_other_way = find_other_way
    sent.start()
    tcp.lose()
    time.advance(1)

    assert client.told == []
    udp.fails = True
    time.run_out()
    assert client.told == ["transport error"]
