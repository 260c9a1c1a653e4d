"""Dialogs: what both sides remember, and the requests that they make of it (RFC 3261 §12)."""

from __future__ import annotations

import pytest

from sip.dialog import Dialog, next_hop, uri_of
from sip.message import Request, Response, parse_message
from tests.support.sip_messages import message

ROUTES = (b"<sip:p1.example;lr>", b"<sip:p2.example;lr>")


def invite(*lines: bytes, cseq: int = 7) -> Request:
    parsed = parse_message(
        message(
            b"INVITE sip:service@192.0.2.99 SIP/2.0",
            b"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa",
            b'From: "Caller" <sip:caller@example.com>;tag=theirs',
            b"To: <sip:service@example.com>",
            b"Call-ID: call@example",
            b"CSeq: %d INVITE" % cseq,
            *lines,
            b"Content-Length: 0",
        )
    )
    assert isinstance(parsed, Request)
    return parsed


def answer(request: Request, *lines: tuple[bytes, bytes]) -> Response:
    return Response.build(request, 200, to_tag=b"ours", headers=lines)


def dialog_with(
    route_set: tuple[bytes, ...], contact: bytes | None = b"<sip:peer@192.0.2.1>"
) -> Dialog:
    return Dialog(
        b"call@example",
        b"<sip:us@example.com>;tag=ours",
        b"ours",
        b"<sip:peer@example.com>;tag=theirs",
        b"theirs",
        contact,
        route_set,
        1,
        None,
    )


def test_a_server_learns_the_dialog_from_the_request_and_its_own_tag() -> None:
    request = invite(b"Contact: <sip:caller@192.0.2.1>")

    dialog = Dialog.of_server(request, b"ours")

    assert dialog.call_id == b"call@example"
    assert dialog.local_value == b"<sip:service@example.com>;tag=ours"
    assert dialog.remote_value == b'"Caller" <sip:caller@example.com>;tag=theirs'
    assert (dialog.local_tag, dialog.remote_tag) == (b"ours", b"theirs")
    assert dialog.remote_target == b"sip:caller@192.0.2.1"
    assert dialog.remote_seq == 7


def test_a_client_learns_the_dialog_from_the_response() -> None:
    request = invite()

    dialog = Dialog.of_client(request, answer(request, (b"Contact", b"<sip:agent@192.0.2.7>")))

    assert dialog.local_value == b'"Caller" <sip:caller@example.com>;tag=theirs'
    assert dialog.remote_value == b"<sip:service@example.com>;tag=ours"
    assert dialog.remote_target == b"sip:agent@192.0.2.7"
    assert (dialog.local_seq, dialog.remote_seq) == (7, None)


def test_a_server_takes_the_record_route_in_order_and_a_client_backwards() -> None:
    request = invite(b"Record-Route: " + ROUTES[0], b"Record-Route: " + ROUTES[1])

    server = Dialog.of_server(request, b"ours")
    client = Dialog.of_client(request, answer(request))

    assert server.route_set == ROUTES
    assert client.route_set == ROUTES[::-1]


def test_requests_in_a_dialog_count_cseq_up_from_the_one_that_made_it() -> None:
    request = invite(cseq=41)
    dialog = Dialog.of_client(request, answer(request))

    numbers = [dialog.request(method).cseq for method in (b"INFO", b"UPDATE", b"BYE")]

    assert numbers == [42, 43, 44]


def test_an_ack_has_the_number_of_its_invite_and_uses_none_up() -> None:
    request = invite(cseq=41)
    dialog = Dialog.of_client(request, answer(request))

    ack = dialog.request(b"ACK", cseq=request.cseq)

    assert ack.header("CSeq") == "41 ACK"
    assert dialog.request(b"BYE").cseq == 42


def test_cseq_never_passes_its_largest_number() -> None:
    dialog = dialog_with(())
    dialog.local_seq = 2**31 - 2

    assert [dialog.request(b"INFO").cseq for _ in range(3)] == [2**31 - 1] * 3


def test_a_request_in_a_dialog_carries_both_tags_the_call_id_and_no_via_yet() -> None:
    request = dialog_with(()).request(
        b"INFO", headers=[(b"Content-Type", b"text/plain")], body=b"1"
    )

    assert request.from_tag == b"ours"
    assert request.to_tag == b"theirs"
    assert request.call_id == b"call@example"
    assert request.vias == []
    assert request.body == b"1"
    assert request.header("Content-Type") == "text/plain"


