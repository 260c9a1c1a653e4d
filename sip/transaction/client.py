"""Client transactions: one request sent, and the responses to it (RFC 3261 §17.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from sip.message import Request, Response
from sip.transaction.tables import CLIENT, INVITE_CLIENT, Action, Event, State, Table

if TYPE_CHECKING:
    from sip.deadlines import Deadline
    from sip.transaction.layer import TransactionLayer
    from sip.transport.flow import Flow

__all__ = ["ClientTransaction", "ClientUser"]


class ClientUser(Protocol):
    """Who sent a request: told of what comes of it."""

    def on_response(self, transaction: ClientTransaction, response: Response) -> None:
        """A response has come; every 2xx to an INVITE does, repetitions included."""
        ...

    def on_client_timeout(self, transaction: ClientTransaction) -> None:
        """No final response in time: to be treated as 408 (§8.1.3.1)."""
        ...

    def on_transport_error(self, transaction: ClientTransaction) -> None:
        """It could not be sent: to be treated as 503 (§8.1.3.1)."""
        ...


class ClientTransaction:
    """The client side of one request: repeats it, hears its responses, acknowledges failures."""

    __slots__ = (
        "_data",
        "_interval",
        "_message",
        "_resend",
        "_response",
        "_table",
        "_timeout",
        "branch",
        "flow",
        "layer",
        "request",
        "state",
        "user",
    )

    def __init__(
        self, layer: TransactionLayer, request: Request, flow: Flow, user: ClientUser | None
    ) -> None:
        self.layer = layer
        self.request = request
        self.flow = flow
        self.user = user
        self.branch = request.branch
        self.state = State.CALLING if request.method == b"INVITE" else State.TRYING
        self._table = _INVITE_TABLE if request.method == b"INVITE" else _TABLE
        self._data: bytes | None = request.to_bytes()
        self._response: Response | None = None
        self._message: Response | None = None
        self._resend: Deadline | None = None
        self._timeout: Deadline | None = None
        self._interval = 0.0

    @property
    def is_final(self) -> bool:
        """Whether a final response has come, or can't come any more."""
        return self.state > State.PROCEEDING

    def start(self) -> None:
        """Send the request for the first time."""
        if self.flow.reliable:
            self.flow.watch(self, self._lose)
        self._step(Event.START)

    def receive(self, response: Response) -> None:
        """Take a response whose branch and method are this transaction's."""
        self._message = self._response = response
        status = response.status
        if status < 200:
            self._step(Event.PROVISIONAL)
        elif status < 300:
            self._step(Event.SUCCESS)
        else:
            self._step(Event.FAILURE)
        self._message = None

    def expect_final(self) -> None:
        """Give up 64*T1 from now unless a final response comes (§9.1, after a CANCEL)."""
        if not self.is_final and self._timeout is None:
            self._start_timeout()

    def abandon(self) -> None:
        """Forget the transaction at once, as a process that dies does: nobody is told."""
        self._stop_resend()
        self._stop_timeout()
        self.state = State.TERMINATED
        self._end()

    def _lose(self) -> None:
        self._step(Event.TRANSPORT_ERROR)

    def _step(self, event: Event) -> None:
        found = self._table.get((self.state, event))
        if found is None:
            return
        self.state, actions = found
        for action in actions:
            action(self)

    def _send(self) -> None:
        if self._data is not None and not self.flow.send(self._data):
            # Later, so that whoever sends is not called back while it is sending.
            self.layer.deadlines.after(0.0, _fail, self)

    def _send_ack(self) -> None:
        if self._response is not None:
            self.flow.send(self.layer.ack_to(self.request, self._response))

    def _pass(self) -> None:
        if self.user is not None and self._message is not None:
            self.user.on_response(self, self._message)

    def _tell_timeout(self) -> None:
        if self.user is not None:
            self.user.on_client_timeout(self)

    def _tell_error(self) -> None:
        if self.user is not None:
            self.user.on_transport_error(self)

    def _start_resend(self) -> None:
        if self.flow.reliable:
            return
        timers = self.layer.timers
        if self._interval:
            self.layer.retransmissions_sent += 1
        self._interval = self._interval * 2 or timers.t1
        if self.state != State.CALLING:  # Timer E is capped, Timer A is not (§17.1.1.2)
            self._interval = min(self._interval, timers.t2)
        self._resend = self.layer.deadlines.after(self._interval, _resend, self)

    def _slow_resend(self) -> None:
        self._stop_resend()
        if not self.flow.reliable:
            self._resend = self.layer.deadlines.after(self.layer.timers.t2, _resend, self)

    def _stop_resend(self) -> None:
        if self._resend is not None:
            self._resend.cancel()
            self._resend = None

    def _start_timeout(self) -> None:
        self._timeout = self.layer.deadlines.after(self.layer.timers.timeout, _time_out, self)

    def _stop_timeout(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None

    def _start_forget(self) -> None:
        self._data = None
        if self.flow.reliable:
            delay = 0.0
        elif self.request.method == b"INVITE":
            delay = self.layer.timers.timer_d
        else:
            delay = self.layer.timers.t4
        self.layer.deadlines.later(delay, _forget, self)

    def _start_linger(self) -> None:
        self._data = None
        self.layer.deadlines.later(self.layer.timers.timeout, _forget, self)

    def _end(self) -> None:
        if self.flow.reliable:
            self.flow.unwatch(self)
        self.layer.forget_client(self)
        self._data = None
        self._response = None


Do = Callable[[Any], None]


def _bind(table: Table) -> dict[tuple[State, Event], tuple[State, tuple[Do, ...]]]:
    actions: dict[Action, Do] = {
        Action.SEND: ClientTransaction._send,
        Action.SEND_ACK: ClientTransaction._send_ack,
        Action.PASS: ClientTransaction._pass,
        Action.TELL_TIMEOUT: ClientTransaction._tell_timeout,
        Action.TELL_ERROR: ClientTransaction._tell_error,
        Action.START_RESEND: ClientTransaction._start_resend,
        Action.SLOW_RESEND: ClientTransaction._slow_resend,
        Action.STOP_RESEND: ClientTransaction._stop_resend,
        Action.START_TIMEOUT: ClientTransaction._start_timeout,
        Action.STOP_TIMEOUT: ClientTransaction._stop_timeout,
        Action.START_FORGET: ClientTransaction._start_forget,
        Action.START_LINGER: ClientTransaction._start_linger,
        Action.END: ClientTransaction._end,
    }
    return {
        key: (state, tuple(actions[action] for action in todo))
        for key, (state, todo) in table.items()
    }


_INVITE_TABLE = _bind(INVITE_CLIENT)
_TABLE = _bind(CLIENT)


def _resend(transaction: ClientTransaction) -> None:
    transaction._step(Event.RESEND)


def _time_out(transaction: ClientTransaction) -> None:
    transaction._step(Event.TIMEOUT)


def _forget(transaction: ClientTransaction) -> None:
    transaction._step(Event.FORGET)


def _fail(transaction: ClientTransaction) -> None:
    transaction._step(Event.TRANSPORT_ERROR)
