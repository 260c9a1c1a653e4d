"""Sends one torture message over UDP or TCP, and sees all that comes back because of it.

No waiting for silence: an OPTIONS that is sent right behind it, the fence, is answered after it,
so what has not come by then does not come.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

from tests.support.plain_caller import CallFailed, PlainCaller, Reply

__all__ = [
    "Outcome",
    "await_close",
    "exchange_over_tcp",
    "exchange_over_udp",
    "send_unfinished",
    "transaction_of",
]

Address = tuple[str, int]

_TOP_VIA = re.compile(rb"\r\n(?:Via|v)[ \t]*:(.*?)\r\n(?![ \t])", re.IGNORECASE | re.DOTALL)
_SENT_BY = re.compile(
    rb"SIP\s*/\s*2\.0\s*/\s*[A-Z]+\s+(?:\[[0-9a-f:.]+\]|[^\s:;,\[]+)\s*(?::\s*([0-9]+))?",
    re.IGNORECASE,
)
_BRANCH = re.compile(rb";\s*branch\s*=\s*([^;,\s]+)", re.IGNORECASE)
_SIP_PORT = 5060


@dataclass(frozen=True, slots=True)
class Outcome:
    """The final responses to a message, each once; whether the connection stands afterwards."""

    replies: tuple[Reply, ...]
    is_open: bool = True

    @property
    def statuses(self) -> tuple[int, ...]:
        """Their status codes."""
        return tuple(reply.status for reply in self.replies)


def reply_port(data: bytes) -> int:
    """The port that a response to `data` over UDP goes to: its top Via's (RFC 3261 §18.2.2)."""
    via = _TOP_VIA.search(data)
    sent_by = _SENT_BY.search(via[1]) if via else None
    return int(sent_by[1]) if sent_by and sent_by[1] else _SIP_PORT


def transaction_of(data: bytes) -> tuple[bytes, bytes]:
    """What makes a request a repetition of another one: branch and method (§17.2.3)."""
    via = _TOP_VIA.search(data)
    branch = _BRANCH.search(via[1]) if via else None
    return (branch[1] if branch else b"", data.partition(b" ")[0])


def exchange_over_udp(server: Address, data: bytes, host: str) -> Outcome:
    """Send `data` as one datagram from `host`, from the port that its top Via names."""
    with PlainCaller(server, "UDP", source=(host, reply_port(data))) as caller:
        caller.send(data)
        replies, _ = _replies_before_fence(caller)
        for reply in replies:
            if reply.method == "INVITE":
                caller.send(_ack(reply))
        return Outcome(replies)


def exchange_over_tcp(server: Address, data: bytes) -> Outcome:
    """Send `data` on a connection of its own."""
    with PlainCaller(server, "TCP") as caller:
        caller.send(data)
        replies, is_open = _replies_before_fence(caller)
        if not is_open:
            return Outcome(replies, is_open=False)
        return Outcome(replies)


def send_unfinished(server: Address, data: bytes) -> socket.socket:
    """Send what is no whole message on a connection that is then left alone."""
    connection = socket.create_connection(server)
    connection.sendall(data)
    return connection


def await_close(connection: socket.socket, seconds: float) -> tuple[bytes, bool]:
    """All that comes on `connection`, and whether the other side closes it in time."""
    received = b""
    connection.settimeout(seconds)
    try:
        while data := connection.recv(65_536):
            received += data
    except TimeoutError:
        return received, False
    except ConnectionError:
        pass
    return received, True


def _replies_before_fence(caller: PlainCaller) -> tuple[tuple[Reply, ...], bool]:
    """The final responses up to the fence's, and whether the fence was answered.

    The rest of a message whose length was wrong swallows the first fence on a stream; then there
    is a second one.
    """
    replies: dict[bytes, Reply] = {}
    for _ in range(2):
        call_id = caller.new_call_id()
        try:
            caller.send(caller.request("OPTIONS", caller.uri("helpdesk"), call_id=call_id))
        except ConnectionError:
            return tuple(replies.values()), False
        while (reply := caller.receive(2.0)) is not None:
            if reply.header("Call-ID") == call_id:
                return tuple(replies.values()), True
            if reply.status >= 200:
                replies[reply.data] = reply  # a retransmission has the same octets
            elif not reply.status:
                raise CallFailed(f"a request has come: {reply.data!r}")
    return tuple(replies.values()), False


def _ack(reply: Reply) -> bytes:
    """The ACK to a failure, so that the server stops repeating it."""
    number = reply.header("CSeq").partition(" ")[0]
    lines = (
        "ACK sip:torture@127.0.0.1 SIP/2.0",
        f"Via: {reply.header('Via')}",
        f"From: {reply.header('From')}",
        f"To: {reply.header('To')}",
        f"Call-ID: {reply.header('Call-ID')}",
        f"CSeq: {number} ACK",
        "Content-Length: 0",
    )
    return "\r\n".join((*lines, "", "")).encode("utf-8", "surrogateescape")
