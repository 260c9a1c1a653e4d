"""TCP listeners and connections (RFC 3261 §18, RFC 5626 §3.5.1 keep-alive)."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import cast

from sip.errors import TransportError
from sip.transport.flow import Address
from sip.transport.framing import FramingError, StreamFramer
from sip.transport.traffic import Traffic

__all__ = [
    "CLOSE_SECONDS",
    "CONNECT_SECONDS",
    "IDLE_SECONDS",
    "MAX_CONNECTIONS",
    "MAX_PONGS",
    "MAX_UNSENT_BYTES",
    "MAX_WAITING_MESSAGES",
    "PARTIAL_SECONDS",
    "TcpConnection",
    "TcpListener",
]

MAX_CONNECTIONS = 4_096
MAX_UNSENT_BYTES = 4 * 1024 * 1024
MAX_WAITING_MESSAGES = 1_000  # for a connection that is still being made
CONNECT_SECONDS = 4.0
IDLE_SECONDS = 3_600.0
PARTIAL_SECONDS = 32.0  # how long a peer may take over one message
MAX_PONGS = 8  # for what one read brings
CLOSE_SECONDS = 10.0  # how long a peer may take to read the last of what it was sent
_RESET = struct.pack("ii", 1, 0)


class TcpConnection(asyncio.Protocol):
    """One connection, accepted or made: the flow to its peer."""

    transport = b"TCP"
    reliable = True

    __slots__ = (
        "_cut",
        "_framer",
        "_has_lost_bytes",
        "_listener",
        "_partial",
        "_pings",
        "_stream",
        "_unsent",
        "_watchers",
        "heard",
        "is_connecting",
        "name",
        "remote",
    )

    def __init__(self, listener: TcpListener, remote: Address | None = None) -> None:
        """A connection that is being made to `remote`, or (None) that is being accepted."""
        self._listener = listener
        self._stream: asyncio.Transport | None = None
        self._framer = StreamFramer()
        self._pings = 0
        self._has_lost_bytes = False
        self._partial: asyncio.TimerHandle | None = None
        self._cut: asyncio.TimerHandle | None = None
        self.heard = listener.now()
        self.is_connecting = remote is not None
        self.remote: Address = remote or ("", 0)
        self.name = _name(self.remote)
        self._unsent: list[bytes] = []
        self._watchers: dict[int, Callable[[], None]] = {}

    @property
    def local(self) -> Address:
        """The address that the listener is reached at, not the connection's own port."""
        return self._listener.address

    @property
    def is_open(self) -> bool:
        """Whether the connection stands and its listener is not silent."""
        if self._listener.is_silent:
            return False
        stream = self._stream
        return self.is_connecting if stream is None else not stream.is_closing()

    @property
    def is_listening(self) -> bool:
        """Whether the listener is open."""
        return self._listener.is_open

    def send(self, data: bytes) -> bool:
        """Queue one message; False if closed, or the peer does not read what it is sent."""
        stream = self._stream
        if self._listener.is_silent:
            return False
        if stream is None:
            if not self.is_connecting or len(self._unsent) >= MAX_WAITING_MESSAGES:
                return False
            self._unsent.append(data)
            return True
        if stream.is_closing():
            return False
        if stream.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self._listener.traffic.discard("peer does not read")
            stream.abort()
            return False
        self._listener.traffic.sent += 1
        stream.write(data)
        return True

    def close(self) -> None:
        """Close once what was sent has gone, and in `CLOSE_SECONDS` whether it has or not."""
        stream = self._stream
        if stream is None or stream.is_closing():
            return
        stream.close()
        if stream.get_write_buffer_size():
            self._cut = self._listener.loop.call_later(CLOSE_SECONDS, self._give_up_closing)

    def reset(self) -> None:
        """Cut the connection at once with a TCP reset; one that is being made is given up."""
        stream = self._stream
        if stream is None:
            if self.is_connecting:
                self.fail()
            return
        sock = stream.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        stream.abort()

    @property
    def has_lost_bytes(self) -> bool:
        """Whether something was thrown away while the listener was silent."""
        return self._has_lost_bytes

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (called by the loop)."""
        # Not by isinstance: uvloop's transports are none of asyncio's classes.
        self._stream = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        if peer:
            self.remote = peer[:2]
            self.name = _name(self.remote)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.heard = self._listener.now()
        if not self.is_connecting and not self._listener.admit(self):
            self.reset()
        self.is_connecting = False
        for message in self._unsent:
            self.send(message)
        self._unsent.clear()

    def data_received(self, data: bytes) -> None:
        """Cut what has come into messages and hand them up (called by the loop)."""
        listener = self._listener
        if listener.is_silent:
            self._has_lost_bytes = True
            listener.traffic.discard("black hole")
            return
        self.heard = listener.now()
        framer = self._framer
        try:
            messages = framer.feed(data)
        except FramingError as error:
            if self._hand_up(error.messages):
                listener.receive_unframed(error, self)
            self.close()
            return
        if framer.pings != self._pings:
            for _ in range(min(framer.pings - self._pings, MAX_PONGS)):
                if self._stream is not None:
                    self._stream.write(b"\r\n")
            self._pings = framer.pings
        if self._hand_up(messages):
            self._watch_partial(framer.is_within_message, has_moved_on=bool(messages))

    def _hand_up(self, messages: list[bytes]) -> bool:
        """Hand up messages as long as nobody closes the connection over one; say if nobody did."""
        for message in messages:
            if not self.is_open:
                return False
            self._listener.receive(message, self)
        return self.is_open

    def eof_received(self) -> None:
        """The peer sends no more: nothing is left but to close (called by the loop)."""
        self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End (called by the loop)."""
        self._watch_partial(False, has_moved_on=True)
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None
        self.fail()

    def fail(self) -> None:
        """Tell everyone who watches that this flow is no more."""
        self._stream = None
        self.is_connecting = False
        self._unsent.clear()
        self._listener.drop(self)
        watchers = list(self._watchers.values())
        self._watchers.clear()
        for on_lost in watchers:
            try:
                on_lost()
            except Exception as error:  # noqa: BLE001  # one watcher's fault is not the next one's
                context = {"message": "failed to deal with a lost connection", "exception": error}
                self._listener.loop.call_exception_handler(context)

    def watch(self, watcher: object, on_lost: Callable[[], None]) -> None:
        """Call `on_lost` when the connection ends or can't be made, until `unwatch`."""
        self._watchers[id(watcher)] = on_lost

    def unwatch(self, watcher: object) -> None:
        """No longer call what `watch` was given for `watcher`."""
        self._watchers.pop(id(watcher), None)

    def _watch_partial(self, is_partial: bool, *, has_moved_on: bool) -> None:
        """Give a peer `PARTIAL_SECONDS` for each message, however many there are in a stream."""
        if self._partial is not None and (has_moved_on or not is_partial):
            self._partial.cancel()
            self._partial = None
        if is_partial and self._partial is None:
            self._partial = self._listener.loop.call_later(PARTIAL_SECONDS, self._give_up)

    def _give_up_closing(self) -> None:
        self._cut = None
        self._listener.traffic.discard("peer does not read")
        self.reset()

    def _give_up(self) -> None:
        self._partial = None
        self._listener.traffic.discard("message never whole")
        self.close()


