"""Which transaction a message belongs to, and what happens when there are too many."""

from __future__ import annotations

import pytest

from sip.message import Request, Response
from sip.transaction import BranchSource, TransactionLayer
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.transaction_users import MakeRequest, UserRecord, layer_with


@pytest.mark.parametrize(
    "other",
    [
        {"branch": b"z9hG4bK-two"},
        {"sent_by": b"192.0.2.1:5062"},
        {"sent_by": b"192.0.2.2:5060"},
        {"method": b"OPTIONS"},
    ],
    ids=["branch", "port", "host", "method"],
)
def test_requests_that_differ_in_branch_sent_by_or_method_are_two(
    layer: TransactionLayer,
    user: UserRecord,
    udp: FakeFlow,
    received: MakeRequest,
    other: dict[str, bytes],
) -> None:
    layer.receive_request(received(), udp)
    layer.receive_request(received(other.pop("method", b"INVITE"), **other), udp)

    assert len(user.requests) == 2


def test_what_else_differs_makes_no_new_request_of_the_same_branch(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(), udp)
    layer.receive_request(received(uri=b"sip:somebody.else@192.0.2.99", cseq=9), udp)

    assert len(user.requests) == 1


@pytest.mark.parametrize("branch", [b"", b"1234", b"z9hG4b", b"Z9HG4BK1"])
@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ({}, True),
        ({"cseq": 2}, False),
        ({"uri": b"sip:other@192.0.2.99"}, False),
        ({"sent_by": b"192.0.2.1:5099"}, False),
    ],
    ids=["same", "cseq", "uri", "via"],
)
def test_without_a_branch_of_rfc_3261_the_older_rules_tell_requests_apart(
    layer: TransactionLayer,
    user: UserRecord,
    udp: FakeFlow,
    received: MakeRequest,
    branch: bytes,
    other: dict[str, bytes | int],
    is_same: bool,
) -> None:
    layer.receive_request(received(branch=branch), udp)
    layer.receive_request(received(branch=branch, **other), udp)

    assert len(user.requests) == (1 if is_same else 2)


def test_an_ack_of_rfc_2543_ends_the_repetition_of_a_failure(
    layer: TransactionLayer,
    user: UserRecord,
    udp: FakeFlow,
    time: ManualTime,
    received: MakeRequest,
) -> None:
    layer.receive_request(received(branch=b""), udp)
    user.invite.respond(486, to_tag=b"t")

    layer.receive_request(received(b"ACK", branch=b"", to_tag=b"t"), udp)
    time.run_out()

    assert udp.statuses() == [486]
    assert user.acks == []


def test_an_ack_of_rfc_2543_to_a_2xx_is_handed_to_the_user(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(branch=b""), udp)
    user.invite.respond(200, to_tag=b"t")

    layer.receive_request(received(b"ACK", branch=b"", to_tag=b"t"), udp)

    assert len(user.acks) == 1


def test_an_ack_to_a_2xx_has_a_branch_of_its_own_and_is_handed_to_the_user(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(), udp)
    user.invite.respond(200, to_tag=b"t")

    ack: Request = received(b"ACK", branch=b"z9hG4bK-ack", to_tag=b"t")
    layer.receive_request(ack, udp)
    layer.receive_request(ack, udp)

    assert user.acks == [ack, ack]
    assert len(layer.servers) == 1


def test_an_ack_before_any_response_is_dropped(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(), udp)
    layer.receive_request(received(b"ACK"), udp)

    assert user.acks == []
    assert udp.sent == []


def test_a_response_is_known_by_branch_and_method(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, ours: MakeRequest
) -> None:
    request = ours()
    layer.send_request(request, udp, None)

    stranger = ours()
    layer.receive_response(Response.build(stranger, 200, to_tag=b"t"), udp)
    cancel = Request.build(
        b"CANCEL",
        request.uri,
        via=request.vias[0],
        from_value=request.from_value,
        to_value=request.to_value,
        call_id=request.call_id,
        cseq=request.cseq,
    )
    layer.receive_response(Response.build(cancel, 200, to_tag=b"t"), udp)

    assert len(user.strays) == 2


def test_branches_begin_with_the_magic_cookie_and_never_repeat() -> None:
    one, other = BranchSource(), BranchSource()

    branches = [source.new() for source in (one, other) for _ in range(100)]

    assert all(branch.startswith(b"z9hG4bK") for branch in branches)
    assert len(set(branches)) == 200
    assert one.new(b".l123").endswith(b".l123")


@pytest.fixture
def small(user: UserRecord, time: ManualTime) -> TransactionLayer:
    return layer_with(user, time, max_transactions=2)


def test_past_the_bound_new_requests_are_turned_away_without_being_kept(
    small: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    for number in range(5):
        small.receive_request(received(branch=b"z9hG4bK-%d" % number), udp)

    assert len(small.servers) == 2
    assert len(user.requests) == 2
    assert small.turned_away == 3
    assert udp.statuses() == [503, 503, 503]
    assert {r.header("Retry-After") for r in udp.responses()} == {"5"}


def test_a_request_that_is_turned_away_twice_gets_the_same_response(
    small: TransactionLayer, udp: FakeFlow, received: MakeRequest
) -> None:
    for branch in (b"z9hG4bK-1", b"z9hG4bK-2", b"z9hG4bK-3", b"z9hG4bK-3", b"z9hG4bK-4"):
        small.receive_request(received(branch=branch), udp)

    first, second, third = udp.sent
    assert first == second
    assert udp.responses()[0].to_tag not in (b"", udp.responses()[2].to_tag)
    assert third != first


def test_past_the_bound_what_is_known_goes_on_and_cancels_are_heeded(
    small: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    for branch in (b"z9hG4bK-1", b"z9hG4bK-2"):
        small.receive_request(received(branch=branch), udp)

    small.receive_request(received(branch=b"z9hG4bK-1"), udp)
    small.receive_request(received(b"CANCEL", branch=b"z9hG4bK-1"), udp)
    small.receive_request(received(b"CANCEL", branch=b"z9hG4bK-7"), udp)

    assert udp.statuses() == [200, 487, 503]


def test_past_the_bound_no_ack_is_answered(
    small: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    for branch in (b"z9hG4bK-1", b"z9hG4bK-2"):
        small.receive_request(received(branch=branch), udp)

    small.receive_request(received(b"ACK", branch=b"z9hG4bK-9"), udp)

    assert udp.sent == []
    assert len(user.acks) == 1
