"""Which way a request takes: by size, by name, and by what failed before (§18.1.1, RFC 3263)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from sip.message import Request
from sip.transaction.client import ClientTransaction
from sip.transaction.layer import TransactionLayer
from sip.transaction.tables import State
from sip.transport.flow import Address, Flow
from sip.transport.resolve import Named, Target

if TYPE_CHECKING:
    from sip.transport.lookup import Resolver

__all__ = ["MAX_UDP_BYTES", "NOWHERE", "Deliveries", "via_of"]

MAX_UDP_BYTES = 1_300  # §18.1.1, where the path MTU is unknown
_CONNECT_SECONDS = 5.0  # a little more than a connection is given to come about


class _Nowhere:
    """The flow of a request whose way is being looked for."""

    __slots__ = ()

    transport = b"UDP"
    reliable = False
    remote: Address = ("", 0)
    name = b""
    local: Address = ("", 0)
    is_open = False
    is_listening = False

    def send(self, data: bytes) -> bool:
        return False

    def watch(self, watcher: object, on_lost: Callable[[], None]) -> None:
        """Nothing: there is nothing to be lost."""

    def unwatch(self, watcher: object) -> None:
        """Nothing, as `watch`."""


NOWHERE: Flow = _Nowhere()
Way = Target | Flow


def via_of(flow: Flow, sent_by: bytes, branch: bytes) -> bytes:
    """Our Via value for a request that goes by `flow`."""
    return b"SIP/2.0/%b %b;branch=%b;rport" % (flow.transport, sent_by, branch)


class Deliveries:
    """Sends what can't just be sent: requests that are large, or that go to a name.

    `flow_to` gives the flow to an address. `resolver` is None where names lead nowhere.
    """

    __slots__ = ("flow_to", "layer", "resolver")

    def __init__(
        self,
        layer: TransactionLayer,
        flow_to: Callable[[bytes, Address], Flow],
        resolver: Resolver | None,
    ) -> None:
        self.layer = layer
        self.flow_to = flow_to
        self.resolver = resolver

    def send_large(self, transaction: ClientTransaction) -> None:
        """Send a request that is too large for UDP by TCP, or by UDP if that can't be had.

        It has not been started yet, and its flow is the one over UDP.
        """
        flow = transaction.flow
        _Delivery(self, transaction, [(b"TCP", flow.remote), flow]).take_next_way()

    def send_to_name(
        self, transaction: ClientTransaction, named: Named, is_ipv6: bool, known: Flow | None
    ) -> None:
        """Send a request to the targets of a name one after the other, and last by `known`.

        It has not been started yet.
        """
        delivery = _Delivery(self, transaction, [] if known is None else [known])
        if self.resolver is None:
            delivery.on_found([])
        else:
            self.resolver.find(named, is_ipv6, delivery.on_found)

    def send_ack(self, data: bytes, flow: Flow) -> bool:
        """Send an ACK to a 2xx, which no transaction sends, by `flow`; False if that can't be."""
        if not flow.send(data):
            return False
        self.layer.count_request(b"ACK", flow.transport)
        return True

    def send_large_ack(self, request: Request, sent_by: bytes, flow: Flow) -> None:
        """Send an ACK that is too large for UDP by TCP; by `flow` if no connection comes about."""
        data = request.to_bytes()
        connection = self.flow_to(b"TCP", flow.remote)
        _write_via(request, connection, sent_by)
        if not connection.send(request.to_bytes()):
            self.send_ack(data, flow)
            return
        self.layer.count_request(b"ACK", connection.transport)

        def fall_back() -> None:
            self.send_ack(data, flow)

        # Nobody hears of an ACK again, so the connection is watched only while it comes about.
        connection.watch(data, fall_back)
        self.layer.deadlines.later(_CONNECT_SECONDS, connection.unwatch, data)

    def send_ack_to_name(
        self, request: Request, sent_by: bytes, named: Named, is_ipv6: bool, known: Flow
    ) -> None:
        """Send an ACK to the first target of a name, or by `known` if it has none."""

        def on_found(targets: list[Target]) -> None:
            flow = self.flow_to(*targets[0]) if targets else known
            if not flow.reliable and len(request.to_bytes()) > MAX_UDP_BYTES:
                self.send_large_ack(request, sent_by, flow)
                return
            _write_via(request, flow, sent_by)
            self.send_ack(request.to_bytes(), flow)

        if self.resolver is None:
            on_found([])
        else:
            self.resolver.find(named, is_ipv6, on_found)


def _write_via(request: Request, flow: Flow, sent_by: bytes) -> None:
    request.replace_top_via(via_of(flow, sent_by, request.branch))


class _Delivery:
    """One request, and the ways that it may still take."""

    __slots__ = ("_deliveries", "_transaction", "_ways")

    def __init__(
        self, deliveries: Deliveries, transaction: ClientTransaction, ways: list[Way]
    ) -> None:
        self._deliveries = deliveries
        self._transaction = transaction
        self._ways = deque(ways)
        transaction.find_other_way = self.take_next_way

    def on_found(self, targets: list[Target]) -> None:
        """Go on with the targets of a name (for the resolver)."""
        transaction = self._transaction
        if transaction.state == State.TERMINATED:
            return
        if transaction.is_cancelled:  # before anybody could hear of it
            transaction.give_up()
            return
        is_large = transaction.size_bytes > MAX_UDP_BYTES
        ways: list[Way] = []
        for transport, address in targets:
            if is_large and transport == b"UDP":
                ways.append((b"TCP", address))
            ways.append((transport, address))
        self._ways.extendleft(reversed(ways))
        if not self.take_next_way():
            transaction.fail()

    def take_next_way(self, transaction: ClientTransaction | None = None) -> bool:
        """Send the request by the next way, if there is one more (for the transaction)."""
        if not self._ways:
            return False
        way = self._ways.popleft()
        flow = self._deliveries.flow_to(*way) if isinstance(way, tuple) else way
        sent = self._transaction
        # To another peer under another branch (RFC 3263 §4.3); a peer that is only tried by
        # another transport tells by the same one that it knows the request.
        is_same = sent.flow.remote in (flow.remote, NOWHERE.remote)
        mark = b"".join(sent.branch.partition(b".")[1:])  # of a loop (§16.6): it stays
        branch = sent.branch if is_same else self._deliveries.layer.branches.new(mark)
        sent.send_by(flow, via_of(flow, sent.request.sent_by, branch), branch)
        return True
