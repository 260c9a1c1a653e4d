"""A client's TCP side: a listening socket for its Contact, and the connections that it opens."""

from __future__ import annotations

import asyncio
import re
from typing import cast

from emulator.testing.links import Link, Receiver, Wire
from emulator.testing.trail import Address

__all__ = ["open_tcp"]

_LENGTH = re.compile(rb"\r\n(?:Content-Length|l)[ \t]*:[ \t]*([0-9]+)", re.IGNORECASE)
_CONNECT_SECONDS = 5.0


async def open_tcp(receiver: Receiver, host: str) -> Wire:
    """Listen at a free port of `host` and hand what arrives on any connection to `receiver`."""
    wire = _TcpWire(receiver, host)
    await wire.listen()
    return wire


class _TcpWire:
    """Connections by the peer's address, opened when they are needed."""

    __slots__ = ("_connections", "_host", "_opening", "_receiver", "_server", "address",
                 "transport")  # fmt: skip

    def __init__(self, receiver: Receiver, host: str) -> None:
        self.transport = "tcp"
        self.address: Address = (host, 0)
        self._host = host
        self._receiver = receiver
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self._opening: dict[Address, asyncio.Lock] = {}

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, self._host, 0)
        self.address = self._server.sockets[0].getsockname()[:2]

    async def link_to(self, peer: Address) -> Link:
        async with self._opening.setdefault(peer, asyncio.Lock()):
            for connection in self._connections:
                if connection.peer == peer and connection.is_open:
                    return connection
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(_CONNECT_SECONDS):
                _, connection = await loop.create_connection(
                    self._connection, *peer, local_addr=(self._host, 0)
                )
            return connection

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self._server = None
        connections = list(self._connections)
        for connection in connections:
            connection.abort()
        await asyncio.gather(*(connection.gone.wait() for connection in connections))

    def _connection(self) -> _Connection:
        return _Connection(self._receiver, self._connections)


class _Connection(asyncio.Protocol):
    """One connection: parts its stream into messages by Content-Length (RFC 3261 §18.3)."""

    __slots__ = ("_all", "_buffer", "_receiver", "_transport", "gone", "is_open", "peer")

    def __init__(self, receiver: Receiver, everyone: set[_Connection]) -> None:
        self.peer: Address = ("", 0)
        self.is_open = False
        self.gone = asyncio.Event()
        self._receiver = receiver
        self._all = everyone
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not by isinstance: uvloop's transports are none of asyncio's classes.
        self._transport = cast(asyncio.Transport, transport)
        self.peer = transport.get_extra_info("peername")[:2]
        self.is_open = True
        self._all.add(self)

    def send(self, data: bytes) -> None:
        if self.is_open and self._transport is not None:
            self._transport.write(data)

    def abort(self) -> None:
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self.is_open:
            self._buffer = self._buffer.lstrip(b"\r\n")
            end = self._buffer.find(b"\r\n\r\n") + 4
            if end < 4:
                return
            length = _LENGTH.search(self._buffer, 0, end)
            end += int(length[1]) if length else 0
            if len(self._buffer) < end:
                return
            message, self._buffer = self._buffer[:end], self._buffer[end:]
            self._receiver.on_data(message, self)

    def connection_lost(self, error: Exception | None) -> None:
        was_open, self.is_open = self.is_open, False
        self._all.discard(self)
        self.gone.set()
        if was_open:
            how = "reset" if isinstance(error, ConnectionError) else "closed"
            self._receiver.on_lost(self.peer, f"TCP: connection {how} by the other side")
