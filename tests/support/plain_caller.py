"""A caller made of bytes and one blocking socket, so that nothing of the product judges itself."""

from __future__ import annotations

import itertools
import re
import secrets
import socket
import time
from dataclasses import dataclass, field
from typing import Self

__all__ = ["SDP", "CallFailed", "PlainCaller", "Reply"]

Address = tuple[str, int]

SDP = (
    b"v=0\r\no=plain 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)
_STATUS = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2}) ")
_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*([0-9]+)", re.IGNORECASE)
_URI = re.compile(rb"<([^>]*)>|([^\s;]+)")
_count = itertools.count(1)


class CallFailed(Exception):
    """Something else came, or nothing, where a call should have gone on."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message from the other side."""

    data: bytes
    status: int = field(init=False)

    def __post_init__(self) -> None:
        found = _STATUS.match(self.data)
        object.__setattr__(self, "status", int(found[1]) if found else 0)

    def header(self, name: str) -> str:
        """The first value of a header, empty if it is not there."""
        head = self.data.partition(b"\r\n\r\n")[0]
        found = re.search(rb"(?im)^" + re.escape(name.encode()) + rb"[ \t]*:[ \t]*(.*?)\r?$", head)
        return found[1].decode("utf-8", "replace") if found else ""

    def headers(self, name: str) -> list[str]:
        """All values of a header, one for each line."""
        head = self.data.partition(b"\r\n\r\n")[0]
        lines = re.findall(rb"(?im)^" + re.escape(name.encode()) + rb"[ \t]*:[ \t]*(.*?)\r?$", head)
        return [line.decode("utf-8", "replace") for line in lines]

    @property
    def method(self) -> str:
        """The method of a request; of a response, that of its CSeq."""
        if self.status:
            return self.header("CSeq").rpartition(" ")[2]
        return self.data.partition(b" ")[0].decode("utf-8", "replace")


