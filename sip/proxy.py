"""A transaction-stateful proxy: branches, and which response goes back (RFC 3261 §16)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Protocol

from sip.deadlines import Deadline
from sip.endpoint import Endpoint
from sip.message import Request, Response
from sip.transaction.client import ClientTransaction
from sip.transaction.server import InviteServer, ServerTransaction
from sip.transport.flow import Flow

__all__ = ["Branch", "BranchUser", "Forward", "Target", "forwarded", "has_looped", "loop_mark"]

Lines = Iterable[tuple[bytes, bytes]]
_MARK = b".l"


class Target:
    """Where a branch goes: a Request-URI, the flow to it, and Record-Route values to add.

    `record_routes` are put on one after the other, the last on top. Whoever has registered a flow
    is reached by no other (`keeps_flow`); others get what is too large for UDP by TCP (§18.1.1).
    Where a host name says which way it goes (`by_name`, RFC 3263), `flow` is the last resort.
    """

    __slots__ = ("by_name", "flow", "keeps_flow", "record_routes", "uri")

    def __init__(
        self,
        uri: bytes,
        flow: Flow,
        record_routes: tuple[bytes, ...] = (),
        *,
        keeps_flow: bool = True,
        by_name: bool = False,
    ) -> None:
        self.uri = uri
        self.flow = flow
        self.record_routes = record_routes
        self.keeps_flow = keeps_flow
        self.by_name = by_name


def loop_mark(request: Request) -> bytes:
    """What a branch of ours ends in: a digest of what decides where `request` goes (§16.6 item 8).

    It includes the Request-URI, so that a request that comes back for another target is a spiral
    and no loop.
    """
    parts = (
        request.uri,
        request.from_tag,
        request.to_tag,
        request.call_id,
        b"%d" % request.cseq,
        *request.values(b"Proxy-Require"),
        *request.routes,
    )
    return _MARK + hashlib.blake2b(b"\n".join(parts), digest_size=6).hexdigest().encode()


def has_looped(request: Request, sent_bys: Iterable[bytes]) -> bool:
    """Whether `request` has passed us before with the same target (§16.3 item 4)."""
    if len(request.vias) < 2:
        return False
    own = tuple(b" %b;" % sent_by for sent_by in sent_bys)
    mark = loop_mark(request)
    return any(mark in via and any(name in via for name in own) for via in request.vias)


def forwarded(request: Request, target: Target) -> Request:
    """The copy of `request` that goes to `target`, without our Via (§16.6 items 1 to 6)."""
    copy = request.copy()
    copy.uri = target.uri
    copy.decrement_max_forwards()
    for value in target.record_routes:
        copy.push_record_route(value)
    return copy


class BranchUser(Protocol):
    """Who forks a request."""

    def on_branch_response(self, branch: Branch, response: Response) -> None:
        """A response other than 100, ours taken off its Vias."""
        ...

    def on_branch_failed(self, branch: Branch, status: int) -> None:
        """No final response will come: 408 for silence, 503 for a flow that is lost."""
        ...


class Branch:
    """One copy of a request on its way to one target, with Timer C and CANCEL (§16.7, §16.10)."""

    __slots__ = ("_cancel", "_endpoint", "_has_provisional", "_timer_c", "_user",
                 "request", "target", "transaction")  # fmt: skip

    def __init__(
        self, endpoint: Endpoint, request: Request, target: Target, user: BranchUser
    ) -> None:
        """`request` is what `forwarded` gave, or a request of one's own without Via."""
        self._endpoint = endpoint
        self._user = user
        self.request = request
        self.target = target
        self.transaction: ClientTransaction | None = None
        self._timer_c: Deadline | None = None
        self._cancel: tuple[tuple[bytes, bytes], ...] | None = None
        self._has_provisional = False

    @property
    def is_final(self) -> bool:
        """Whether a final response has come, or can't come any more."""
        return self.transaction is not None and self.transaction.is_final

    @property
    def flow(self) -> Flow:
        """The flow that it goes by: the target's, or the one that has been found by a name."""
        return self.target.flow if self.transaction is None else self.transaction.flow

    def start(self, mark: bytes = b"") -> None:
        """Send it; `mark` ends its branch parameter (`loop_mark` of the request received)."""
        if self.request.method == b"INVITE" and self._cancel is None:
            self._restart_timer_c()
        target, endpoint = self.target, self._endpoint
        found = None
        if target.by_name:
            found = endpoint.send_request(self.request, self, target.flow, suffix=mark)
        self.transaction = found or endpoint.send_by(
            self.request, self, target.flow, suffix=mark, keeps_flow=target.keeps_flow
        )
        if self._cancel is not None:
            self.transaction.cancel(self._cancel)

    def cancel(self, why: Lines = ()) -> None:
        """Cancel an INVITE, once it has had a provisional response (§9.1)."""
        if self._cancel is not None or self.is_final:
            return
        self._cancel = tuple(why)
        self._stop_timer_c()
        if self.transaction is not None:
            self.transaction.cancel(self._cancel)

    def abandon(self) -> None:
        """Forget it; nothing is sent any more."""
        self._stop_timer_c()
        if self.transaction is not None:
            self.transaction.abandon()

    def on_response(self, transaction: ClientTransaction, response: Response) -> None:
        """A response has come (for the transaction)."""
        self.transaction = transaction
        status = response.status
        if status < 200:
            self._has_provisional = True
            if status == 100:
                return
            if self._timer_c is not None:
                self._restart_timer_c()
        else:
            self._stop_timer_c()
        passed = response.copy()
        passed.pop_via()
        self._user.on_branch_response(self, passed)

    def on_client_timeout(self, transaction: ClientTransaction) -> None:
        """Silence (for the transaction)."""
        self._stop_timer_c()
        self._user.on_branch_failed(self, 408)

    def on_transport_error(self, transaction: ClientTransaction) -> None:
        """The flow is lost (for the transaction)."""
        self._stop_timer_c()
        self._user.on_branch_failed(self, 503)

    def _restart_timer_c(self) -> None:
        self._stop_timer_c()
        layer = self._endpoint.layer
        self._timer_c = layer.deadlines.after(layer.timers.timer_c, Branch._give_up, self)

    def _stop_timer_c(self) -> None:
        if self._timer_c is not None:
            self._timer_c.cancel()
            self._timer_c = None

    def _give_up(self) -> None:
        # §16.8: as if a 408 had come, if nothing provisional has; else CANCEL.
        self._timer_c = None
        if self._has_provisional:
            self.cancel()
        elif self.transaction is not None:
            self.transaction.abandon()
            self._user.on_branch_failed(self, 408)


