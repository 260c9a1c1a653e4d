"""A client's UDP socket, which also hears of closed ports (Linux)."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import suppress

from emulator.testing.links import Link, Receiver, Wire
from emulator.testing.trail import Address

__all__ = ["open_udp"]

_IP_RECVERR = 11  # linux/in.h; the socket module does not name them
_IPV6_RECVERR = 25
_MSG_ERRQUEUE = 0x2000
_MOST_BYTES = 65_536
_BUFFER_BYTES = 1 << 20


async def open_udp(receiver: Receiver, host: str) -> Wire:
    """Bind a free port of `host` and hand what arrives to `receiver`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    try:
        udp.setblocking(False)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        if sys.platform == "linux":
            level = socket.IPPROTO_IPV6 if ":" in host else socket.IPPROTO_IP
            udp.setsockopt(level, _IPV6_RECVERR if ":" in host else _IP_RECVERR, 1)
        udp.bind((host, 0))
    except OSError:
        udp.close()
        raise
    return _UdpWire(udp, receiver)


class _UdpLink:
    """The way to one address."""

    __slots__ = ("_wire", "peer")

    def __init__(self, wire: _UdpWire, peer: Address) -> None:
        self._wire = wire
        self.peer = peer

    @property
    def is_open(self) -> bool:
        return self._wire.is_open

    def send(self, data: bytes) -> None:
        self._wire.send(data, self.peer)


class _UdpWire:
    """One bound socket, read by the loop."""

    __slots__ = ("_loop", "_receiver", "_socket", "address", "is_open", "transport")

    def __init__(self, udp: socket.socket, receiver: Receiver) -> None:
        self.transport = "udp"
        self.address: Address = udp.getsockname()[:2]
        self.is_open = True
        self._socket = udp
        self._receiver = receiver
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(udp, self._read)

    async def link_to(self, peer: Address) -> Link:
        return _UdpLink(self, peer)

    def send(self, data: bytes, peer: Address) -> None:
        if not self.is_open:
            return
        try:
            self._socket.sendto(data, peer)
        except OSError:
            # An earlier datagram's fate is told here too; this one has not been sent yet.
            self._tell_of_closed_ports()
            with suppress(OSError):
                self._socket.sendto(data, peer)

    async def close(self) -> None:
        if self.is_open:
            self.is_open = False
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _read(self) -> None:
        while self.is_open:
            try:
                data, peer = self._socket.recvfrom(_MOST_BYTES)
            except BlockingIOError:
                break
            except OSError:
                if not self._tell_of_closed_ports():
                    break
                continue
            self._receiver.on_data(data, _UdpLink(self, peer[:2]))
        self._tell_of_closed_ports()

    def _tell_of_closed_ports(self) -> bool:
        """Read what ICMP has said of datagrams that were sent; say whether there was any."""
        if sys.platform != "linux":
            return False
        is_any = False
        while self.is_open:
            try:
                _, _, _, peer = self._socket.recvmsg(_MOST_BYTES, 1_024, _MSG_ERRQUEUE)
            except OSError:
                break
            is_any = True
            self._receiver.on_lost(peer[:2], "ICMP: port unreachable")
        return is_any
