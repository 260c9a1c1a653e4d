"""A UDP socket of a racing client: it hears everything, and counts what is said."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from typing import cast

from tests.races.letters import Address, Letter

__all__ = ["Post"]

_BUFFER_BYTES = 4 * 1024 * 1024


class Post(asyncio.DatagramProtocol):
    """One bound socket; `read(letter)` is called with each message that comes."""

    def __init__(self, read: Callable[[Letter], None]) -> None:
        self._read = read
        self._transport: asyncio.DatagramTransport | None = None
        self.address: Address = ("", 0)
        self.count = 0
        self.log: list[str] = []

    async def open(self) -> None:
        """Bind a free port of the loopback."""
        loop = asyncio.get_running_loop()
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # Nothing is to be lost when the emulator speaks to all calls at once.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        sock.setblocking(False)
        sock.bind(("127.0.0.1", 0))
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=sock)
        self.address = sock.getsockname()[:2]

    def close(self) -> None:
        """Close it."""
        if self._transport is not None:
            self._transport.abort()

    def send(self, data: bytes, to: Address) -> None:
        """Send one message."""
        assert self._transport is not None
        self._note("->", data, to)
        self._transport.sendto(data, to)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (called by the loop)."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Hear a message (called by the loop)."""
        self._note("<-", data, addr)
        self._read(Letter(data, addr))

    def error_received(self, exc: Exception) -> None:
        """A port that is closed: as if nothing had come (called by the loop)."""

    def _note(self, way: str, data: bytes, peer: Address) -> None:
        self.count += 1
        head = data.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")
        wanted = [line for line in head if line[:7].lower() in ("call-id", "cseq: 1", "cseq: 2")]
        self.log.append(f"{time.monotonic():.4f} {way} {peer[1]} {head[0]} | {' '.join(wanted)}")
