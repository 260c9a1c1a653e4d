"""Client transactions: one request sent, and the responses to it (RFC 3261 §17.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from sip.message import Request, Response
from sip.transaction.derived import ack_for_failure, cancel_of
from sip.transaction.surroundings import ClientLayer
from sip.transaction.tables import CLIENT, INVITE_CLIENT, Action, Event, State, Table

if TYPE_CHECKING:
    from sip.deadlines import Deadline
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
    """The client side of one request: repeats it, hears its responses, acknowledges failures.

    `find_other_way` is asked when the request could not be handed to the network and nothing has
    been heard of it: it calls `send_by` and says True, or says False, and the user is told.
    """

    __slots__ = (
        "_cancel",
        "_data",
        "_interval",
        "_message",
        "_resend",
        "_response",
        "_table",
        "_timeout",
        "branch",
        "find_other_way",
        "flow",
        "is_cancelled",
        "layer",
        "request",
        "state",
        "user",
    )

    def __init__(
        self, layer: ClientLayer, request: Request, flow: Flow, user: ClientUser | None
    ) -> None:
        self.layer = layer
        self.request = request
        self.flow = flow
        self.user = user
        self.branch = request.branch
        self.is_cancelled = False
        self.state = State.CALLING if request.method == b"INVITE" else State.TRYING
        self._table = _INVITE_TABLE if request.method == b"INVITE" else _TABLE
        self._data: bytes | None = request.to_bytes()
        self._response: Response | None = None
        self._message: Response | None = None
        self._resend: Deadline | None = None
        self._timeout: Deadline | None = None
        self._interval = 0.0
        self._cancel: tuple[tuple[bytes, bytes], ...] | None = None
        self.find_other_way: Callable[[ClientTransaction], bool] | None = None

    @property
    def size_bytes(self) -> int:
        """How large the request is on the wire, 0 once it is not repeated any more."""
        return 0 if self._data is None else len(self._data)

    @property
    def is_final(self) -> bool:
        """Whether a final response has come, or can't come any more."""
        return self.state > State.PROCEEDING

    def start(self) -> None:
        """Send the request for the first time."""
        if self.flow.reliable:
            self.flow.watch(self, self._lose)
        self._step(Event.START)

    def send_by(self, flow: Flow, via: bytes, branch: bytes) -> None:
        """Send the request by another flow, under another top Via, as if for the first time.

        Only while nothing has been heard of it.
        """
        self._stop_resend()
        self._stop_timeout()
        if self.flow.reliable:
            self.flow.unwatch(self)
        self.layer.forget_client(self)
        self.request.pop_via()
        self.request.push_via(via, branch, self.request.sent_by)
        self.branch = branch
        self.flow = flow
        self._data = self.request.to_bytes()
        self._interval = 0.0
        self.layer.remember_client(self)
        self.start()

    def fail(self) -> None:
        """It can't be sent at all: the user is told of a transport error."""
        self._step(Event.TRANSPORT_ERROR)

    def cancel(self, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """Cancel an INVITE: now, or when its first provisional response comes (§9.1).

        `headers` say why. Nothing happens if it has been cancelled, or had its final response.
        """
        if self.is_cancelled or self.is_final or self.request.method != b"INVITE":
            return
        self.is_cancelled = True
        self._cancel = tuple(headers)
        if self.state == State.PROCEEDING:
            self._send_cancel()

    def receive(self, response: Response) -> None:
        """Take a response whose branch and method are this transaction's."""
        self._message = self._response = response
        status = response.status
        if status < 200:
            self._step(Event.PROVISIONAL)
            if self._cancel is not None and self.state == State.PROCEEDING:
                self._send_cancel()
        elif status < 300:
            self._step(Event.SUCCESS)
        else:
            self._step(Event.FAILURE)
        self._message = None

    def give_up(self) -> None:
        """Wait no longer: the user is told of a timeout, unless there was a final response."""
        self._step(Event.TIMEOUT)

    def abandon(self) -> None:
        """Forget the transaction at once, as a process that dies does: nobody is told."""
        self._stop_resend()
        self._stop_timeout()
        self.state = State.TERMINATED
        self._end()

    def _lose(self) -> None:
        is_unheard = self.state < State.PROCEEDING
        if is_unheard and self.find_other_way is not None and self.find_other_way(self):
            return
        self._step(Event.TRANSPORT_ERROR)

    def _send_cancel(self) -> None:
        cancel = cancel_of(self.request, self._cancel or ())
        self._cancel = None
        self.layer.send_request(cancel, self.flow, None)
        if self._timeout is None:  # §9.1: not more than 64*T1 are waited for the final response
            self._start_timeout()

    def _step(self, event: Event) -> None:
        found = self._table.get((self.state, event))
        if found is None:
            return
        self.state, actions = found
        for action in actions:
            action(self)

    def _send(self) -> None:
        if self._data is None:
            return
        if self.flow.send(self._data):
            self.layer.count_request(self.request.method, self.flow.transport)
        else:
            # Later, so that whoever sends is not called back while it is sending.
            self.layer.deadlines.later(0.0, _fail, (self, self.flow))

    def _send_ack(self) -> None:
        if self._response is None:
            return
        if self.flow.send(ack_for_failure(self.request, self._response.to_value).to_bytes()):
            self.layer.count_request(b"ACK", self.flow.transport)

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
        if not self.flow.reliable:
            self.layer.retransmissions_sent += 1
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
        self.user = None


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


def _fail(failed: tuple[ClientTransaction, Flow]) -> None:
    transaction, flow = failed
    if transaction.flow is flow and not transaction.is_final:
        transaction._lose()