class PlainCaller:
    """One UDP socket, or one TCP connection to `server`. Waits at most `patience` seconds."""

    def __init__(
        self,
        server: Address,
        transport: str = "UDP",
        *,
        source: Address = ("127.0.0.1", 0),
        patience: float = 5.0,
    ) -> None:
        self.server = server
        self.transport = transport
        self.patience = patience
        kind = socket.SOCK_DGRAM if transport == "UDP" else socket.SOCK_STREAM
        self._socket = socket.socket(socket.AF_INET, kind)
        self._socket.settimeout(patience)
        self._socket.bind(source)
        if transport == "TCP":
            self._socket.connect(server)
        self.address: Address = self._socket.getsockname()[:2]
        self._buffer = b""
        self._tag = secrets.token_hex(4)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send octets as they are."""
        if self.transport == "UDP":
            self._socket.sendto(data, self.server)
        else:
            self._socket.sendall(data)

    def receive(self, seconds: float | None = None) -> Reply | None:
        """The next message, or None: nothing in time, or the connection is closed."""
        deadline = time.monotonic() + (self.patience if seconds is None else seconds)
        while True:
            if self.transport == "TCP":
                found = self._cut()
                if found is not None:
                    return Reply(found)
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(65_536)
            except (TimeoutError, ConnectionError):
                return None
            if self.transport == "UDP":
                return Reply(data)
            if not data:
                return None
            self._buffer += data

    def _cut(self) -> bytes | None:
        self._buffer = self._buffer.lstrip(b"\r\n")
        end = self._buffer.find(b"\r\n\r\n") + 4
        if end < 4:
            return None
        length = _LENGTH.search(self._buffer, 0, end)
        end += int(length[1]) if length else 0
        if len(self._buffer) < end:
            return None
        message, self._buffer = self._buffer[:end], self._buffer[end:]
        return message

    # -- requests ---------------------------------------------------------------------------------

    @property
    def contact(self) -> str:
        """Where this caller is reached, as a URI."""
        suffix = ";transport=tcp" if self.transport == "TCP" else ""
        return f"sip:plain@{self.address[0]}:{self.address[1]}{suffix}"

    def uri(self, user: str) -> str:
        """The URI of `user` at the server."""
        return f"sip:{user}@{self.server[0]}:{self.server[1]}"

    def request(
        self,
        method: str,
        uri: str,
        *,
        call_id: str,
        cseq: int = 1,
        branch: str | None = None,
        to: str | None = None,
        headers: str = "",
        body: bytes = b"",
    ) -> bytes:
        """Write a request of this caller; `headers` are whole lines, each with its CRLF."""
        branch = branch or f"z9hG4bK{secrets.token_hex(6)}"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        head = (
            f"{method} {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/{self.transport} {self.address[0]}:{self.address[1]}"
            f";branch={branch};rport\r\n"
            f"Max-Forwards: 70\r\n"
            f"From: <sip:plain@127.0.0.1>;tag={self._tag}\r\n"
            f"To: {to or f'<{uri}>'}\r\n"
            f"Call-ID: {call_id}\r\n"
            f"CSeq: {cseq} {method}\r\n"
            f"Contact: <{self.contact}>\r\n"
            f"{headers}{kind}Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def new_call_id(self) -> str:
        """A Call-ID that nobody has used."""
        return f"plain-{secrets.token_hex(4)}-{next(_count)}@127.0.0.1"

    def ask(self, data: bytes, *, until: int = 200) -> Reply:
        """Send a request and give its first response of at least `until`; repeated over UDP.

        Raises CallFailed.
        """
        call_id, method = Reply(data).header("Call-ID"), Reply(data).method
        deadline = time.monotonic() + self.patience
        interval = 0.5
        while time.monotonic() < deadline:
            self.send(data)
            next_at = time.monotonic() + interval if self.transport == "UDP" else deadline
            interval *= 2
            while (left := min(next_at, deadline) - time.monotonic()) > 0:
                reply = self.receive(left)
                if reply is None and self.transport == "TCP":
                    raise CallFailed(f"{method}: no answer, or the connection is closed")
                if (
                    reply is not None
                    and reply.status >= until
                    and reply.header("Call-ID") == call_id
                    and reply.method == method
                ):
                    return reply
        raise CallFailed(f"{method}: no answer in {self.patience} s")

    def options(self, user: str = "helpdesk") -> float:
        """Ask with OPTIONS and give the seconds that the answer took; raises CallFailed."""
        began = time.monotonic()
        reply = self.ask(self.request("OPTIONS", self.uri(user), call_id=self.new_call_id()))
        if reply.status != 200:
            raise CallFailed(f"OPTIONS was answered {reply.status}")
        return time.monotonic() - began

    def call(self, user: str) -> None:
        """INVITE, 200, ACK, BYE, 200; raises CallFailed where it goes otherwise."""
        call_id, uri = self.new_call_id(), self.uri(user)
        answer = self.ask(self.request("INVITE", uri, call_id=call_id, body=SDP))
        if answer.status != 200:
            raise CallFailed(f"INVITE {user} was answered {answer.status}")
        target, to = self._target(answer), answer.header("To")
        self.send(self.request("ACK", target, call_id=call_id, to=to))
        server, self.server = self.server, self._next_hop(target)
        try:
            bye = self.ask(self.request("BYE", target, call_id=call_id, cseq=2, to=to))
        finally:
            self.server = server
        if bye.status != 200:
            raise CallFailed(f"BYE was answered {bye.status}")

    def _target(self, answer: Reply) -> str:
        found = _URI.search(answer.header("Contact").encode())
        if found is None:
            raise CallFailed("the 200 has no Contact")
        return (found[1] or found[2]).decode()

    def _next_hop(self, target: str) -> Address:
        host, _, port = (
            target.removeprefix("sip:").rpartition("@")[2].partition(";")[0].partition(":")
        )
        if self.transport == "TCP":
            return self.server
        return host, int(port or 5060)
