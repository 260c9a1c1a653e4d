"""An endpoint: listeners, transactions and what every SIP element checks first.

It parses what arrives, answers what can't be understood (RFC 3261 §8.2.1 to §8.2.3, §16.3),
finds or makes the transaction, and hands new requests to its user.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from sip.admission import judge
from sip.deadlines import Deadlines
from sip.delivery import MAX_UDP_BYTES, NOWHERE, Deliveries, via_of
from sip.dialog import next_hop
from sip.errors import SipParseError, TransportError
from sip.headers import parse_via
from sip.message import Request, Response, note_source, parse_message
from sip.recognise import recognise
from sip.request import VIA_PLAIN, VIA_RPORT
from sip.salvage import salvage
from sip.timers import Timers
from sip.transaction.client import ClientTransaction, ClientUser
from sip.transaction.layer import TransactionLayer, TransactionUser
from sip.transaction.server import InviteServer, ServerTransaction
from sip.transport.flow import Address, Flow
from sip.transport.framing import FramingError
from sip.transport.resolve import Named, named_target, numeric_target
from sip.transport.tcp import TcpConnection, TcpListener
from sip.transport.traffic import Traffic
from sip.transport.udp import UdpFlow, UdpListener

if TYPE_CHECKING:
    from sip.transport.lookup import Resolver

__all__ = ["REPORT_SECONDS", "Endpoint"]

REPORT_SECONDS = 60.0
_PORT_TRIES = 50
# Below what systems give to sockets that ask for no port: while an endpoint is closed for a time,
# nobody's client is to find itself on its port.
_FREE_PORTS = range(10_240, 32_768)
_STUN_OR_NOTHING = (b"\x00", b"\x01")  # STUN's first octets; no SIP message starts so


class Endpoint:
    """One element's address: UDP and TCP on one port, and the transactions behind them.

    `user` answers requests. `host` is the numeric address to bind, `advertise` the one to write
    into messages (by default the same). `extensions` are the option tags that may be required.
    `faults` counts what was refused here already, by status. Names of hosts are looked up by
    `resolver`; without one they lead nowhere. `on_error` is told of exceptions that nobody
    expected, once a minute at most, and of how many there have been; none gets past the endpoint.
    """

    __slots__ = (
        "_deliveries",
        "_next_report",
        "_on_error",
        "_user",
        "advertise",
        "errors",
        "extensions",
        "faults",
        "host",
        "layer",
        "loop",
        "name",
        "port",
        "tags",
        "tcp",
        "udp",
    )

    def __init__(
        self,
        name: str,
        user: TransactionUser,
        loop: asyncio.AbstractEventLoop,
        deadlines: Deadlines,
        timers: Timers,
        *,
        host: str = "127.0.0.1",
        advertise: str | None = None,
        extensions: frozenset[bytes] = frozenset(),
        clients: dict[tuple[bytes, bytes], ClientTransaction] | None = None,
        resolver: Resolver | None = None,
        on_error: Callable[[Exception, int], None] | None = None,
    ) -> None:
        self.name = name
        self.loop = loop
        self.host = host
        self.advertise = advertise or host
        self.extensions = extensions
        self.port = 0
        self.faults: dict[int, int] = {}
        self.layer = TransactionLayer(self, deadlines, timers, clients=clients)
        self.udp = UdpListener(loop, self._receive, Traffic())
        self.tcp = TcpListener(loop, self._receive, self._receive_unframed, Traffic())
        self._user = user
        self._deliveries = Deliveries(self.layer, self.flow_to, resolver)
        self.tags = self.layer.tags
        self.errors = 0
        self._on_error = on_error
        self._next_report = -math.inf

    @property
    def is_open(self) -> bool:
        """Whether it listens and answers."""
        return self.udp.is_open or self.tcp.is_open

    @property
    def sent_by(self) -> bytes:
        """Its address as host:port, an IPv6 address in brackets."""
        host = self.advertise
        return (f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}").encode()

    async def open(self, port: int) -> None:
        """Listen on `port` (0: a port that is free for UDP and TCP).

        Raises TransportError when it can't; nothing is left bound then.
        """
        for attempt in range(_PORT_TRIES):
            try:
                self.udp.open(self.host, port or random.choice(_FREE_PORTS))
                await self.tcp.open(self.host, self.udp.address[1])
            except TransportError:
                self.udp.close()
                if port or attempt == _PORT_TRIES - 1:
                    raise
                continue
            break
        self.port = self.udp.address[1]
        self.set_silent(False)

    def close(self) -> None:
        """Close the sockets at once and forget all transactions: what a crash looks like."""
        self.layer.abandon_all()  # first: nobody hears of the connections that end by this
        self.udp.close()
        self.tcp.close()

    def set_silent(self, is_silent: bool) -> None:
        """Begin or end to throw away all that comes, and to send nothing: a black hole.

        Ending it resets the connections that lost bytes meanwhile.
        """
        self.udp.is_silent = self.tcp.is_silent = is_silent
        if is_silent:
            self.layer.abandon_all()
        else:
            self.tcp.reset_connections_that_lost_bytes()

    def contact(self, user: bytes, transport: bytes) -> bytes:
        """A Contact value of ours: numeric, with a port, and the transport unless it is UDP."""
        at = user + b"@" if user else b""
        if transport == b"UDP":
            return b"<sip:%b%b>" % (at, self.sent_by)
        return b"<sip:%b%b;transport=%b>" % (at, self.sent_by, transport.lower())

    def flow_to(self, transport: bytes, remote: Address) -> Flow:
        """The flow to a numeric address over UDP or TCP."""
        return self.tcp.flow_to(remote) if transport == b"TCP" else self.udp.flow_to(remote)

    def on_request(self, transaction: ServerTransaction, request: Request) -> None:
        """Judge a new request as any element must, and hand it to the user (for the layer)."""
        if request.listed is not None:  # the common shape has nothing to be judged
            fault = judge(request, self.extensions)
            if fault is not None:
                self.faults[fault.status] = self.faults.get(fault.status, 0) + 1
                transaction.respond(
                    fault.status, fault.reason, to_tag=self.new_tag(), headers=fault.headers
                )
                return
        self._user.on_request(transaction, request)
        # §17.2.1: at once, as nobody knows whether the user will say something within 200 ms.
        if isinstance(transaction, InviteServer) and transaction.is_silent:
            transaction.respond(100)

    def on_ack(self, request: Request, flow: Flow) -> None:
        """Hand on the ACK to a 2xx (for the layer)."""
        self._user.on_ack(request, flow)

    def on_stray_response(self, response: Response, flow: Flow) -> None:
        """Hand on a response that nothing waits for (for the layer)."""
        self._user.on_stray_response(response, flow)

    def send_request(
        self,
        request: Request,
        user: ClientUser | None,
        flow: Flow | None = None,
        suffix: bytes = b"",
    ) -> ClientTransaction | None:
        """Send `request`, which has no Via of ours yet, and hear what comes of it.

        It goes by `flow` if that is an open connection, else to its next hop (§8.1.2), else by
        `flow` whatever that is. None if there is nowhere to send it. One that is too large for UDP
        tries TCP first (§18.1.1), one for a host name has the targets of RFC 3263, best first.
        The first branch of our Via ends in `suffix`.
        """
        if flow is not None and flow.reliable and flow.is_open:
            return self.send_by(request, user, flow, suffix)
        uri = next_hop(request)
        way = self.flow_for(uri)
        if way is not None:
            transaction = self._open(request, user, way, suffix)
            if way.reliable or transaction.size_bytes <= MAX_UDP_BYTES:
                transaction.start()
            else:
                self._deliveries.send_large(transaction)
            return transaction
        named = self._named_target(uri)
        if named is None:
            return None if flow is None else self.send_by(request, user, flow, suffix)
        transaction = self._open(request, user, flow or NOWHERE, suffix)
        self._deliveries.send_to_name(transaction, named, ":" in self.host, flow)
        return transaction

    def send_by(
        self,
        request: Request,
        user: ClientUser | None,
        flow: Flow,
        suffix: bytes = b"",
        *,
        keeps_flow: bool = True,
    ) -> ClientTransaction:
        """Send `request` by `flow`, whatever its size; the branch of our Via ends in `suffix`.

        Unless it `keeps_flow`, one that is too large for UDP tries TCP to the same address first.
        """
        transaction = self._open(request, user, flow, suffix)
        if keeps_flow or flow.reliable or transaction.size_bytes <= MAX_UDP_BYTES:
            transaction.start()
        else:
            self._deliveries.send_large(transaction)
        return transaction

    def send_ack(
        self, request: Request, flow: Flow | None = None, *, keeps_flow: bool = False
    ) -> bool:
        """Send an ACK to a 2xx, which has no transaction (§13.2.2.4); routed as `send_request`.

        If it `keeps_flow`, as `send_by` does. False if it could not be sent.
        """
        if keeps_flow and flow is not None:
            self._push_via(request, flow)
            return self._deliveries.send_ack(request.to_bytes(), flow)
        named = None
        if flow is None or not flow.reliable or not flow.is_open:
            uri = next_hop(request)
            way = self.flow_for(uri)
            named = self._named_target(uri) if way is None else None
            flow = way or flow
            if flow is None and named is None:
                return False
        flow = flow or NOWHERE
        self._push_via(request, flow)
        if named is not None:
            is_ipv6 = ":" in self.host
            self._deliveries.send_ack_to_name(request, self.sent_by, named, is_ipv6, flow)
            return True
        data = request.to_bytes()
        if not flow.reliable and len(data) > MAX_UDP_BYTES:
            self._deliveries.send_large_ack(request, self.sent_by, flow)
            return True
        return self._deliveries.send_ack(data, flow)

    def _open(
        self, request: Request, user: ClientUser | None, flow: Flow, suffix: bytes = b""
    ) -> ClientTransaction:
        self._push_via(request, flow, suffix)
        return self.layer.open_client(request, flow, user)

    def _push_via(self, request: Request, flow: Flow, suffix: bytes = b"") -> None:
        branch = self.layer.branches.new(suffix)
        sent_by = self.sent_by
        request.push_via(via_of(flow, sent_by, branch), branch, sent_by)

    def _named_target(self, uri: bytes) -> Named | None:
        return None if self._deliveries.resolver is None else named_target(uri)

    def flow_for(self, uri: bytes) -> Flow | None:
        """The flow to a URI whose host is a numeric address; None for other hosts."""
        target = numeric_target(uri)
        return None if target is None else self.flow_to(*target)

    def new_call_id(self) -> bytes:
        """A Call-ID of ours."""
        return b"%b@%b" % (self.tags.new(), self.advertise.encode())

    def new_tag(self) -> bytes:
        """A tag nobody can guess (§19.3)."""
        return self.tags.new()

    def _receive(self, data: bytes, flow: UdpFlow | TcpConnection) -> None:
        try:
            request = recognise(data)
            if request is None:
                self._receive_uncommon(data, flow)
                return
            received = (self.tcp if flow.reliable else self.udp).traffic.received
            method = request.method
            received[method if method in received else b"OTHER"] += 1
            name = flow.name
            if request.via_mark == VIA_PLAIN and request.sent_by == name:
                request.sent_by = name  # one object for all that is remembered of this peer
                self.layer.receive_request(request, flow)
            else:
                self.layer.receive_request(request, self._way_back(request, flow))
        except Exception as error:  # noqa: BLE001  # one message's fault is not the next one's
            self._survive(error, data, flow)

    def _receive_uncommon(self, data: bytes, flow: UdpFlow | TcpConnection) -> None:
        traffic = (self.tcp if flow.reliable else self.udp).traffic
        if data[:1] in _STUN_OR_NOTHING:
            # STUN (RFC 5389), or the zeros that some phones send to keep a binding at a NAT.
            traffic.discard("stun" if data.strip(b"\x00") else "keep-alive")
            return
        if not data.strip(b"\r\n\x00 "):
            # RFC 5626 has pings answered over streams only, where the connection does it.
            traffic.discard("keep-alive")
            return
        try:
            message = parse_message(data)
        except SipParseError as error:
            self._answer_malformed(data, flow, error.status, error.message)
            return
        if isinstance(message, Response):
            traffic.count_received(message.status)
            self.layer.receive_response(message, flow)
            return
        traffic.count_received(message.method)
        back = self._way_back(message, flow)
        self.layer.receive_request(message, back)

    def _way_back(self, request: Request, flow: UdpFlow | TcpConnection) -> Flow:
        """Mark where `request` came from; the flow that responses to it take (§18.2).

        Responses go to where it came from, at the port that its sender wishes; maddr and ttl are
        not heeded, as they would let anybody have anybody flooded.
        """
        host, port = flow.remote
        mark = request.via_mark
        note_source(request, host.encode(), port)
        if flow.reliable or mark == VIA_RPORT:
            return flow
        if mark != VIA_PLAIN and b"rport" in parse_via(request.vias[0]).params:
            return flow
        sent_port = _port_of(request.sent_by)
        return self.udp.flow_to((host, sent_port)) if sent_port not in (0, port) else flow

    def _survive(self, error: Exception, data: bytes, flow: UdpFlow | TcpConnection) -> None:
        """Count and report what should not have happened, and answer the request if it is one."""
        (self.tcp if flow.reliable else self.udp).traffic.discard("internal error")
        self.errors += 1
        now = self.layer.deadlines.clock()
        with suppress(Exception):
            if self._on_error is not None and now >= self._next_report:
                self._next_report = now + REPORT_SECONDS
                self._on_error(error, self.errors)
        with suppress(Exception):
            message = parse_message(data)
            transaction = self.layer.server_of(message) if isinstance(message, Request) else None
            if transaction is not None and not transaction.is_answered:
                transaction.respond(500, to_tag=self.new_tag())

    def _answer_malformed(
        self, data: bytes, flow: UdpFlow | TcpConnection, status: int, why: str
    ) -> None:
        traffic = (self.tcp if flow.reliable else self.udp).traffic
        traffic.discard("malformed")
        found = salvage(data)
        if found is None:
            return
        self.faults[status] = self.faults.get(status, 0) + 1
        host, port = flow.remote
        flow.send(found.response(status, why, host.encode(), port))

    def _receive_unframed(self, error: FramingError, connection: TcpConnection) -> None:
        try:
            self._answer_malformed(error.head, connection, error.status, str(error))
        except Exception as fault:  # noqa: BLE001  # as in `_receive`
            self._survive(fault, error.head, connection)


def _port_of(sent_by: bytes) -> int:
    """The port that a sent-by names, 0 if that is none."""
    # §18.2.2: port 5060 where sent-by has none. An IPv6 address has colons of its own.
    _, colon, port = sent_by.rpartition(b":")
    if not colon or port.endswith(b"]") or not port.isdigit():
        return 5060
    number = int(port)
    return number if number < 65_536 else 0
