"""A caller's dialog whose other side is here: an emulated agent, or a pool in front of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.calls import Call, EndedBy
from emulator.model.ladder import Party
from emulator.service.descriptions import answer_for
from emulator.service.session_timer import SessionTimer
from emulator.service.wording import ALLOW, Lines
from sip.answer import Answer
from sip.dialog import Dialog
from sip.message import Request, Response, response_bytes
from sip.transaction.client import ClientTransaction
from sip.transaction.server import InviteServer, ServerTransaction
from sip.transport.flow import Flow

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.site import Site

__all__ = ["ServedDialog"]

_SDP = b"Content-Type: application/sdp\r\n"
_ALLOW = b"Allow: %b\r\n" % ALLOW


class ServedDialog:
    """Answers what arrives in one established dialog, and ends it (RFC 3261 §12 to §15).

    `element` is the listener that the dialog's Contact names: the agents' for a call that was
    handed over, the host pool's for a bridged one. Emulated agents accept any offer of audio.
    """

    __slots__ = ("_answer", "_bye", "_is_ended", "_timer", "_transaction", "call", "contact",
                 "dialog", "element", "flow", "site")  # fmt: skip

    def __init__(
        self,
        site: Site,
        call: Call,
        dialog: Dialog,
        element: Element,
        contact: bytes,
        flow: Flow,
    ) -> None:
        self.site = site
        self.call: Call | None = call
        self.dialog = dialog
        self.element = element
        self.contact = contact
        self.flow = flow  # the way that the INVITE came by
        self._answer: Answer | None = None
        self._transaction: InviteServer | None = None
        self._bye: Lines | None = None
        self._timer: SessionTimer | None = None
        self._is_ended = False

    def owns(self, request: Request) -> bool:
        """Whether `request` carries this dialog's tags."""
        dialog = self.dialog
        return request.to_tag == dialog.local_tag and request.from_tag == dialog.remote_tag

    def accept(self, transaction: InviteServer, request: Request) -> bool:
        """Answer an INVITE or re-INVITE with 200; False (488 sent) if its offer can't be read."""
        body = self._answer_to(request)
        if body is None:
            transaction.respond(488, to_tag=self.dialog.local_tag)
            return False
        data = response_bytes(
            request,
            200,
            to_tag=self.dialog.local_tag,
            headers_block=b"Contact: %b\r\n%b%b%b"
            % (self.contact, _ALLOW, self._agree_on_timer(request), _SDP),
            body=body,
        )
        transaction.send(200, data)
        if self._answer is not None:
            self._answer.abandon()
        site = self.site
        self._answer = Answer(data, transaction.flow, self, site.deadlines, site.timers)
        self._transaction = transaction
        return True

    def on_ack(self, request: Request) -> None:
        """The caller has our 2xx."""
        if self._answer is not None:
            self._answer.acknowledge()
            self._answer = None
        if self._transaction is not None:
            self._transaction.release()
            self._transaction = None
        if self._bye is not None:
            self._send_bye(self._bye)

    def on_ack_missing(self) -> None:
        """64*T1 without an ACK: the call is ended by BYE (§13.3.1.4)."""
        self._answer = None
        if self._transaction is not None:
            self._transaction.release()
            self._transaction = None
        why = self._bye if self._bye is not None else ()
        self._stop_timer()
        call = self.call
        if call is not None:
            self.site.end_call(call, EndedBy.FAULT, reason="no ACK")
        self._is_ended = True
        self._send_bye(why)

    def on_request(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """Deal with a request within the dialog, whichever listener it came to."""
        call = self.call
        if call is None or self._is_ended:
            transaction.respond(481)
            return
        method = request.method
        if transaction.flow is not self.flow and transaction.flow.reliable:
            self.flow = transaction.flow  # the caller has connected anew
        if method != b"BYE":
            call.saw_request(Party.CALLER, element.party, method)
        if not self.dialog.accepts(request):
            self._respond(transaction, 500, element, method)
            return
        if method == b"BYE":
            self._on_bye(call, transaction, element)
        elif method == b"INVITE":
            self._on_reinvite(call, transaction, request, element)
        elif method == b"UPDATE":
            self._on_update(call, transaction, request, element)
        elif method in (b"OPTIONS", b"INFO", b"MESSAGE"):
            call.saw_response(element.party, Party.CALLER, 200, method)
            transaction.respond(200, headers=b"Contact: %b\r\n%b" % (self.contact, _ALLOW))
        else:
            call.saw_response(element.party, Party.CALLER, 405, method)
            transaction.respond(405, headers=_ALLOW)

    @property
    def awaits_ack(self) -> bool:
        """Whether a BYE of ours would have to wait for the ACK to our 2xx."""
        return self._answer is not None

    def hang_up(self, why: Lines) -> None:
        """Send BYE, now or once the ACK to our 2xx has come (§15)."""
        if self._is_ended:
            return
        self._is_ended = True
        self._stop_timer()
        if self._answer is not None:
            self._bye = why
            if self.call is not None:
                self.call.carrier = self  # so that the ACK finds us
                self.site.parting[self.dialog.local_tag] = self
            return
        self._send_bye(why)

    def abandon(self) -> None:
        """The element is dead: no packet of this dialog is ever sent again."""
        self._is_ended = True
        self._stop_timer()
        self.call = None
        if self._answer is not None:
            self._answer.abandon()
            self._answer = None
        self._transaction = None

    def stop_repeating(self) -> None:
        """The listener that took the INVITE is gone: the 2xx is not repeated, the call stays."""
        if self._answer is not None:
            self._answer.abandon()
            self._answer = None
        self._transaction = None

    def on_response(self, transaction: ClientTransaction, response: Response) -> None:
        """The caller's answer to our BYE."""
        self._note_response(response.status)

    def on_client_timeout(self, transaction: ClientTransaction) -> None:
        """The caller is gone; so is the dialog."""

    def on_transport_error(self, transaction: ClientTransaction) -> None:
        """The caller can't be reached; the dialog is over all the same."""

    def _on_bye(self, call: Call, transaction: ServerTransaction, element: Element) -> None:
        self._is_ended = True
        if self._answer is not None:
            self._answer.abandon()
            self._answer = None
        if self._transaction is not None:
            self._transaction.release()
            self._transaction = None
        self._stop_timer()
        call.saw_both(element.steps.bye, element.steps.bye_answer)
        transaction.respond(200)
        self.call = None
        self.site.end_call(call, EndedBy.CALLER)

    def _on_reinvite(
        self, call: Call, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        assert isinstance(transaction, InviteServer)
        if self._answer is not None:  # §14.2: the last one has not been acknowledged
            call.saw_response(element.party, Party.CALLER, 491, b"INVITE")
            transaction.respond(491)
            return
        self.dialog.refresh_target(request)
        is_accepted = self.accept(transaction, request)
        call.saw_response(element.party, Party.CALLER, 200 if is_accepted else 488, b"INVITE")

    def _on_update(
        self, call: Call, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        body = self._answer_to(request) if request.body else b""
        if body is None:
            self._respond(transaction, 488, element, b"UPDATE")
            return
        self.dialog.refresh_target(request)
        lines = b"Contact: %b\r\n%b%b" % (self.contact, _ALLOW, self._agree_on_timer(request))
        call.saw_response(element.party, Party.CALLER, 200, b"UPDATE")
        transaction.respond(200, headers=lines + _SDP if body else lines, body=body)

    def _agree_on_timer(self, request: Request) -> bytes:
        if self._timer is None:
            if not SessionTimer.is_asked_for(request):
                return b""
            self._timer = SessionTimer(self.site.deadlines, self._on_expired)
        return self._timer.agree(request)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _on_expired(self) -> None:
        call = self.call
        if call is not None and call.ended is None:
            self.site.end_call(call, EndedBy.FAULT, reason="the session was not refreshed")
            self.hang_up(())

    def _answer_to(self, request: Request) -> bytes | None:
        number = self.call.number if self.call is not None else 0
        host = self.element.endpoint.advertise.encode()
        port = self.site.elements.media_port
        return answer_for(request, host=host, port=port, session=number)

    def _respond(
        self, transaction: ServerTransaction, status: int, element: Element, method: bytes
    ) -> None:
        if self.call is not None:
            self.call.saw_response(element.party, Party.CALLER, status, method)
        transaction.respond(status)

    def _send_bye(self, why: Lines) -> None:
        if self._bye is not None:
            self._bye = None
            self.site.parting.pop(self.dialog.local_tag, None)
        call = self.call
        if call is not None:
            call.carrier = None
            call.saw_request(self.element.party, Party.CALLER, b"BYE")
        self.element.send_in_dialog(self.dialog, b"BYE", why, self, self.flow)

    def _note_response(self, status: int) -> None:
        call = self.call
        if call is not None and status >= 200:
            call.saw_response(Party.CALLER, self.element.party, status, b"BYE")
            self.call = None
