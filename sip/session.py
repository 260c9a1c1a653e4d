"""Sessions: one call of a user agent from INVITE to BYE, on either side (RFC 3261 §13 to §15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from sip.answer import Answer
from sip.dialog import Dialog
from sip.endpoint import Endpoint
from sip.message import Request, Response, response_bytes
from sip.transaction.client import ClientTransaction, ClientUser
from sip.transaction.server import InviteServer, ServerTransaction
from sip.transport.flow import Flow

__all__ = ["ALLOW", "Session", "SessionState"]

ALLOW = b"INVITE, ACK, CANCEL, BYE, OPTIONS"
_SDP = b"application/sdp"

Headers = Iterable[tuple[bytes, bytes]]


class SessionState(Enum):
    """How far a session has come."""

    EARLY = "early"  # the INVITE has no final response yet
    ANSWERED = "answered"
    ENDED = "ended"


class Session:
    """A call that came in, or that was made. The user agent makes it.

    `request` is the INVITE, `remote_body` what the other side has described, `status` the final
    status of the INVITE: 408 too for silence, 503 where nobody could be reached. Set the
    callbacks to hear of what happens; each is called with the session, and may end it.
    """

    __slots__ = ("_answer", "_bye", "_contact", "_endpoint", "_forget", "_invite", "_local_body",
                 "_transaction", "dialog", "flow", "is_incoming", "on_answered", "on_ended",
                 "on_reinvite", "on_ringing", "remote_body", "request", "state",
                 "status")  # fmt: skip

    def __init__(
        self,
        endpoint: Endpoint,
        request: Request,
        contact: bytes,
        dialog: Dialog | None,
        flow: Flow | None,
        forget: Callable[[Session], None],
    ) -> None:
        self._endpoint = endpoint
        self._contact = contact
        self._forget = forget
        self.request = request
        self.dialog = dialog
        self.flow = flow
        self.is_incoming = dialog is not None
        self.state = SessionState.EARLY
        self.status: int | None = None
        self.remote_body = request.body if dialog is not None else b""
        self.on_ringing: Callable[[Session], Any] = _do_nothing
        self.on_answered: Callable[[Session], Any] = _do_nothing
        self.on_reinvite: Callable[[Session], Any] = _answer_alike
        self.on_ended: Callable[[Session], Any] = _do_nothing
        self._local_body = b"" if self.is_incoming else request.body
        self._transaction: InviteServer | None = None  # of the INVITE that waits for our answer
        self._answer: Answer | None = None  # until its ACK has come
        self._invite: ClientTransaction | None = None
        self._bye: tuple[tuple[bytes, bytes], ...] | None = None  # asked for, but not sent yet

    # -- what one does with a call --------------------------------------------------------------

    def ring(self, status: int = 180, *, headers: bytes = b"", body: bytes = b"") -> None:
        """Send a provisional response; `headers` are whole lines, each with its CRLF."""
        self._respond(status, headers, body)

    def accept(self, body: bytes = b"", *, headers: bytes = b"") -> None:
        """Answer 200 with the session description `body`; it is repeated until its ACK comes."""
        transaction = self._transaction
        if transaction is None or transaction.request is None or self.dialog is None:
            return
        self._local_body = body
        self._transaction = None
        data = response_bytes(
            transaction.request,
            200,
            to_tag=self.dialog.local_tag,
            headers_block=self._lines(headers, body),
            body=body,
        )
        transaction.send(200, data)
        layer = self._endpoint.layer
        self._answer = Answer(data, transaction.flow, self, layer.deadlines, layer.timers)
        if self.state is SessionState.EARLY:
            self.status = 200
            self.state = SessionState.ANSWERED

    def reject(self, status: int, *, headers: bytes = b"") -> None:
        """Refuse the INVITE with `status`; a refused re-INVITE leaves the session as it was."""
        if self._transaction is None:
            return
        self._respond(status, headers, b"")
        self._transaction = None
        if self.state is SessionState.EARLY:
            self._end(status)

    def bye(self, headers: Headers = ()) -> None:
        """End the call: by BYE, by CANCEL if it has not been answered, by 480 if we haven't.

        A BYE waits for the ACK to our 200 (§15), a CANCEL for a provisional response (§9.1).
        `headers` go into the request, to say why.
        """
        if self.state is SessionState.ENDED or self._bye is not None:
            return
        if self.state is SessionState.EARLY and self.is_incoming:
            self.reject(480)
            return
        self._bye = tuple(headers)
        if self.state is SessionState.EARLY:
            if self._invite is not None:
                self._invite.cancel(self._bye)
        elif self._answer is None:
            self._send_bye()
        else:
            layer = self._endpoint.layer
            layer.deadlines.later(layer.timers.timeout, Session._send_bye, self)

    def send(
        self, method: bytes, user: ClientUser | None, *, headers: Headers = (), body: bytes = b""
    ) -> ClientTransaction | None:
        """Send another request within the dialog, INFO say; None if there is no dialog yet."""
        if self.dialog is None or self.state is not SessionState.ANSWERED:
            return None
        request = self.dialog.request(method, headers=headers, body=body)
        return self._endpoint.send_request(request, user, self.flow)

    # -- what comes in (for the user agent) -------------------------------------------------------

    def take_invite(self, transaction: InviteServer) -> None:
        """Wait for an answer to the first INVITE, or to one within the dialog."""
        self._transaction = transaction
        self.flow = transaction.flow
        transaction.user = self

    def start(self, transaction: ClientTransaction) -> None:
        """Know the transaction of the INVITE that was sent."""
        self._invite = transaction

    def owns(self, request: Request) -> bool:
        """Whether `request`, which has our tag, is within the dialog."""
        return self.dialog is not None and request.from_tag == self.dialog.remote_tag

    def on_request(self, transaction: ServerTransaction, request: Request) -> None:
        """A request within the dialog."""
        assert self.dialog is not None
        if not self.dialog.accepts(request):
            transaction.respond(500)
        elif request.method == b"BYE":
            transaction.respond(200)
            if self._transaction is not None:  # §15.1.2: what has no answer yet gets one
                self._transaction.respond(487, to_tag=self.dialog.local_tag)
            self._end(self.status or 487)
        elif isinstance(transaction, InviteServer):
            self._on_reinvite(transaction, request)
        elif request.method == b"OPTIONS":
            transaction.respond(200, headers=self._lines(b"", b""))
        else:
            transaction.respond(405, headers=b"Allow: %b\r\n" % ALLOW)

    def on_ack(self) -> None:
        """The ACK to our 200."""
        if self._answer is None:
            return
        self._answer.acknowledge()
        self._answer = None
        if self._bye is not None:
            self._send_bye()

    def _on_reinvite(self, transaction: InviteServer, request: Request) -> None:
        assert self.dialog is not None
        if self._answer is not None or self._transaction is not None:
            transaction.respond(491)  # §14.2: one at a time
            return
        self.dialog.refresh_target(request)
        self.remote_body = request.body
        self.take_invite(transaction)
        self.on_reinvite(self)

    # -- what transactions tell -------------------------------------------------------------------

    def on_cancel(self, transaction: InviteServer, cancel: Request) -> None:
        """The caller gives up (for the transaction)."""
        self.reject(487)

    def on_server_timeout(self, transaction: InviteServer) -> None:
        """Our refusal was not acknowledged (for the transaction): it is one all the same."""

    def on_ack_missing(self) -> None:
        """No ACK in 64*T1 (for the answer): the call is ended by BYE (§13.3.1.4)."""
        self._answer = None
        self._send_bye()

    def on_response(self, transaction: ClientTransaction, response: Response) -> None:
        """A response to our INVITE (for the transaction)."""
        self.flow = transaction.flow
        if response.status >= 300:
            self._end(response.status)
        elif response.status >= 200:
            self._on_success(response)
        elif response.status > 100 and self._bye is None:
            self.remote_body = response.body or self.remote_body
            self.on_ringing(self)

    def on_client_timeout(self, transaction: ClientTransaction) -> None:
        """Nobody has answered (for the transaction)."""
        self._end(408)

    def on_transport_error(self, transaction: ClientTransaction) -> None:
        """Nobody could be reached (for the transaction)."""
        self._end(503)

    def _on_success(self, response: Response) -> None:
        if self.dialog is not None and response.to_tag != self.dialog.remote_tag:
            # Another branch of a fork has answered too: one call is enough (§13.2.2.4).
            other = Dialog.of_client(self.request, response)
            self._acknowledge(other)
            self._endpoint.send_request(other.request(b"BYE"), None, self.flow)
            return
        is_first = self.dialog is None
        dialog = self.dialog = self.dialog or Dialog.of_client(self.request, response)
        self._acknowledge(dialog)
        if not is_first:
            return
        self.status = response.status
        self.state = SessionState.ANSWERED
        self.remote_body = response.body
        if self._bye is not None:  # it crossed our CANCEL
            self._send_bye()
        else:
            self.on_answered(self)

    def _acknowledge(self, dialog: Dialog) -> None:
        self._endpoint.send_ack(dialog.request(b"ACK", cseq=self.request.cseq), self.flow)

    # -- the rest ---------------------------------------------------------------------------------

    def _respond(self, status: int, headers: bytes, body: bytes) -> None:
        if self._transaction is not None and self.dialog is not None:
            self._transaction.respond(
                status,
                to_tag=self.dialog.local_tag,
                headers=self._lines(headers, body),
                body=body,
            )

    def _lines(self, headers: bytes, body: bytes) -> bytes:
        lines = b"Contact: %b\r\nAllow: %b\r\n%b" % (self._contact, ALLOW, headers)
        return lines + b"Content-Type: %b\r\n" % _SDP if body else lines

    def _send_bye(self) -> None:
        if self.state is SessionState.ENDED or self.dialog is None:
            return
        self._endpoint.send_request(
            self.dialog.request(b"BYE", headers=self._bye or ()), None, self.flow
        )
        self._end(self.status)

    def _end(self, status: int | None) -> None:
        if self.state is SessionState.ENDED:
            return
        self.state = SessionState.ENDED
        self.status = status
        self._transaction = None
        if self._answer is not None:
            self._answer.abandon()
            self._answer = None
        self._forget(self)
        self.on_ended(self)


def _do_nothing(session: Session) -> None:
    """What a callback does that nobody has set."""


def _answer_alike(session: Session) -> None:
    """Answer a re-INVITE as the INVITE was answered."""
    session.accept(session._local_body)
