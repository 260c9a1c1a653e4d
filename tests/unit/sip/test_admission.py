"""What an element refuses before it asks whom a request is for (RFC 3261 §8.2)."""

from __future__ import annotations

import pytest

from sip.admission import Fault, judge
from sip.message import Request, parse_message
from tests.support.sip_messages import SDP, message

SDP_TYPE = b"Content-Type: application/sdp"


def request(
    method: bytes = b"INVITE", *lines: bytes, uri: bytes = b"sip:a@b", body: bytes = b""
) -> Request:
    parsed = parse_message(
        message(
            method + b" " + uri + b" SIP/2.0",
            b"Via: SIP/2.0/UDP c;branch=z9hG4bK1",
            b"From: <sip:c@d>;tag=1",
            b"To: <sip:a@b>",
            b"Call-ID: x",
            b"CSeq: 1 " + method,
            *lines,
            b"Content-Length: %d" % len(body),
            body=body,
        )
    )
    assert isinstance(parsed, Request)
    return parsed


def fault(asked: Request, *extensions: bytes) -> Fault | None:
    return judge(asked, frozenset(extensions))


@pytest.mark.parametrize("uri", [b"sip:a@b", b"sips:a@b", b"tel:+15551234", b"SIP:a@b", b"TEL:1"])
def test_a_uri_of_a_known_scheme_is_taken(uri: bytes) -> None:
    assert fault(request(uri=uri)) is None


@pytest.mark.parametrize("uri", [b"http://a.example", b"unknown:x", b"sipx:a@b", b"im:a@b"])
def test_a_uri_of_another_scheme_is_refused_with_416(uri: bytes) -> None:
    assert fault(request(uri=uri)) == Fault(416)


@pytest.mark.parametrize("name", [b"Require", b"Proxy-Require"])
def test_an_extension_that_is_not_known_is_refused_with_420_and_named(name: bytes) -> None:
    found = fault(request(b"OPTIONS", name + b": 100rel, gruu"), b"100rel")

    assert found == Fault(420, None, b"Unsupported: gruu\r\n")


def test_every_unknown_extension_is_named_once() -> None:
    found = fault(request(b"OPTIONS", b"Require: b, a", b"Require: b", b"Proxy-Require: c"))

    assert found is not None
    assert found.headers == b"Unsupported: b, a, c\r\n"


def test_extensions_are_known_in_any_case() -> None:
    assert fault(request(b"OPTIONS", b"Require: 100REL"), b"100rel") is None


@pytest.mark.parametrize("method", [b"ACK", b"CANCEL"])
def test_nothing_can_be_required_of_an_ack_or_a_cancel(method: bytes) -> None:
    assert fault(request(method, b"Require: gruu")) is None


@pytest.mark.parametrize(
    "kind",
    [b"application/sdp", b"Application/SDP", b"application/sdp;charset=utf-8",
     b"multipart/mixed;boundary=x"],
)  # fmt: skip
def test_an_invite_with_a_body_that_can_be_read_is_taken(kind: bytes) -> None:
    assert fault(request(b"INVITE", b"Content-Type: " + kind, body=SDP)) is None


@pytest.mark.parametrize("kind", [b"text/plain", b"application/sdpx", b"application/json"])
def test_an_invite_with_another_body_is_refused_with_415_and_told_what_is_taken(
    kind: bytes,
) -> None:
    found = fault(request(b"INVITE", b"Content-Type: " + kind, body=SDP))

    assert found is not None
    assert found.status == 415
    assert b"application/sdp" in found.headers


def test_other_requests_may_have_any_body() -> None:
    assert fault(request(b"MESSAGE", b"Content-Type: text/plain", body=b"hello")) is None


def test_an_encoded_body_is_refused_with_415() -> None:
    gzip = request(b"INVITE", SDP_TYPE, b"Content-Encoding: gzip", body=SDP)
    plain = request(b"INVITE", SDP_TYPE, b"Content-Encoding: identity", body=SDP)

    assert fault(gzip) == Fault(415, None, b"Accept-Encoding: identity\r\n")
    assert fault(plain) is None


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (b"application/sdp", None),
        (b"Application / SDP ;level=1", None),
        (b"text/plain, application/*", None),
        (b"*/*", None),
        (b"text/plain", 406),
        (b"text/plain, application/json;q=0.5", 406),
    ],
)
def test_an_invite_that_takes_no_description_is_refused_with_406(
    accept: bytes, status: int | None
) -> None:
    found = fault(request(b"INVITE", b"Accept: " + accept))

    assert (found.status if found else None) == status