class TcpListener:
    """One listening TCP socket and its connections, those made outwards included."""

    __slots__ = (
        "_by_remote",
        "_connecting",
        "_connections",
        "_receive",
        "_receive_unframed",
        "_server",
        "address",
        "is_silent",
        "loop",
        "traffic",
    )

    transport = b"TCP"

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Callable[[bytes, TcpConnection], None],
        receive_unframed: Callable[[FramingError, TcpConnection], None],
        traffic: Traffic,
    ) -> None:
        self.loop = loop
        self._receive = receive
        self._receive_unframed = receive_unframed
        self._server: asyncio.Server | None = None
        self._connections: set[TcpConnection] = set()
        self._by_remote: dict[Address, TcpConnection] = {}
        self._connecting: set[asyncio.Task[None]] = set()
        self.address: Address = ("", 0)
        self.is_silent = False
        self.traffic = traffic

    @property
    def is_open(self) -> bool:
        """Whether the socket listens and is not silent."""
        return self._server is not None and not self.is_silent

    @property
    def connections(self) -> int:
        """How many connections stand."""
        return len(self._connections)

    def now(self) -> float:
        """The loop's time in seconds."""
        return self.loop.time()

    async def open(self, host: str, port: int) -> None:
        """Listen on a numeric `host` and `port` (0: a free one).

        Raises TransportError when the address can't be bound.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((host, port))
            self._server = await self.loop.create_server(
                lambda: TcpConnection(self), sock=sock, backlog=1024
            )
        except OSError as error:
            sock.close()
            raise TransportError(f"cannot bind TCP {host}:{port}: {error.strerror}") from error
        self.address = sock.getsockname()[:2]

    def close(self, *, is_orderly: bool = False) -> None:
        """Stop listening; reset connections as a process that dies does, or close them in order."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connecting in [] if is_orderly else list(self._connecting):
            connecting.cancel()
        for connection in list(self._connections):
            connection.close() if is_orderly else connection.reset()

    def reset_connections_that_lost_bytes(self) -> None:
        """Cut the connections whose stream has a hole since the listener was silent."""
        for connection in list(self._connections):
            if connection.has_lost_bytes:
                connection.reset()

    def admit(self, connection: TcpConnection) -> bool:
        """Take in a new connection, unless there are `MAX_CONNECTIONS`."""
        if len(self._connections) >= MAX_CONNECTIONS:
            self._drop_idle()
        if len(self._connections) >= MAX_CONNECTIONS:
            self.traffic.discard("too many connections")
            return False
        self._connections.add(connection)
        if connection.remote[1]:
            self._by_remote[connection.remote] = connection
        return True

    def drop(self, connection: TcpConnection) -> None:
        """Forget a connection that has ended."""
        self._connections.discard(connection)
        if self._by_remote.get(connection.remote) is connection:
            del self._by_remote[connection.remote]

    def receive(self, message: bytes, connection: TcpConnection) -> None:
        """Hand one whole message up."""
        self._receive(message, connection)

    def receive_unframed(self, error: FramingError, connection: TcpConnection) -> None:
        """Hand up what could not be cut into a message."""
        self.traffic.discard("unframed")
        self._receive_unframed(error, connection)

    def flow_to(self, remote: Address) -> TcpConnection:
        """A connection to `remote`: one that stands, or one that is being made from now on.

        What is sent meanwhile goes out once it stands; if it can't be made in
        `CONNECT_SECONDS`, those who `watch` it are told.
        """
        found = self._by_remote.get(remote)
        if found is not None and found.is_open:
            return found
        connection = TcpConnection(self, remote)
        # What is closed or silent makes no connections either: it is dead to the network.
        if not self.is_open or not self.admit(connection):
            connection.is_connecting = False
            return connection
        self._by_remote[remote] = connection
        task = self.loop.create_task(self._connect(connection))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        return connection

    async def _connect(self, connection: TcpConnection) -> None:
        host, port = connection.remote
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self.loop.create_connection(lambda: connection, host, port)
        except (OSError, TimeoutError):
            self.traffic.discard("cannot connect")
            connection.fail()

    def _drop_idle(self) -> None:
        limit = self.now() - IDLE_SECONDS
        for connection in list(self._connections):
            if connection.heard < limit:
                connection.close()
                self._connections.discard(connection)


def _name(address: Address) -> bytes:
    host, port = address
    return (f"[{host}]:{port}" if ":" in host else f"{host}:{port}").encode()
