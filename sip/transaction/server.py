"""Server transactions: one request received, and what was answered to it (RFC 3261 §17.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from sip.message import Request, response_bytes
from sip.transaction.surroundings import Key, ServerLayer
from sip.transaction.tables import INVITE_SERVER, SERVER, Action, Event, State, Table

if TYPE_CHECKING:
    from sip.deadlines import Deadline
    from sip.transport.flow import Flow

__all__ = ["Absorber", "InviteServer", "NonInviteServer", "ServerTransaction", "ServerUser"]

_TO_TAG = re.compile(rb"\r\nTo:[^\r\n]*;tag=([^;\r\n]+)").search

_REQUEST, _ACK = Event.REQUEST, Event.ACK
_PROVISIONAL, _SUCCESS, _FAILURE = Event.PROVISIONAL, Event.SUCCESS, Event.FAILURE
_RESEND, _TIMEOUT, _FORGET = Event.RESEND, Event.TIMEOUT, Event.FORGET
_TRANSPORT_ERROR = Event.TRANSPORT_ERROR
_PROCEEDING, _ACCEPTED, _TERMINATED = State.PROCEEDING, State.ACCEPTED, State.TERMINATED


class ServerUser(Protocol):
    """Who answers an INVITE: told of what happens to the transaction."""

    def on_cancel(self, transaction: InviteServer, cancel: Request) -> None:
        """The client gives up (§9.2); the CANCEL itself is answered already."""
        ...

    def on_server_timeout(self, transaction: InviteServer) -> None:
        """A failure that was sent has not been acknowledged (Timer H)."""
        ...


class InviteServer:
    """The server side of an INVITE, with RFC 6026's Accepted state.

    `respond` sends a response; 2xx responses are repeated by their user (`sip.answer`), others
    here until their ACK comes. `user` is told of CANCEL. `request` is None once nothing can be
    answered any more.
    """

    __slots__ = (
        "_interval",
        "_layer",
        "_message",
        "_resend",
        "_response",
        "_timeout",
        "flow",
        "key",
        "request",
        "state",
        "user",
    )

    def __init__(self, layer: ServerLayer, key: Key, request: Request, flow: Flow) -> None:
        self._layer = layer
        self.key = key
        self.request: Request | None = request
        self.flow = flow
        self.state = _PROCEEDING
        self.user: ServerUser | None = None
        self._response: bytes | None = None
        self._message: Request | None = None
        self._resend: Deadline | None = None
        self._timeout: Deadline | None = None
        self._interval = 0.0

    @property
    def is_answered(self) -> bool:
        """Whether a final response has been handed to the transport."""
        return self.state > State.PROCEEDING

    @property
    def is_silent(self) -> bool:
        """Whether nothing has been sent yet, though something still can be."""
        return self._response is None and self.state == State.PROCEEDING

    @property
    def to_tag(self) -> bytes:
        """The To tag of the last response that was sent, b"" where there is none."""
        found = None if self._response is None else _TO_TAG(self._response)
        return b"" if found is None else found[1]

    def respond(
        self,
        status: int,
        reason: bytes | None = None,
        *,
        to_tag: bytes = b"",
        headers: bytes = b"",
        body: bytes = b"",
    ) -> None:
        """Answer the INVITE; `headers` are whole lines, each with its CRLF."""
        request = self.request
        if request is not None:
            self.send(
                status,
                response_bytes(
                    request, status, reason, to_tag=to_tag, headers_block=headers, body=body
                ),
            )

    def send(self, status: int, response: bytes) -> None:
        """Send `response`, whose status is `status`; nothing after a final response but a 2xx."""
        state = self.state
        if state >= _ACCEPTED and (state != _ACCEPTED or not 200 <= status < 300):
            return
        self._response = response
        self._layer.count_response(status)
        if status < 200:
            _step(self, _INVITE_TABLE, _PROVISIONAL)
        elif status < 300:
            _step(self, _INVITE_TABLE, _SUCCESS)
            self._response = None  # its user repeats it
        else:
            _step(self, _INVITE_TABLE, _FAILURE)

    def repeat(self) -> None:
        """Send the last provisional response again, so that proxies don't give up (§13.3.1.1)."""
        if self.state == _PROCEEDING:
            self._send()

    def receive(self, request: Request) -> None:
        """Take a retransmission of the INVITE, or an ACK that carries its branch."""
        if request.method == b"ACK":
            self._message = request
            _step(self, _INVITE_TABLE, _ACK)
            self._message = None
        else:
            self._layer.retransmissions_received += 1
            _step(self, _INVITE_TABLE, _REQUEST)

    def release(self) -> None:
        """Let go of what answering needed: from now on only retransmissions are absorbed."""
        self.request = None
        self.user = None
        self._response = None
        if self.state == _ACCEPTED:
            self._layer.absorb(self)

    def forget(self) -> None:
        """Timer L: the time to absorb retransmissions is over."""
        _step(self, _INVITE_TABLE, _FORGET)

    def abandon(self) -> None:
        """Forget the transaction at once, as a process that dies does: nothing is sent."""
        _stop_resend(self)
        _stop_timeout(self)
        self.state = _TERMINATED
        _end(self)

    def _send(self) -> None:
        if self._response is not None and not self.flow.send(self._response):
            _step(self, _INVITE_TABLE, _TRANSPORT_ERROR)

    def _pass(self) -> None:
        if self._message is not None:
            self._layer.user.on_ack(self._message, self.flow)

    def _start_resend(self) -> None:
        if self.flow.reliable:
            return
        timers = self._layer.timers
        if self._interval:
            self._layer.retransmissions_sent += 1
        self._interval = min(self._interval * 2 or timers.t1, timers.t2)
        self._resend = self._layer.deadlines.after(self._interval, _resend_invite, self)

    def _start_timeout(self) -> None:
        self._timeout = self._layer.deadlines.after(
            self._layer.timers.timeout, _time_out_invite, self
        )

    def _start_forget(self) -> None:
        self.release()
        if self.flow.reliable:
            self._layer.deadlines.later(0.0, _forget_invite, self)
        else:
            self._layer.deadlines.later(self._layer.timers.t4, _forget_invite, self)

    def _start_linger(self) -> None:
        # By its key alone, so that a released transaction itself can go before its time is over.
        layer = self._layer
        layer.deadlines.later(layer.timers.timeout, layer.forget_lingering, self.key)

    def _tell_timeout(self) -> None:
        if self.user is not None:
            self.user.on_server_timeout(self)


