"""The sockets of a campaign: a datagram socket, or a connection that may be made anew."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import cast

from tests.mutation.peer import cut_stream
from tests.mutation.seeds import Address

__all__ = ["Connection", "DatagramSocket"]

Receive = Callable[[bytes], None]


class DatagramSocket(asyncio.DatagramProtocol):
    """One UDP socket that sends to `server`."""

    def __init__(self, server: Address, receive: Receive) -> None:
        self._server = server
        self._receive = receive
        self._transport: asyncio.DatagramTransport | None = None
        self.address: Address = ("", 0)

    async def open(self) -> None:
        """Bind to a free port of the loopback address."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        sock.setblocking(False)
        sock.bind(("127.0.0.1", 0))
        self.address = sock.getsockname()
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, sock=sock)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (called by the loop)."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Hand up what has come (called by the loop)."""
        self._receive(data)

    def error_received(self, exc: Exception) -> None:
        """Nothing: that the server is gone shows in what it doesn't answer."""

    def send(self, data: bytes) -> None:
        """Send one datagram."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, self._server)

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None


class Connection(asyncio.Protocol):
    """One TCP connection to `server`; `on_closed` is called when the server ends it."""

    def __init__(self, server: Address, receive: Receive, on_closed: Callable[[], None]) -> None:
        self._server = server
        self._receive = receive
        self._on_closed = on_closed
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self.address: Address = ("", 0)

    async def open(self) -> None:
        """Connect."""
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, *self._server)

    @property
    def is_open(self) -> bool:
        """Whether the connection stands."""
        return self._transport is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (called by the loop)."""
        self._transport = cast(asyncio.Transport, transport)
        self.address = transport.get_extra_info("sockname")[:2]
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Hand up the messages that are whole (called by the loop)."""
        messages, self._buffer = cut_stream(self._buffer + data)
        for message in messages:
            self._receive(message)

    def connection_lost(self, exc: Exception | None) -> None:
        """End (called by the loop)."""
        if self._transport is not None:
            self._transport = None
            self._on_closed()

    def send(self, data: bytes) -> None:
        """Send some octets."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """End it at once; `on_closed` is not called."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
