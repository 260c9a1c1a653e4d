"""What a transaction needs of the layer that it belongs to, so that neither knows the other."""

from __future__ import annotations

from typing import Any, Protocol

from sip.deadlines import Deadlines
from sip.message import Request
from sip.timers import Timers
from sip.transport.flow import Flow

__all__ = ["ClientLayer", "Key", "ServerLayer"]

Key = tuple[bytes, bytes, bytes]


class _AckUser(Protocol):
    def on_ack(self, request: Request, flow: Flow) -> None: ...


class ServerLayer(Protocol):
    """Where server transactions are kept, and counted."""

    deadlines: Deadlines
    timers: Timers
    responses_lost: int
    retransmissions_received: int
    retransmissions_sent: int

    @property
    def user(self) -> _AckUser:
        """Who is told of an ACK to a 2xx."""
        ...

    def count_response(self, status: int) -> None:
        """Count a response that is sent."""
        ...

    def absorb(self, transaction: Any) -> None:
        """Let a released transaction go, and swallow what repeats its INVITE."""
        ...

    def forget_lingering(self, key: Key) -> None:
        """Timer L of the INVITE with `key` is over."""
        ...

    def forget_server(self, key: Key, transaction: Any) -> None:
        """Take a terminated transaction out of the table."""
        ...


class ClientLayer(Protocol):
    """Where client transactions are kept, and counted."""

    deadlines: Deadlines
    timers: Timers
    retransmissions_sent: int

    def count_request(self, method: bytes, transport: bytes) -> None:
        """Count a request that is sent, as often as it is."""
        ...

    def remember_client(self, transaction: Any) -> None:
        """Put a transaction into the table."""
        ...

    def forget_client(self, transaction: Any) -> None:
        """Take a transaction out of the table."""
        ...

    def send_request(self, request: Request, flow: Flow, user: Any) -> Any:
        """Send a further request: the CANCEL of an INVITE."""
        ...
