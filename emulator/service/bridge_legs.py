"""One leg of a bridged call: a dialog of the pool's, the way to its peer, the ACKs it owes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emulator.model.calls import Call
from emulator.model.ladder import Party
from emulator.service.routes import way_to
from emulator.service.session_timer import SessionTimer
from emulator.service.wording import ALLOW, Lines
from sip.answer import Answer
from sip.dialog import Dialog, next_hop
from sip.endpoint import Endpoint
from sip.message import Request, Response, response_bytes
from sip.transaction.client import ClientTransaction, ClientUser
from sip.transaction.server import InviteServer
from sip.transport.flow import Flow

if TYPE_CHECKING:
    from emulator.service.site import Site

__all__ = ["Leg"]

Content = list[tuple[bytes, bytes]]


class Leg:
    """The pool's side of one dialog of a bridged call.

    `endpoint` sends its requests: the pool's own towards the caller, the director's towards a
    registered agent. `has_passage` while a re-INVITE is under way on it.
    """

    __slots__ = ("_ack", "_ack_cseq", "_answer", "_bye", "_is_over", "_keep", "_timer",
                 "_transaction", "call", "contact", "dialog", "endpoint", "flow", "has_passage",
                 "on_expired", "on_no_ack", "on_over", "party", "site", "sender")  # fmt: skip

    def __init__(
        self,
        site: Site,
        call: Call,
        party: Party,
        sender: Party,
        dialog: Dialog,
        endpoint: Endpoint,
        contact: bytes,
        flow: Flow,
    ) -> None:
        self.site = site
        self.call = call
        self.party = party
        self.sender = sender
        self.dialog = dialog
        self.endpoint = endpoint
        self.contact = contact
        self.flow = flow
        self.has_passage = False
        self.on_no_ack: Callable[[], None] = _nothing
        self.on_expired: Callable[[], None] = _nothing  # the peer has not refreshed the session
        self.on_over: Callable[[], None] = _nothing  # the dialog is no more
        self._answer: Answer | None = None
        self._transaction: InviteServer | None = None
        self._bye: Lines | None = None
        self._keep: Any = None
        self._ack: bytes | None = None
        self._ack_cseq: int | None = None
        self._timer: SessionTimer | None = None
        self._is_over = False

    def owns(self, request: Request) -> bool:
        """Whether `request` is within this dialog."""
        dialog = self.dialog
        return (
            request.to_tag == dialog.local_tag
            and request.from_tag == dialog.remote_tag
            and request.call_id == dialog.call_id
        )

    # -- as a server ------------------------------------------------------------------------------

    def answer(
        self, transaction: InviteServer, request: Request, body: bytes, content: Content
    ) -> None:
        """Answer an INVITE with 200, repeated until its ACK comes."""
        lines = b"Contact: %b\r\nAllow: %b\r\n" % (self.contact, ALLOW)
        lines += self.agree_on_timer(request)
        for name, value in content:
            lines += b"%b: %b\r\n" % (name, value)
        data = response_bytes(
            request, 200, to_tag=self.dialog.local_tag, headers_block=lines, body=body
        )
        transaction.send(200, data)
        self._transaction = transaction
        self._answer = Answer(data, transaction.flow, self, self.site.deadlines, self.site.timers)

    def agree_on_timer(self, request: Request) -> bytes:
        """Let the peer's INVITE, re-INVITE or UPDATE set the session timer; lines for its 2xx."""
        if self._timer is None:
            if not SessionTimer.is_asked_for(request):
                return b""
            self._timer = SessionTimer(self.site.deadlines, self._on_expired)
        return self._timer.agree(request)

    @property
    def is_busy(self) -> bool:
        """Whether an offer is under way on it, or an answer that its peer may not have yet."""
        return self.has_passage or self._answer is not None

    @property
    def awaits_ack(self) -> bool:
        """Whether a BYE of ours would have to wait for the ACK to our 2xx."""
        return self._answer is not None

    def acknowledged(self) -> None:
        """The peer has our 2xx."""
        self._stop_answer()
        if self._bye is not None:
            self._send_bye(self._bye)

    def on_ack_missing(self) -> None:
        """64*T1 without an ACK."""
        self._answer = None
        self._stop_answer()
        if self._bye is not None:
            self._send_bye(self._bye)
        else:
            self.on_no_ack()

    def stop_repeating(self) -> None:
        """Repeat the 2xx no longer; the call stays."""
        self._stop_answer()

    # -- as a client ------------------------------------------------------------------------------

    def send(
        self, method: bytes, headers: Content, body: bytes, user: ClientUser
    ) -> ClientTransaction | None:
        """Send a request within the dialog."""
        self.call.saw_request(self.sender, self.party, method)
        request = self.dialog.request(method, headers=headers, body=body)
        return self._send(request, user)

    def must_acknowledge(self, cseq: int) -> None:
        """A 2xx to our INVITE has come; `acknowledge` follows once the other end has said its."""
        self._ack_cseq = cseq
        self._ack = None

    def acknowledge(self, body: bytes, content: Content) -> None:
        """Send the ACK to a 2xx, if one is owed (§13.2.2.4)."""
        if self._ack_cseq is None:
            return
        request = self.dialog.request(b"ACK", headers=content, body=body, cseq=self._ack_cseq)
        self._ack_cseq = None
        request.set_routes(self._routes(request))
        self.call.saw_request(self.sender, self.party, b"ACK")
        if self.party is Party.AGENT:  # as `_send`
            self.flow = way_to(self.endpoint, next_hop(request), self.flow)
            self.endpoint.send_ack(request, self.flow, keeps_flow=True)
        else:
            self.endpoint.send_ack(request, self.flow)
        self._ack = request.to_bytes()

    def acknowledge_again(self) -> None:
        """The peer repeats its 2xx: repeat the ACK."""
        if self._ack is not None:
            self.flow.send(self._ack)

    # -- the end ----------------------------------------------------------------------------------

    def hang_up(self, why: Lines, keep: Any = None) -> None:
        """Send BYE, now or once the ACK to our 2xx has come; `keep` then stays the carrier."""
        if self._is_over:
            return
        self._is_over = True
        self._stop_timer()
        if self._answer is not None:
            self._bye = why
            self._keep = keep
            if keep is not None:
                self.call.carrier = keep
                self.site.parting[self.dialog.local_tag] = keep
            return
        self._send_bye(why)

    def finish(self) -> None:
        """The peer has ended the dialog."""
        self._is_over = True
        self._stop_timer()
        self._stop_answer()
        self.on_over()

    def abandon(self) -> None:
        """No packet of this dialog is ever sent again."""
        self.finish()
        self._ack = None
        self._ack_cseq = None

    def on_response(self, transaction: ClientTransaction, response: Response) -> None:
        """The answer to our BYE."""
        self.call.saw_response(self.party, self.sender, response.status, b"BYE")

    def on_client_timeout(self, transaction: ClientTransaction) -> None:
        """The peer is gone; so is the dialog."""

    def on_transport_error(self, transaction: ClientTransaction) -> None:
        """The peer can't be reached; the dialog is over all the same."""

    def _send_bye(self, why: Lines) -> None:
        self._bye = None
        if self._keep is not None:
            self.site.parting.pop(self.dialog.local_tag, None)
            if self.call.carrier is self._keep:
                self.call.carrier = None
        self._keep = None
        self.acknowledge(b"", [])
        self.call.saw_request(self.sender, self.party, b"BYE")
        self._send(self.dialog.request(b"BYE", headers=why), self)
        self.on_over()

    def _send(self, request: Request, user: ClientUser) -> ClientTransaction | None:
        request.set_routes(self._routes(request))
        if self.party is Party.AGENT:  # who has registered is reached over that flow, size or not
            flow = way_to(self.endpoint, next_hop(request), self.flow)
            return self.endpoint.send_by(request, user, flow)
        return self.endpoint.send_request(request, user, self.flow)

    def _routes(self, request: Request) -> list[bytes]:
        # The director's own entry is taken off here, as what leaves is sent by the director.
        own = self.site.elements.is_own_route
        return [route for route in request.routes if not own(route)]

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _on_expired(self) -> None:
        if not self._is_over:
            self.on_expired()

    def _stop_answer(self) -> None:
        if self._answer is not None:
            self._answer.acknowledge()
            self._answer = None
        if self._transaction is not None:
            self._transaction.release()
            self._transaction = None


def _nothing() -> None:
    """What an unset callback does."""
