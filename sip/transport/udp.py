"""UDP listeners: a non-blocking socket, drained in bounded loops (RFC 3261 §18).

The loop's own datagram transport costs as much as the rest of a call together, so the socket is
watched by `add_reader` and read and written directly.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable

from sip.errors import TransportError
from sip.transport.flow import Address
from sip.transport.traffic import Traffic

__all__ = ["DRAIN_AT_MOST", "MAX_KNOWN_PEERS", "RECEIVE_BUFFER_BYTES", "UdpFlow", "UdpListener"]

DRAIN_AT_MOST = 32
MAX_KNOWN_PEERS = 65_536
RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
_MAX_DATAGRAM = 65_535
# Where datagrams come one by one, asking for a second, to be told that there is none, costs 2.5 µs
# each time; so after one such refusal this many wake-ups take a single datagram.
_SINGLES = 3


class UdpFlow:
    """One peer's address behind one UDP listener."""

    __slots__ = ("listener", "name", "remote")

    transport = b"UDP"
    reliable = False

    def __init__(self, listener: UdpListener, remote: Address) -> None:
        self.listener = listener
        self.remote = remote
        host, port = remote
        self.name = (f"[{host}]:{port}" if ":" in host else f"{host}:{port}").encode()

    @property
    def local(self) -> Address:
        """The address that the listener is reached at."""
        return self.listener.address

    @property
    def is_open(self) -> bool:
        """Whether the listener is open; nothing is known of the peer."""
        return self.listener.is_open

    @property
    def is_listening(self) -> bool:
        """Whether the listener is open."""
        return self.listener.is_open

    def send(self, data: bytes) -> bool:
        """Send one datagram; a full socket buffer loses it, as the network may.

        False when the listener is closed or silent, or the address is no use.
        """
        listener = self.listener
        sendto = listener.sendto
        if sendto is None:
            return False
        listener.traffic.sent += 1
        try:
            sendto(data, self.remote)
        except OSError as error:
            return listener.note_unsent(error)
        except (OverflowError, UnicodeError):
            listener.traffic.discard("cannot be sent")
            return False
        return True

    def watch(self, watcher: object, on_lost: Callable[[], None]) -> None:
        """Nothing: a datagram flow is never known to be lost."""

    def unwatch(self, watcher: object) -> None:
        """Nothing, as `watch`."""


class UdpListener:
    """One bound UDP socket; `receive(data, flow)` is called for each datagram.

    While `is_silent` everything is read and thrown away and nothing is sent: a black hole.
    """

    __slots__ = (
        "_buffer",
        "_flows",
        "_is_silent",
        "_loop",
        "_receive",
        "_socket",
        "_taken_singly",
        "address",
        "is_behind",
        "sendto",
        "traffic",
    )

    transport = b"UDP"

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Callable[[bytes, UdpFlow], None],
        traffic: Traffic,
    ) -> None:
        self._loop = loop
        self._receive = receive
        self._socket: socket.socket | None = None
        self.sendto: Callable[[bytes, Address], int] | None = None  # None while closed or silent
        self._flows: dict[Address, UdpFlow] = {}
        self._buffer = bytearray(_MAX_DATAGRAM)
        self.address: Address = ("", 0)
        self._is_silent = False
        self._taken_singly = _SINGLES
        self.is_behind = False  # more had come, when last looked at, than is read at once
        self.traffic = traffic

    @property
    def is_bound(self) -> bool:
        """Whether there is a socket, silent or not."""
        return self._socket is not None

    @property
    def is_silent(self) -> bool:
        """Whether the listener is a black hole just now."""
        return self._is_silent

    @is_silent.setter
    def is_silent(self, is_silent: bool) -> None:
        self._is_silent = is_silent
        sock = self._socket
        self.sendto = None if sock is None or is_silent else sock.sendto

    @property
    def is_open(self) -> bool:
        """Whether the socket is bound and not silent."""
        return self._socket is not None and not self._is_silent

    def open(self, host: str, port: int) -> None:
        """Bind to a numeric `host` and `port` (0: a free one).

        Raises TransportError when the address can't be bound.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, RECEIVE_BUFFER_BYTES)
            sock.bind((host, port))
        except OSError as error:
            sock.close()
            raise TransportError(f"cannot bind UDP {host}:{port}: {error.strerror}") from error
        self._socket = sock
        self.sendto = None if self._is_silent else sock.sendto
        self.address = sock.getsockname()[:2]
        self._loop.add_reader(sock.fileno(), self._read)

    def receive_buffer_bytes(self) -> int:
        """What the kernel really granted (`rmem_max` caps it silently)."""
        if self._socket is None:
            return 0
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2

    def close(self) -> None:
        """Close the socket at once: peers see ICMP port unreachable."""
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
            self.is_behind = False
            self.sendto = None

    def flow_to(self, remote: Address) -> UdpFlow:
        """The flow to one address, the same object each time while it is remembered."""
        flow = self._flows.get(remote)
        if flow is None:
            if len(self._flows) >= MAX_KNOWN_PEERS:
                self._flows.clear()
            flow = self._flows[remote] = UdpFlow(self, remote)
        return flow

    def note_unsent(self, error: OSError) -> bool:
        """Count a datagram that the system would not take; True if its loss is the network's."""
        if error.errno in (errno.EAGAIN, errno.ENOBUFS, errno.EINTR):
            self.traffic.discard("send buffer full")
            return True
        if error.errno == errno.ECONNREFUSED:
            return True
        self.traffic.discard("cannot be sent")
        return False

    def _read(self) -> None:
        sock = self._socket
        if sock is None:
            return
        recvfrom = sock.recvfrom_into
        buffer = self._buffer
        flows = self._flows
        receive = self._receive
        at_most = DRAIN_AT_MOST
        if self._taken_singly < _SINGLES:
            self._taken_singly += 1
            at_most = 1
        for count in range(at_most):
            try:
                size, remote = recvfrom(buffer)
            except (BlockingIOError, InterruptedError):
                if count == 1:
                    self._taken_singly = 0
                self.is_behind = False
                return
            except OSError:
                self.traffic.discard("receive error")
                return
            if self._is_silent:
                self.traffic.discard("black hole")
                continue
            # Cut to size here: 64 KiB for each datagram, shrunk to what has come, left the heap
            # so full of holes that a burst took 18 MiB more, for good. Costs 0.2 µs.
            receive(bytes(buffer[:size]), flows.get(remote) or self.flow_to(remote[:2]))
            if self._socket is not sock:
                return
        self.is_behind = at_most > 1