def test_the_request_uri_is_the_remote_target_where_the_first_router_is_loose() -> None:
    request = dialog_with(ROUTES).request(b"BYE")

    assert request.uri == b"sip:peer@192.0.2.1"
    assert tuple(request.routes) == ROUTES
    assert next_hop(request) == b"sip:p1.example;lr"


def test_a_strict_router_is_made_the_request_uri_and_the_target_the_last_route() -> None:
    strict = b"<sip:p1.example>"

    request = dialog_with((strict, ROUTES[1])).request(b"BYE")

    assert request.uri == b"sip:p1.example"
    assert request.routes == [ROUTES[1], b"<sip:peer@192.0.2.1>"]
    assert next_hop(request) == b"sip:p2.example;lr"


def test_a_strict_router_loses_what_a_request_uri_may_not_have() -> None:
    strict = b"<sip:method=x@p1.example;method=INVITE;transport=tcp?Subject=x>"

    request = dialog_with((strict,)).request(b"BYE")

    assert request.uri == b"sip:method=x@p1.example;transport=tcp"


def test_a_request_without_a_route_goes_to_its_request_uri() -> None:
    assert next_hop(dialog_with(()).request(b"BYE")) == b"sip:peer@192.0.2.1"


def test_a_request_whose_only_router_was_strict_goes_to_its_request_uri() -> None:
    request = dialog_with((b"<sip:p1.example>",)).request(b"BYE")

    assert next_hop(request) == b"sip:p1.example"


@pytest.mark.parametrize(
    ("route", "is_loose"),
    [
        (b"<sip:p.example;lr>", True),
        (b"<sip:p.example;LR>", True),
        (b"<sip:p.example;lr=on>", True),
        (b"<sip:p.example;transport=tcp;lr>", True),
        (b"<sip:p.example;lr;ftag=1>", True),
        (b"<sip:u@p.example:5080;lr?X=1>", True),
        (b'"Edge <x>" <sip:p.example;lr>', True),
        (b"<sip:p.example>", False),
        (b"<sip:p.example>;lr", False),
        (b"<sip:p.example;lrx>", False),
        (b"<sip:p.example;lr-mode=1>", False),
        (b"<sip:p.example;x=;lrx=lr>", False),
        (b"<sip:user;lr@p.example>", False),
        (b"<sip:p.example?X=;lr>", False),
    ],
)
def test_a_router_is_loose_if_its_uri_has_the_lr_parameter(route: bytes, is_loose: bool) -> None:
    request = dialog_with((route,)).request(b"BYE")

    assert (request.routes == [route]) is is_loose


def test_a_peer_without_a_contact_is_reached_by_what_its_from_says() -> None:
    dialog = dialog_with((), contact=None)

    assert dialog.remote_target == b""
    assert dialog.request(b"BYE").uri == b"sip:peer@example.com"


@pytest.mark.parametrize(
    ("known", "cseq", "is_in_order"),
    [(None, 0, True), (7, 8, True), (7, 100, True), (7, 7, True), (7, 6, False), (7, 0, False)],
)
def test_a_request_with_a_lower_cseq_than_the_last_is_out_of_order(
    known: int | None, cseq: int, is_in_order: bool
) -> None:
    dialog = dialog_with(())
    dialog.remote_seq = known

    assert dialog.accepts(invite(cseq=cseq)) is is_in_order
    assert dialog.remote_seq == (cseq if is_in_order else known)


def test_a_target_refresh_moves_the_remote_target_and_nothing_else_does() -> None:
    dialog = dialog_with(ROUTES)

    dialog.refresh_target(invite(b"Contact: <sip:peer@192.0.2.50>"))
    dialog.refresh_target(invite())

    assert dialog.remote_target == b"sip:peer@192.0.2.50"
    assert dialog.route_set == ROUTES


@pytest.mark.parametrize(
    ("value", "uri"),
    [
        (b"<sip:a@b>", b"sip:a@b"),
        (b"sip:a@b", b"sip:a@b"),
        (b"sip:a@b;expires=3", b"sip:a@b"),
        (b'"A, <B>" <sip:a@b;x=1>;tag=2', b"sip:a@b;x=1"),
        (b"A B <sips:a@b>", b"sips:a@b"),
    ],
)
def test_the_uri_of_an_address_is_what_stands_in_its_brackets(value: bytes, uri: bytes) -> None:
    assert uri_of(value) == uri
