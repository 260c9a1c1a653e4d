"""CANCEL: what it ends, when it is sent, how it is answered (RFC 3261 §9)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sip.transaction import TransactionLayer
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.transaction_users import ClientRecord, MakeRequest, ServerRecord, UserRecord

Respond = Callable[..., None]


def test_a_cancel_of_ours_has_the_route_and_the_branch_of_its_invite(
    layer: TransactionLayer, udp: FakeFlow, ours: MakeRequest, respond: Respond
) -> None:
    request = ours(routes=(b"<sip:p1.example;lr>",))
    request.push_via(b"SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKtop", b"z9hG4bKtop", b"192.0.2.99")
    transaction = layer.send_request(request, udp, None)
    respond(request, 180)

    transaction.cancel([(b"Reason", b"SIP;cause=200")])

    invite, cancel = udp.requests()
    assert cancel.method == b"CANCEL"
    assert cancel.uri == invite.uri
    assert cancel.vias == invite.vias[:1]
    assert cancel.routes == invite.routes
    assert cancel.call_id == invite.call_id
    assert (cancel.from_value, cancel.to_value) == (invite.from_value, invite.to_value)
    assert cancel.header("CSeq") == "3 CANCEL"
    assert cancel.header("Reason") == "SIP;cause=200"


def test_a_cancel_waits_until_there_is_a_provisional_response(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    transaction = layer.send_request(request, udp, client)

    transaction.cancel()
    time.advance(1)
    assert udp.methods() == [b"INVITE", b"INVITE"]
    respond(request, 100)

    assert udp.methods() == [b"INVITE", b"INVITE", b"CANCEL"]
    respond(request, 180, 183)
    assert udp.methods().count(b"CANCEL") == 1


def test_an_invite_that_has_no_provisional_response_at_all_is_never_cancelled(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
) -> None:
    transaction = layer.send_request(ours(), udp, client)

    transaction.cancel()
    time.run_out()

    assert b"CANCEL" not in udp.methods()
    assert client.told == ["timeout"]


def test_an_invite_is_cancelled_once(
    layer: TransactionLayer,
    udp: FakeFlow,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    transaction = layer.send_request(request, udp, None)
    respond(request, 180)

    for _ in range(3):
        layer.cancel(transaction)

    assert udp.methods() == [b"INVITE", b"CANCEL"]
    assert transaction.is_cancelled


@pytest.mark.parametrize("status", [200, 486])
def test_an_invite_that_has_its_final_response_is_not_cancelled(
    layer: TransactionLayer, udp: FakeFlow, ours: MakeRequest, respond: Respond, status: int
) -> None:
    request = ours()
    transaction = layer.send_request(request, udp, None)
    respond(request, 180, status)

    transaction.cancel()

    assert b"CANCEL" not in udp.methods()


def test_a_delayed_cancel_is_not_sent_once_the_final_response_has_come(
    layer: TransactionLayer, udp: FakeFlow, ours: MakeRequest, respond: Respond
) -> None:
    request = ours()
    transaction = layer.send_request(request, udp, None)
    transaction.cancel()

    respond(request, 486, 180)

    assert b"CANCEL" not in udp.methods()


def test_no_request_but_an_invite_is_cancelled(
    layer: TransactionLayer, udp: FakeFlow, ours: MakeRequest, respond: Respond
) -> None:
    request = ours(b"OPTIONS")
    transaction = layer.send_request(request, udp, None)
    respond(request, 100)

    transaction.cancel()

    assert udp.methods() == [b"OPTIONS"]


def test_a_cancelled_invite_without_a_final_response_is_given_up_after_64_t1(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    transaction = layer.send_request(request, udp, client)
    respond(request, 180)
    time.advance(100)

    transaction.cancel()
    time.advance(31.9)
    assert client.told == [180]
    time.advance(0.1)

    assert client.told == [180, "timeout"]
    time.run_out()
    assert layer.clients == {}


def test_a_cancelled_invite_ends_with_its_487_which_is_acknowledged(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    time: ManualTime,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    transaction = layer.send_request(request, udp, client)
    respond(request, 180)
    transaction.cancel()

    respond(udp.requests()[-1], 200)
    respond(request, 487)
    time.run_out()

    assert client.told == [180, 487]
    assert udp.methods() == [b"INVITE", b"CANCEL", b"ACK"]
    assert layer.clients == {}


def test_a_2xx_that_crosses_our_cancel_reaches_the_user(
    layer: TransactionLayer,
    client: ClientRecord,
    udp: FakeFlow,
    ours: MakeRequest,
    respond: Respond,
) -> None:
    request = ours()
    transaction = layer.send_request(request, udp, client)
    respond(request, 180)
    transaction.cancel()

    respond(request, 200)

    assert client.told == [180, 200]


def test_a_cancel_is_answered_200_and_told_to_the_user_of_its_invite(
    layer: TransactionLayer,
    user: UserRecord,
    server: ServerRecord,
    udp: FakeFlow,
    received: MakeRequest,
) -> None:
    layer.receive_request(received(), udp)
    user.invite.user = server
    user.invite.respond(180, to_tag=b"ringing")

    layer.receive_request(received(b"CANCEL", b"Reason: SIP;cause=200"), udp)

    answer = udp.responses()[-1]
    assert (answer.status, answer.method) == (200, b"CANCEL")
    assert answer.to_tag == b"ringing"  # §9.2: the same tag as in the INVITE's own response
    assert [cancel.header("Reason") for cancel in server.cancels] == ["SIP;cause=200"]
    assert len(user.requests) == 1


def test_a_repeated_cancel_is_answered_again_and_told_once(
    layer: TransactionLayer,
    user: UserRecord,
    server: ServerRecord,
    udp: FakeFlow,
    received: MakeRequest,
) -> None:
    layer.receive_request(received(), udp)
    user.invite.user = server

    for _ in range(3):
        layer.receive_request(received(b"CANCEL"), udp)

    assert udp.statuses() == [200, 200, 200]
    assert len(set(udp.sent)) == 1
    assert len(server.cancels) == 1


def test_an_invite_that_nobody_looks_after_is_answered_487_when_cancelled(
    layer: TransactionLayer, user: UserRecord, udp: FakeFlow, received: MakeRequest
) -> None:
    layer.receive_request(received(), udp)

    layer.receive_request(received(b"CANCEL"), udp)

    assert [(r.status, r.method) for r in udp.responses()] == [(200, b"CANCEL"), (487, b"INVITE")]
    assert len({r.to_tag for r in udp.responses()} - {b""}) == 1


@pytest.mark.parametrize(
    "cancel",
    [
        {"branch": b"z9hG4bK-other"},
        {"sent_by": b"192.0.2.1:5070"},
        {"sent_by": b"192.0.2.7"},
    ],
    ids=["other-branch", "other-port", "other-host"],
)
def test_a_cancel_that_matches_no_invite_is_answered_481(
    layer: TransactionLayer,
    user: UserRecord,
    server: ServerRecord,
    udp: FakeFlow,
    received: MakeRequest,
    cancel: dict[str, bytes],
) -> None:
    layer.receive_request(received(), udp)
    user.invite.user = server

    layer.receive_request(received(b"CANCEL", **cancel), udp)

    assert udp.statuses() == [481]
    assert udp.responses()[0].to_tag
    assert server.cancels == []


@pytest.mark.parametrize("status", [200, 486])
@pytest.mark.parametrize("is_released", [False, True], ids=["kept", "released"])
def test_a_cancel_after_the_final_response_is_answered_200_and_changes_nothing(
    layer: TransactionLayer,
    user: UserRecord,
    server: ServerRecord,
    udp: FakeFlow,
    received: MakeRequest,
    status: int,
    is_released: bool,
) -> None:
    layer.receive_request(received(), udp)
    user.invite.user = server
    user.invite.respond(status, to_tag=b"t")
    if is_released and status == 200:
        user.invite.release()

    layer.receive_request(received(b"CANCEL"), udp)

    assert [(r.status, r.method) for r in udp.responses()] == [
        (status, b"INVITE"),
        (200, b"CANCEL"),
    ]
    assert server.cancels == []


def test_a_cancel_finds_an_invite_of_rfc_2543(
    layer: TransactionLayer,
    user: UserRecord,
    server: ServerRecord,
    udp: FakeFlow,
    received: MakeRequest,
) -> None:
    layer.receive_request(received(branch=b""), udp)
    user.invite.user = server

    layer.receive_request(received(b"CANCEL", branch=b""), udp)

    assert udp.statuses() == [200]
    assert len(server.cancels) == 1
