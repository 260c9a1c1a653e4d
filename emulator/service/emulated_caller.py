"""An emulated agent that places a call: the user agent client behind `POST /calls`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.service.wording import ALLOW, Lines
from sip.dialog import Dialog
from sip.message import Request, Response
from sip.sdp import make_offer
from sip.transaction.client import ClientTransaction
from sip.transaction.server import InviteServer, ServerTransaction
from sip.transport.flow import Flow

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.site import Site

__all__ = ["EmulatedCaller"]

_ALLOW = b"Allow: %b\r\n" % ALLOW


class EmulatedCaller:
    """One call from an emulated agent, over the agents' listener, to the director.

    It acknowledges what answers, and answers what comes within the dialog until a BYE.
    """

    __slots__ = ("_ack", "_agent", "_dialog", "_element", "_invite", "_site",
                 "_transaction", "call_id", "is_over", "status", "tag")  # fmt: skip

    def __init__(self, site: Site, element: Element, agent: Agent) -> None:
        self._site = site
        self._element = element
        self._agent = agent
        endpoint = element.endpoint
        self.call_id = endpoint.new_call_id()
        self.tag = endpoint.new_tag()
        self._dialog: Dialog | None = None
        self._invite: Request | None = None
        self._transaction: ClientTransaction | None = None
        self._ack: tuple[bytes, Flow] | None = None
        self.is_over = False
        self.status: int | None = None

    def place(self, uri: bytes, director: Flow, on_behalf_of: bytes | None = None) -> None:
        """Send the INVITE for `uri` to the director, on behalf of a group if its URI is given."""
        agent, element, site = self._agent, self._element, self._site
        agent.claim()
        site.callers[self.tag] = self
        offer = make_offer(
            host=element.endpoint.advertise.encode(), port=site.elements.media_port, session=0
        )
        name = agent.settings.display_name
        display = b'"%b" ' % _quoted(name) if name else b""
        self._invite = Request.build(
            b"INVITE",
            uri,
            via=None,
            from_value=b"%b<%b>;tag=%b" % (display, agent.aor.encode(), self.tag),
            to_value=b"<%b>" % uri,
            call_id=self.call_id,
            cseq=1,
            headers=[
                (b"Contact", site.elements.agent_contact(agent, b"UDP")),
                (b"Allow", ALLOW),
                *([(b"P-Session-On-Behalf-Of", b"<%b>" % on_behalf_of)] if on_behalf_of else ()),
                (b"Content-Type", b"application/sdp"),
            ],
            body=offer,
        )
        self._transaction = element.endpoint.send_by(self._invite, self, director)

    def owns(self, request: Request) -> bool:
        """Whether `request` is within this call's dialog."""
        dialog = self._dialog
        return (
            dialog is not None
            and request.call_id == self.call_id
            and request.from_tag == dialog.remote_tag
        )

    def on_request(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """Answer as a phone does."""
        dialog = self._dialog
        if dialog is None or self.is_over:
            transaction.respond(481)
        elif not dialog.accepts(request):
            transaction.respond(500)
        elif request.method == b"BYE":
            transaction.respond(200)
            self._finish()
        elif request.method == b"INVITE" and isinstance(transaction, InviteServer):
            transaction.respond(488)
        elif request.method in (b"OPTIONS", b"INFO", b"UPDATE", b"MESSAGE", b"NOTIFY"):
            transaction.respond(200, headers=_ALLOW)
        else:
            transaction.respond(405, headers=_ALLOW)

    def hang_up(self, why: Lines = ()) -> None:
        """End the call from the caller's side: CANCEL or BYE."""
        if self.is_over:
            return
        if self._dialog is not None:
            self._element.endpoint.send_request(self._dialog.request(b"BYE", headers=why), None)
        elif self._transaction is not None and not self._transaction.is_final:
            self._transaction.cancel(why)
        self._finish()

    def abandon(self) -> None:
        """The call has ended without a word: nothing is sent, and the agent is free."""
        self._finish()

    def on_response(self, transaction: ClientTransaction, response: Response) -> None:
        """Acknowledge a 2xx, each time that it comes; a failure is the end."""
        status = response.status
        if status < 200:
            return
        self.status = status
        if status >= 300:
            self._finish()
            return
        assert self._invite is not None
        if self._ack is not None:
            ack, flow = self._ack
            flow.send(ack)
            return
        dialog = Dialog.of_client(self._invite, response)
        request = dialog.request(b"ACK", cseq=self._invite.cseq)
        endpoint = self._element.endpoint
        endpoint.send_ack(request, transaction.flow)
        self._ack = (request.to_bytes(), endpoint.flow_for(request.uri) or transaction.flow)
        if self.is_over:
            endpoint.send_request(dialog.request(b"BYE"), None, transaction.flow)
        self._dialog = dialog

    def on_client_timeout(self, transaction: ClientTransaction) -> None:
        """Nobody answered."""
        self._finish()

    def on_transport_error(self, transaction: ClientTransaction) -> None:
        """Nobody could be reached."""
        self._finish()

    def _finish(self) -> None:
        if self.is_over:
            return
        self.is_over = True
        self._site.callers.pop(self.tag, None)
        self._agent.release()
        self._site.elements.offer_waiting(self._agent)


def _quoted(name: str) -> bytes:
    return name.replace("\\", "\\\\").replace('"', '\\"').encode()
