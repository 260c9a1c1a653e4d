"""Where messages of a client go to and come from: the seam between clients and sockets."""

from __future__ import annotations

from typing import Protocol

from emulator.testing.trail import Address

__all__ = ["Link", "Receiver", "Wire"]


class Link(Protocol):
    """One way to a peer: a UDP address, or a TCP connection."""

    peer: Address

    @property
    def is_open(self) -> bool:
        """Whether something can still be sent."""
        ...

    def send(self, data: bytes) -> None:
        """Send one message; what can't be delivered is told to the receiver's `on_lost`."""
        ...


class Receiver(Protocol):
    """Who is told what arrives."""

    def on_data(self, data: bytes, link: Link) -> None:
        """One message has arrived."""
        ...

    def on_lost(self, peer: Address, why: str) -> None:
        """The peer's port is closed (UDP), or the connection is gone (TCP)."""
        ...


class Wire(Protocol):
    """A client's socket or sockets of one transport."""

    transport: str
    address: Address

    async def link_to(self, peer: Address) -> Link:
        """Give the way to `peer`; raises OSError if there is none."""
        ...

    async def close(self) -> None:
        """Close every socket."""
        ...
