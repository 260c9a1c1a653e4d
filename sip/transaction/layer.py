"""The transaction layer: finds the transaction of a message, or makes it (RFC 3261 §17)."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Iterable
from typing import Protocol

from sip.deadlines import Deadlines
from sip.message import Request, Response, response_bytes
from sip.names import METHODS
from sip.tags import TagSource
from sip.timers import Timers
from sip.transaction.client import ClientTransaction, ClientUser
from sip.transaction.server import (
    Absorber,
    InviteServer,
    NonInviteServer,
    ServerTransaction,
)
from sip.transaction.surroundings import Key
from sip.transport.flow import Flow

__all__ = [
    "LARGE_BYTES",
    "MAX_LARGE_BYTES",
    "MAX_TRANSACTIONS",
    "BranchSource",
    "TransactionLayer",
    "TransactionUser",
]

MAX_TRANSACTIONS = 1_000_000
# What requests larger than LARGE_BYTES may take together; others are bounded by their number.
MAX_LARGE_BYTES = 128 * 1024 * 1024
LARGE_BYTES = 8_192
_MAGIC = b"z9hG4bK"


class TransactionUser(Protocol):
    """What stands above a transaction layer: a user agent, a proxy, a registrar."""

    def on_request(self, transaction: ServerTransaction, request: Request) -> None:
        """A new request; answer it by `transaction.respond`."""
        ...

    def on_ack(self, request: Request, flow: Flow) -> None:
        """An ACK to a 2xx: it belongs to a dialog, and is never answered."""
        ...

    def on_stray_response(self, response: Response, flow: Flow) -> None:
        """A response that no transaction waits for."""
        ...


class BranchSource:
    """Unguessable branches that never repeat: a random prefix and a counter (§8.1.1.7)."""

    __slots__ = ("_count", "_prefix")

    def __init__(self) -> None:
        self._prefix = _MAGIC + secrets.token_hex(8).encode()
        self._count = 0

    def new(self, suffix: bytes = b"") -> bytes:
        """A branch nobody has used; `suffix` is appended (a loop hash, say)."""
        self._count += 1
        return b"%b%x%b" % (self._prefix, self._count, suffix)


class TransactionLayer:
    """All transactions of one element, sans I/O.

    `user` is told of new requests; `deadlines` gives time. Past `max_transactions`, and past
    `max_large_bytes` of large ones, new requests are answered 503 with Retry-After and not kept,
    but for a CANCEL that ends one. Layers that are given the same `clients` find each other's
    client transactions, so that a response may come in by any of their listeners.
    """

    __slots__ = (
        "_absorber",
        "_large",
        "_large_bytes",
        "branches",
        "clients",
        "deadlines",
        "max_large_bytes",
        "max_transactions",
        "requests_sent",
        "responses_lost",
        "responses_sent",
        "retransmissions_received",
        "retransmissions_sent",
        "servers",
        "tags",
        "timers",
        "turned_away",
        "user",
    )

    def __init__(
        self,
        user: TransactionUser,
        deadlines: Deadlines,
        timers: Timers,
        *,
        max_transactions: int = MAX_TRANSACTIONS,
        clients: dict[tuple[bytes, bytes], ClientTransaction] | None = None,
    ) -> None:
        self.user = user
        self.deadlines = deadlines
        self.timers = timers
        self.max_transactions = max_transactions
        self.max_large_bytes = MAX_LARGE_BYTES
        self._large: dict[Key, int] = {}
        self._large_bytes = 0
        self.servers: dict[Key, ServerTransaction | Absorber] = {}
        self._absorber = Absorber()
        self.clients = {} if clients is None else clients
        self.branches = BranchSource()
        self.tags = TagSource()
        self.requests_sent: dict[tuple[bytes, bytes], int] = {}  # by transport and method
        self.responses_lost = 0
        self.responses_sent: dict[int, int] = {}
        self.retransmissions_received = 0
        self.retransmissions_sent = 0
        self.turned_away = 0

    def receive_request(self, request: Request, flow: Flow) -> None:
        """Take one request that has been parsed."""
        method = request.method
        branch = request.branch
        if len(branch) > 7 and branch.startswith(_MAGIC):
            key = (branch, request.sent_by, b"INVITE" if method == b"ACK" else method)
        else:
            key = key_of_rfc2543(request)
        transaction = self.servers.get(key)
        if transaction is not None:
            if transaction is self._absorber:
                self._swallow(request, flow)
            else:
                transaction.receive(request)  # type: ignore[union-attr]
            return
        if method == b"ACK":
            self.user.on_ack(request, flow)
            return
        if len(self.servers) >= self.max_transactions and not self._ends_invite(key):
            self._turn_away(request, flow)
            return
        size = len(request.raw) + len(request.body)
        if size > LARGE_BYTES and not self._has_room_for(key, size):
            self._turn_away(request, flow)
            return
        if method == b"INVITE":
            transaction = InviteServer(self, key, request, flow)
        else:
            transaction = NonInviteServer(self, key, request, flow)
        self.servers[key] = transaction
        if method == b"CANCEL":
            self._cancel(transaction, request)
            return
        self.user.on_request(transaction, request)

    def server_of(self, request: Request) -> ServerTransaction | None:
        """The server transaction that `request`, which is no ACK, has made, if there still is."""
        key = (request.branch, request.sent_by, request.method)
        if not request.branch.startswith(_MAGIC):
            key = key_of_rfc2543(request)
        found = self.servers.get(key)
        return None if isinstance(found, Absorber) else found

    def receive_response(self, response: Response, flow: Flow) -> None:
        """Take one response (§17.1.3: by branch and CSeq method)."""
        transaction = self.clients.get((response.branch, response.method))
        if transaction is not None:
            transaction.receive(response)
        else:
            self.user.on_stray_response(response, flow)

    def send_request(
        self, request: Request, flow: Flow, user: ClientUser | None
    ) -> ClientTransaction:
        """Send `request`, whose top Via has a branch of `branches`, and hear what comes of it."""
        transaction = self.open_client(request, flow, user)
        transaction.start()
        return transaction

    def open_client(
        self, request: Request, flow: Flow, user: ClientUser | None
    ) -> ClientTransaction:
        """A client transaction that has sent nothing yet; its `start` or `send_by` does."""
        transaction = ClientTransaction(self, request, flow, user)
        self.remember_client(transaction)
        return transaction

    def cancel(
        self, transaction: ClientTransaction, headers: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        """Cancel an INVITE as `ClientTransaction.cancel` does."""
        transaction.cancel(headers)

    def count_response(self, status: int) -> None:
        """Count a response that a transaction sends."""
        counts = self.responses_sent
        counts[status] = counts.get(status, 0) + 1

    def count_request(self, method: bytes, transport: bytes) -> None:
        """Count a request that is sent, as often as it is; unknown methods are OTHER."""
        key = (transport, method if method in METHODS else b"OTHER")
        self.requests_sent[key] = self.requests_sent.get(key, 0) + 1

    def forget_server(self, key: Key, transaction: ServerTransaction) -> None:
        """Take a terminated server transaction out of the table."""
        if self.servers.get(key) is transaction:
            del self.servers[key]
            if self._large:
                self._large_bytes -= self._large.pop(key, 0)

    def absorb(self, transaction: InviteServer) -> None:
        """Let a released transaction go; what repeats its INVITE is swallowed until Timer L."""
        if self.servers.get(transaction.key) is transaction:
            self.servers[transaction.key] = self._absorber

    def forget_lingering(self, key: Key) -> None:
        """Timer L of the INVITE with `key` is over."""
        transaction = self.servers.get(key)
        if transaction is self._absorber:
            del self.servers[key]
            if self._large:
                self._large_bytes -= self._large.pop(key, 0)
        elif isinstance(transaction, InviteServer):
            transaction.forget()

    def remember_client(self, transaction: ClientTransaction) -> None:
        """Put a client transaction into the table, so that it hears its responses."""
        self.clients[transaction.branch, transaction.request.method] = transaction

    def forget_client(self, transaction: ClientTransaction) -> None:
        """Take a terminated client transaction out of the table."""
        key = (transaction.branch, transaction.request.method)
        if self.clients.get(key) is transaction:
            del self.clients[key]

    def abandon_all(self) -> None:
        """Forget everything at once and send nothing, as a process that dies does."""
        for transaction in list(self.servers.values()):
            if not isinstance(transaction, Absorber):
                transaction.abandon()
        self.servers.clear()
        self._large.clear()
        self._large_bytes = 0
        for client in list(self.clients.values()):
            if client.layer is self:
                client.abandon()

    def _cancel(self, transaction: ServerTransaction, cancel: Request) -> None:
        # §9.2: matched as if it were the INVITE; 481 if there is none.
        branch, sent_by, _ = transaction.key
        invite = self.servers.get((branch, sent_by, b"INVITE"))
        if invite is None:
            transaction.respond(481, to_tag=self.tags.new())
            return
        if not isinstance(invite, InviteServer):
            transaction.respond(200, to_tag=self.tags.new())
            return
        # The tag of the INVITE's own responses, as far as it is known yet.
        to_tag = invite.to_tag or self.tags.new()
        transaction.respond(200, to_tag=to_tag)
        if invite.is_answered:
            return
        if invite.user is not None:
            invite.user.on_cancel(invite, cancel)
        else:
            invite.respond(487, to_tag=to_tag)

    def _ends_invite(self, key: Key) -> bool:
        branch, sent_by, method = key
        return method == b"CANCEL" and (branch, sent_by, b"INVITE") in self.servers

    def _has_room_for(self, key: Key, size: int) -> bool:
        """Whether a large request may be kept; it is counted until its transaction is forgotten."""
        if self._large_bytes + size > self.max_large_bytes:
            return False
        self._large[key] = size
        self._large_bytes += size
        return True

    def _turn_away(self, request: Request, flow: Flow) -> None:
        self.turned_away += 1
        # §8.2.7: without state, the same request gets the same tag each time that it comes.
        to_tag = b"%08x" % zlib.crc32(request.vias[0])
        lines = b"Retry-After: 5\r\n"
        flow.send(response_bytes(request, 503, to_tag=to_tag, headers_block=lines))

    def _swallow(self, request: Request, flow: Flow) -> None:
        if request.method == b"ACK":
            self.user.on_ack(request, flow)
        else:
            self.retransmissions_received += 1


def key_of_rfc2543(request: Request) -> Key:
    """The key of a request whose branch is not RFC 3261's (§17.2.3, second half).

    Without a branch that is unique, Request-URI, tags, Call-ID, CSeq number and the top Via
    tell one transaction from another. The To tag is left out of the key, as an ACK to a failure
    carries the server's and its INVITE doesn't.
    """
    method = request.method
    parts = (
        request.uri,
        request.from_tag,
        request.call_id,
        b"%d" % request.cseq,
        request.vias[0].partition(b";received=")[0] if request.vias else b"",
    )
    return (b"\n".join(parts), b"", b"INVITE" if method == b"ACK" else method)
