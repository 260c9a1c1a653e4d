"""A peer that sends whatever octets it likes, over one UDP socket or one TCP connection."""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
from collections.abc import Callable
from typing import Self, cast

from tests.support.plain_caller import Reply
from tests.support.until import until

__all__ = ["SDP", "Address", "Stranger"]

Address = tuple[str, int]

SDP = (
    b"v=0\r\no=stranger 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 40000 RTP/AVP 0\r\n"
)
_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*([0-9]+)", re.IGNORECASE)
_count = itertools.count(1)


class Stranger(asyncio.Protocol, asyncio.DatagramProtocol):
    """Sends octets to `server` and keeps what comes back; it repeats and acknowledges nothing.

    heard   the messages that have come, oldest first.
    pongs   how many of its pings have been answered over TCP.
    end     how the other side has ended the connection: "closed", "reset", or "" while it stands.
    """

    def __init__(self, server: Address, transport: str) -> None:
        self.server = server
        self.transport = transport
        self.address: Address = ("", 0)
        self.heard: list[Reply] = []
        self.pongs = 0
        self.end = ""
        self._rest = b""
        self._datagrams: asyncio.DatagramTransport | None = None
        self._stream: asyncio.Transport | None = None

    @classmethod
    async def open(cls, server: Address, transport: str = "UDP") -> Self:
        """Open the socket; OSError where there is no connection to be had."""
        self = cls(server, transport)
        loop = asyncio.get_running_loop()
        if transport == "TCP":
            await loop.create_connection(lambda: self, *server)
            return self
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        sock.setblocking(False)
        sock.bind(("127.0.0.1", 0))
        await loop.create_datagram_endpoint(lambda: self, sock=sock)
        return self

    def close(self) -> None:
        """Close the socket."""
        if self._datagrams is not None:
            self._datagrams.close()
        if self._stream is not None:
            self._stream.abort()

    # -- what it says -----------------------------------------------------------------------------

    def send(self, *messages: bytes) -> None:
        """Send octets as they are, each a datagram of its own over UDP."""
        for data in messages:
            if self._datagrams is not None:
                self._datagrams.sendto(data, self.server)
            elif self._stream is not None and not self._stream.is_closing():
                self._stream.write(data)

    async def flood(self, *messages: bytes) -> None:
        """Send so many messages that others have to get their turn between them."""
        for start in range(0, len(messages), 50):
            self.send(*messages[start : start + 50])
            await asyncio.sleep(0)

    def stop_reading(self) -> None:
        """Leave what comes over TCP unread from now on."""
        assert self._stream is not None
        self._stream.pause_reading()

    def request(
        self,
        method: str,
        user: str,
        *lines: bytes,
        body: bytes = b"",
        content_type: bytes = b"application/sdp",
        without: tuple[str, ...] = (),
        **parts: bytes,
    ) -> bytes:
        """Write a request to `user`, with further header `lines`.

        `parts` replace what stands in the request line and the headers otherwise: uri, via,
        from_, to, call_id, cseq, contact, max_forwards, length. Headers `without` are left out.
        """
        number = next(_count)
        own, name = self._own_address(), method.encode()
        uri = parts.get("uri", f"sip:{user}@{self.server[0]}:{self.server[1]}".encode())
        via = b"SIP/2.0/%b %b;branch=z9hG4bKstranger%d" % (self.transport.encode(), own, number)
        suffix = b";transport=tcp" if self.transport == "TCP" else b""
        fields = {
            "Via": parts.get("via", via),
            "Max-Forwards": parts.get("max_forwards", b"70"),
            "From": parts.get("from_", b"<sip:stranger@elsewhere.example>;tag=%d" % number),
            "To": parts.get("to", b"<%b>" % uri),
            "Call-ID": parts.get("call_id", b"stranger-%d@127.0.0.1" % number),
            "CSeq": parts.get("cseq", b"1 " + name),
            "Contact": parts.get("contact", b"<sip:stranger@%b%b>" % (own, suffix)),
        }
        head = [b"%b %b SIP/2.0" % (name, uri), *_lines_of(fields, without), *lines]
        return _message(head, body, content_type, parts.get("length"))

    def response(
        self,
        request: Reply,
        status: int,
        *lines: bytes,
        tag: bytes = b"strange",
        body: bytes = b"",
        without: tuple[str, ...] = (),
        **parts: bytes,
    ) -> bytes:
        """Write a response to a request that it has heard, with further header `lines`.

        `parts` replace what stands there otherwise: to, contact, cseq, call_id, length. Headers
        `without` are left out.
        """
        to = request.header("To").encode()
        fields = {
            "From": request.header("From").encode(),
            "To": parts.get("to", to if b";tag=" in to else b"%b;tag=%b" % (to, tag)),
            "Call-ID": parts.get("call_id", request.header("Call-ID").encode()),
            "CSeq": parts.get("cseq", request.header("CSeq").encode()),
            "Contact": parts.get("contact", b"<sip:strange@%b>" % self._own_address()),
        }
        head = [b"SIP/2.0 %d Strange" % status]
        if "Via" not in without:
            head += [b"Via: " + value.encode() for value in request.headers("Via")]
        head += [b"Record-Route: " + value.encode() for value in request.headers("Record-Route")]
        head += [*_lines_of(fields, without), *lines]
        return _message(head, body, b"application/sdp", parts.get("length"))

    def _own_address(self) -> bytes:
        host, port = self.address
        return b"%b:%d" % (host.encode(), port)

    # -- what it hears ----------------------------------------------------------------------------

    def statuses(self, at_least: int = 200) -> list[int]:
        """The statuses of the responses that have come, repeated ones left out."""
        once = {reply.data: reply.status for reply in self.heard}
        return [status for status in once.values() if status >= at_least]

    async def hears(self, is_it: Callable[[Reply], bool], within: float = 5.0) -> Reply:
        """The first message that is what is waited for; TimeoutError."""
        found: list[Reply] = []

        def is_there() -> bool:
            found.extend(reply for reply in self.heard if is_it(reply))
            return bool(found)

        await until(is_there, within)
        return found[0]

    async def answer(self, request: bytes, *, at_least: int = 200) -> Reply:
        """Send `request` once and give its response, known by Call-ID and CSeq."""
        asked = Reply(request)
        call_id, cseq = asked.header("Call-ID"), asked.header("CSeq")
        before = len(self.heard)
        self.send(request)
        return await self.hears(
            lambda reply: (
                reply.status >= at_least
                and reply.header("Call-ID") == call_id
                and reply.header("CSeq") == cseq
                and reply in self.heard[before:]
            )
        )

    async def is_served(self) -> None:
        """Wait until what was sent before has been dealt with: an OPTIONS has its answer."""
        await self.answer(self.request("OPTIONS", "desk"))

    def hears_end(self) -> bool:
        """Whether the other side has ended the connection."""
        return bool(self.end)

    # -- what the loop tells ----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (called by the loop)."""
        self.address = transport.get_extra_info("sockname")[:2]
        if self.transport == "TCP":
            self._stream = cast(asyncio.Transport, transport)
        else:
            self._datagrams = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Keep a message (called by the loop)."""
        self.heard.append(Reply(data))

    def data_received(self, data: bytes) -> None:
        """Keep the messages that are whole (called by the loop)."""
        self._rest += data
        while True:
            while self._rest.startswith(b"\r\n"):
                self.pongs += 1
                self._rest = self._rest[2:]
            end = self._rest.find(b"\r\n\r\n") + 4
            if end < 4:
                return
            length = _LENGTH.search(self._rest, 0, end)
            end += int(length[1]) if length else 0
            if len(self._rest) < end:
                return
            self.heard.append(Reply(self._rest[:end]))
            self._rest = self._rest[end:]

    def error_received(self, exc: Exception) -> None:
        """Nothing: a closed port shows in what isn't answered."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Note how it ended (called by the loop)."""
        self.end = "reset" if exc is not None else "closed"


def _lines_of(fields: dict[str, bytes], without: tuple[str, ...]) -> list[bytes]:
    return [name.encode() + b": " + value for name, value in fields.items() if name not in without]


def _message(head: list[bytes], body: bytes, content_type: bytes, length: bytes | None) -> bytes:
    """The octets of a message; `length` is what Content-Length says of it, None the truth."""
    if body:
        head.append(b"Content-Type: " + content_type)
    head.append(b"Content-Length: " + (b"%d" % len(body) if length is None else length))
    return b"\r\n".join(head) + b"\r\n\r\n" + body
