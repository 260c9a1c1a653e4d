"""What the tests of transactions share: time, a layer, its user, and messages to feed it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sip.message import Request, Response, parse_message
from sip.transaction import TransactionLayer
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.sip_messages import message
from tests.support.transaction_users import (
    ClientRecord,
    MakeRequest,
    ServerRecord,
    UserRecord,
    layer_with,
)


@pytest.fixture
def time() -> ManualTime:
    return ManualTime()


@pytest.fixture
def user() -> UserRecord:
    return UserRecord()


@pytest.fixture
def layer(user: UserRecord, time: ManualTime) -> TransactionLayer:
    return layer_with(user, time)


@pytest.fixture
def udp() -> FakeFlow:
    return FakeFlow(b"UDP")


@pytest.fixture
def tcp() -> FakeFlow:
    return FakeFlow(b"TCP")


@pytest.fixture
def client() -> ClientRecord:
    return ClientRecord()


@pytest.fixture
def server() -> ServerRecord:
    return ServerRecord()


@pytest.fixture
def received() -> MakeRequest:
    """Make a request as it comes from the network."""

    def make(
        method: bytes = b"INVITE",
        *lines: bytes,
        branch: bytes = b"z9hG4bK-one",
        to_tag: bytes = b"",
        cseq: int = 1,
        sent_by: bytes = b"192.0.2.1:5060",
        uri: bytes = b"sip:service@192.0.2.99",
    ) -> Request:
        branched = b";branch=" + branch if branch else b""
        parsed = parse_message(
            message(
                b"%b %b SIP/2.0" % (method, uri),
                b"Via: SIP/2.0/UDP %b%b" % (sent_by, branched),
                b"From: <sip:caller@example.com>;tag=theirs",
                b"To: <sip:service@example.com>" + (b";tag=" + to_tag if to_tag else b""),
                b"Call-ID: call@example",
                b"CSeq: %d %b" % (cseq, method),
                *lines,
                b"Content-Length: 0",
            )
        )
        assert isinstance(parsed, Request)
        return parsed

    return make


@pytest.fixture
def ours(layer: TransactionLayer) -> MakeRequest:
    """Make a request as this side sends it, its Via on top."""

    def make(method: bytes = b"INVITE", *, routes: tuple[bytes, ...] = ()) -> Request:
        via = b"SIP/2.0/UDP 192.0.2.99:5060;branch=%b;rport" % layer.branches.new()
        return Request.build(
            method,
            b"sip:agent@192.0.2.1",
            via=via,
            from_value=b"<sip:us@example.com>;tag=ours",
            to_value=b"<sip:agent@example.com>",
            call_id=b"ours@example",
            cseq=3,
            headers=[(b"Route", route) for route in routes],
        )

    return make


@pytest.fixture
def respond(layer: TransactionLayer, udp: FakeFlow) -> Callable[..., None]:
    """Let a response to one of our requests come in."""

    def come(request: Request, *statuses: int, to_tag: bytes = b"theirs") -> None:
        for status in statuses:
            response = Response.build(request, status, to_tag=to_tag)
            layer.receive_response(response, udp)

    return come