Failure = tuple[int, Response | None, Branch]


class Forward:
    """The response context of one request that is forwarded to one or more targets.

    2xx responses to INVITE all go back; the first one, and a 6xx, cancels what still rings.
    Without any, the best of the failures goes back (§16.7 item 6); a 503 goes back as 500, as it
    is not this element that can't serve, and nothing goes back for the silence after a request
    that was no INVITE (RFC 4320 §4.2). A request that has no hops or targets left is answered
    here. `on_response` is told of each response that goes back, before it does; `on_done` once,
    with the status that ended it.
    """

    __slots__ = ("_branches", "_endpoint", "_failures", "_is_done", "_on_done", "_on_response",
                 "_request", "_transaction")  # fmt: skip

    def __init__(
        self,
        endpoint: Endpoint,
        transaction: ServerTransaction,
        request: Request,
        targets: Iterable[Target],
        *,
        on_response: Callable[[Response, Branch], None] | None = None,
        on_done: Callable[[int], None] | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._transaction = transaction
        self._request = request
        self._on_response = on_response
        self._on_done = on_done
        self._failures: list[Failure] = []
        self._is_done = False
        self._branches = [
            Branch(endpoint, forwarded(request, target), target, self) for target in targets
        ]
        if isinstance(transaction, InviteServer):
            transaction.user = self

    def start(self) -> None:
        """Send all branches."""
        if self._request.max_forwards == 0:
            self._refuse(483)
            return
        if not self._branches:
            self._refuse(480)
            return
        mark = loop_mark(self._request)
        for branch in list(self._branches):
            branch.start(mark)

    def cancel(self, why: Lines = ()) -> None:
        """Cancel every branch that has no final response."""
        lines = tuple(why)
        for branch in self._branches:
            branch.cancel(lines)

    def on_cancel(self, transaction: InviteServer, cancel: Request) -> None:
        """The client gives up (§16.10); its Reason goes along."""
        self.cancel([(b"Reason", value) for value in cancel.values(b"Reason")])

    def on_server_timeout(self, transaction: InviteServer) -> None:
        """The failure was not acknowledged: nothing is left to be done."""

    def on_branch_response(self, branch: Branch, response: Response) -> None:
        """A branch has a response (for the branch)."""
        status = response.status
        if status < 200:
            if not self._is_done:
                self._send(response, branch)
            return
        if status < 300:
            self._send(response, branch)
            if not self._is_done:
                self._finish(status)
                self.cancel()
            return
        self._fail(branch, status, response)
        if status >= 600:
            self.cancel()

    def on_branch_failed(self, branch: Branch, status: int) -> None:
        """A branch will have no response (for the branch)."""
        self._fail(branch, status, None)

    def _fail(self, branch: Branch, status: int, response: Response | None) -> None:
        self._branches.remove(branch)
        self._failures.append((status, response, branch))
        if self._branches or self._is_done:
            return
        status, best, branch = min(self._failures, key=_preference)
        if status == 408 and self._request.method != b"INVITE":
            self._transaction.abandon()
            self._finish(status)
        elif status == 503 or best is None:
            self._refuse(500 if status == 503 else status)
        else:
            self._gather_challenges(best)
            self._send(best, branch)
            self._finish(status)

    def _refuse(self, status: int) -> None:
        self._branches.clear()
        self._transaction.respond(status, to_tag=self._endpoint.new_tag())
        self._finish(status)

    def _gather_challenges(self, best: Response) -> None:
        # §16.7 item 7: a client has to satisfy every challenge at once.
        if best.status not in (401, 407):
            return
        for status, other, _ in self._failures:
            if other is None or other is best or status not in (401, 407):
                continue
            for name in (b"WWW-Authenticate", b"Proxy-Authenticate"):
                for value in other.values(name):
                    best.add_header(name, value)

    def _send(self, response: Response, branch: Branch) -> None:
        if self._on_response is not None:
            self._on_response(response, branch)
        self._transaction.send(response.status, response.to_bytes())

    def _finish(self, status: int) -> None:
        self._is_done = True
        if self._on_done is not None:
            self._on_done(status)


def _preference(failure: Failure) -> tuple[int, int]:
    """§16.7 item 6: 6xx first, then the lowest class; 503 only where there is nothing else."""
    status, response, _ = failure
    if status >= 600:
        return (0, status)
    if status == 503:
        return (9, status)
    urgent = status in (401, 407, 415, 420, 484)
    return (status // 100, 0 if urgent else 1 if response is not None else 2)
