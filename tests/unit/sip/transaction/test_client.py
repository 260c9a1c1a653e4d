"""Client transactions of other requests: Timers E, F and K (RFC 3261 §17.1.2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sip.transaction import TransactionLayer
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.transaction_users import ClientRecord, MakeRequest, UserRecord

Respond = Callable[..., None]


def times_sent(flow: FakeFlow, time: ManualTime, seconds: float) -> list[float]:
    """When something was sent by `flow` within the next `seconds`, from now."""
    times = []
    for tick in range(1, int(seconds * 2) + 1):
        before = len(flow.sent)
        time.advance(0.5)
        times += [tick * 0.5] * (len(flow.sent) - before)
    return times


def test_over_udp_a_request_is_repeated_at_intervals_that_double_up_to_t2_until_timer_f(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
) -> None:
    layer.send_request(ours(b"BYE"), udp, client)

    assert times_sent(udp, time, 40) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert client.told == ["timeout"]
    assert layer.clients == {}


def test_over_tcp_a_request_is_sent_once_and_given_up_after_timer_f(
    layer: TransactionLayer,
    client: ClientRecord,
    tcp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
) -> None:
    layer.send_request(ours(b"BYE"), tcp, client)

    assert times_sent(tcp, time, 31.5) == []
    assert client.told == []
    time.advance(0.5)
    assert client.told == ["timeout"]
    assert not tcp.is_watched


def test_after_a_provisional_response_the_request_is_repeated_every_t2_until_timer_f(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours(b"OPTIONS")
    layer.send_request(request, udp, client)
    time.advance(1)  # Timer E has fired once, and is to fire again at 1.5

    respond(request, 100)

    assert times_sent(udp, time, 40) == [0.5, 4.5, 8.5, 12.5, 16.5, 20.5, 24.5, 28.5]
    assert client.told == [100, "timeout"]
    assert layer.retransmissions_sent == 9


def test_over_tcp_nothing_is_repeated_after_a_provisional_response(
    layer: TransactionLayer,
    client: ClientRecord,
    tcp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours(b"OPTIONS")
    layer.send_request(request, tcp, client)

    respond(request, 100)

    assert times_sent(tcp, time, 40) == []
    assert client.told == [100, "timeout"]


@pytest.mark.parametrize("before", [(), (100,)], ids=["trying", "proceeding"])
@pytest.mark.parametrize("status", [200, 302, 404, 503, 603])
def test_the_first_final_response_is_told_and_repetitions_are_absorbed(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
    before: tuple[int, ...],
    status: int,
) -> None:
    request = ours(b"OPTIONS")
    layer.send_request(request, udp, client)

    respond(request, *before, status, status, 100)

    assert client.told == [*before, status]
    assert times_sent(udp, time, 40) == []
    assert udp.methods() == [b"OPTIONS"]


@pytest.mark.parametrize(("transport", "seconds"), [(b"UDP", 5.0), (b"TCP", 0.0)])
def test_a_completed_request_is_kept_for_timer_k(
    layer: TransactionLayer,
    user: UserRecord,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
    transport: bytes,
    seconds: float,
) -> None:
    request = ours(b"OPTIONS")
    layer.send_request(request, FakeFlow(transport), None)
    respond(request, 200)

    if seconds:
        time.advance(seconds - 0.1)
        respond(request, 200)
        assert user.strays == []
        time.advance(0.1)
    else:
        time.advance(0)

    assert layer.clients == {}
    respond(request, 200)
    assert len(user.strays) == 1


@pytest.mark.parametrize("before", [(), (100,)], ids=["trying", "proceeding"])
def test_a_lost_connection_is_a_transport_error(
    layer: TransactionLayer,
    client: ClientRecord,
    tcp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
    before: tuple[int, ...],
) -> None:
    request = ours(b"OPTIONS")
    layer.send_request(request, tcp, client)
    respond(request, *before)

    tcp.lose()
    time.run_out()

    assert client.told == [*before, "transport error"]
    assert layer.clients == {}


def test_a_connection_lost_after_the_answer_tells_the_user_nothing_more(
    layer: TransactionLayer,
    client: ClientRecord,
    tcp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours(b"OPTIONS")
    layer.send_request(request, tcp, client)
    respond(request, 200)

    tcp.lose()
    time.run_out()

    assert client.told == [200]


def test_a_request_may_have_no_user(
    layer: TransactionLayer, udp: FakeFlow, time: ManualTime, ours: MakeRequest, respond: Respond
) -> None:
    request = ours(b"BYE")
    layer.send_request(request, udp, None)
    layer.send_request(ours(b"BYE"), udp, None)
    respond(request, 100, 200)

    time.run_out()

    assert layer.clients == {}


def test_layers_that_share_their_clients_hear_each_others_responses(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    other = TransactionLayer(layer.user, time.deadlines, layer.timers, clients=layer.clients)
    request = ours(b"OPTIONS")
    other.send_request(request, udp, client)

    respond(request, 200)  # comes in by `layer`

    assert client.told == [200]


def test_a_layer_abandons_only_its_own_clients(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    other = TransactionLayer(layer.user, time.deadlines, layer.timers, clients=layer.clients)
    request = ours(b"OPTIONS")
    layer.send_request(request, udp, client)

    other.abandon_all()
    respond(request, 200)

    assert client.told == [200]


def test_requests_are_counted_by_transport_and_method_as_often_as_they_are_sent(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    layer.send_request(request, udp, client)
    time.advance(0.6)
    respond(request, 486)

    assert layer.requests_sent == {(b"UDP", b"INVITE"): 2, (b"UDP", b"ACK"): 1}