class NonInviteServer:
    """The server side of any other request: answered once, the answer kept for repetitions."""

    __slots__ = ("_layer", "_response", "flow", "key", "request", "state")

    def __init__(self, layer: ServerLayer, key: Key, request: Request, flow: Flow) -> None:
        self._layer = layer
        self.key = key
        self.request: Request | None = request
        self.flow = flow
        self.state = State.TRYING
        self._response: bytes | None = None

    @property
    def is_answered(self) -> bool:
        """Whether a final response has been handed to the transport."""
        return self.state > State.PROCEEDING

    def respond(
        self,
        status: int,
        reason: bytes | None = None,
        *,
        to_tag: bytes = b"",
        headers: bytes = b"",
        body: bytes = b"",
    ) -> None:
        """Answer the request; `headers` are whole lines, each with its CRLF."""
        request = self.request
        if request is not None:
            self.send(
                status,
                response_bytes(
                    request, status, reason, to_tag=to_tag, headers_block=headers, body=body
                ),
            )

    def send(self, status: int, response: bytes) -> None:
        """Send `response`, whose status is `status`; nothing after a final response."""
        if self.state > _PROCEEDING:
            return
        self._response = response
        self._layer.count_response(status)
        if status < 200:
            _step(self, _TABLE, _PROVISIONAL)
        else:
            _step(self, _TABLE, _SUCCESS)
            self.request = None

    def receive(self, request: Request) -> None:
        """Take a retransmission of the request."""
        self._layer.retransmissions_received += 1
        _step(self, _TABLE, _REQUEST)

    def abandon(self) -> None:
        """Forget the transaction at once, as a process that dies does: nothing is sent."""
        self.state = _TERMINATED
        _end(self)

    def _send(self) -> None:
        if self._response is not None and not self.flow.send(self._response):
            _step(self, _TABLE, _TRANSPORT_ERROR)

    def _start_forget(self) -> None:
        # Timer J. Zero over a reliable transport, where nothing is retransmitted.
        delay = 0.0 if self.flow.reliable else self._layer.timers.timeout
        self._layer.deadlines.later(delay, _forget, self)


