"""Who stands above and who speaks to an endpoint on the loopback in tests."""

from __future__ import annotations

import socket

from sip.endpoint import Endpoint
from sip.message import Request, Response, parse_message
from sip.transaction import ServerTransaction
from tests.support.sip_messages import message
from tests.support.transaction_users import UserRecord
from tests.support.until import until

__all__ = ["LOOPBACK", "Peer", "User", "options"]

LOOPBACK = "127.0.0.1"


class User(UserRecord):
    """Answers every request 200, unless it is told to raise."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = True
        self.fault: Exception | None = None

    def on_request(self, transaction: ServerTransaction, request: Request) -> None:
        super().on_request(transaction, request)
        if self.fault is not None:
            raise self.fault
        if self.answers:
            transaction.respond(200, to_tag=b"ours")


class Peer:
    """A UDP socket that speaks SIP."""

    def __init__(self, sock: socket.socket, endpoint: Endpoint) -> None:
        self.sock = sock
        self.port: int = sock.getsockname()[1]
        self._address = (LOOPBACK, endpoint.port)

    def send(self, data: bytes) -> None:
        self.sock.sendto(data, self._address)

    async def receive(self) -> Response:
        got: list[bytes] = []

        def is_there() -> bool:
            try:
                got.append(self.sock.recv(65_535))
            except BlockingIOError:
                return False
            return True

        await until(is_there)
        response = parse_message(got[0])
        assert isinstance(response, Response)
        return response


def options(
    via: bytes,
    *lines: bytes,
    uri: bytes = b"sip:ours@127.0.0.1",
    version: bytes = b"SIP/2.0",
    method: bytes = b"OPTIONS",
) -> bytes:
    return message(
        b"%b %b %b" % (method, uri, version),
        b"Via: SIP/2.0/UDP " + via,
        b"From: <sip:peer@example.com>;tag=theirs",
        b"To: <sip:ours@example.com>",
        b"Call-ID: call@example",
        b"CSeq: 1 " + method,
        *lines,
        b"Content-Length: 0",
    )