class Absorber:
    """What stands in the table for INVITEs whose 2xx has been acknowledged (RFC 6026, Accepted).

    One for all of them: retransmissions are swallowed until Timer L is over.
    """

    __slots__ = ()

    state: Final = State.ACCEPTED


ServerTransaction = InviteServer | NonInviteServer


def _stop_resend(transaction: InviteServer) -> None:
    if transaction._resend is not None:
        transaction._resend.cancel()
        transaction._resend = None


def _stop_timeout(transaction: InviteServer) -> None:
    if transaction._timeout is not None:
        transaction._timeout.cancel()
        transaction._timeout = None


def _end(transaction: ServerTransaction) -> None:
    transaction._layer.forget_server(transaction.key, transaction)
    transaction._response = None
    transaction.request = None
    if transaction.__class__ is InviteServer:
        transaction.user = None  # who knows the transaction too, so that neither would ever go


def _count_lost(transaction: ServerTransaction) -> None:
    # The user learns of a lost connection from the flow itself.
    transaction._layer.responses_lost += 1


Do = Callable[[Any], None]
_BoundTable = dict[tuple[State, Event], tuple[State, tuple[Do, ...]]]


def _bind(table: Table, actions: dict[Action, Do]) -> _BoundTable:
    return {
        key: (state, tuple(actions[action] for action in todo))
        for key, (state, todo) in table.items()
    }


_INVITE_TABLE = _bind(
    INVITE_SERVER,
    {
        Action.SEND: InviteServer._send,
        Action.PASS: InviteServer._pass,
        Action.TELL_TIMEOUT: InviteServer._tell_timeout,
        Action.TELL_ERROR: _count_lost,
        Action.START_RESEND: InviteServer._start_resend,
        Action.STOP_RESEND: _stop_resend,
        Action.START_TIMEOUT: InviteServer._start_timeout,
        Action.STOP_TIMEOUT: _stop_timeout,
        Action.START_FORGET: InviteServer._start_forget,
        Action.START_LINGER: InviteServer._start_linger,
        Action.END: _end,
    },
)
_TABLE = _bind(
    SERVER,
    {
        Action.SEND: NonInviteServer._send,
        Action.TELL_ERROR: _count_lost,
        Action.START_FORGET: NonInviteServer._start_forget,
        Action.END: _end,
    },
)


def _step(transaction: ServerTransaction, table: _BoundTable, event: Event) -> None:
    found = table.get((transaction.state, event))
    if found is None:
        return
    transaction.state, actions = found
    for action in actions:
        action(transaction)


def _resend_invite(transaction: InviteServer) -> None:
    _step(transaction, _INVITE_TABLE, _RESEND)


def _time_out_invite(transaction: InviteServer) -> None:
    _step(transaction, _INVITE_TABLE, _TIMEOUT)


def _forget_invite(transaction: InviteServer) -> None:
    _step(transaction, _INVITE_TABLE, _FORGET)


def _forget(transaction: NonInviteServer) -> None:
    _step(transaction, _TABLE, _FORGET)
