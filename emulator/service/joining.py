"""An emulated agent who has answered calls a held caller: INVITE with Replaces (RFC 3891)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.calls import Call, EndedBy
from emulator.model.ladder import Party
from emulator.rules import Style, Verdict
from emulator.service.dialogs import ServedDialog
from emulator.service.emulated import hang_up_later
from emulator.service.held import HeldCaller, replaces_of
from emulator.service.wording import ALLOW, Lines, rule_lines
from sip.dialog import Dialog, uri_of
from sip.headers import parse_name_addr
from sip.message import Request, Response
from sip.sdp import make_offer
from sip.transaction.client import ClientTransaction
from sip.transaction.server import ServerTransaction

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.pending import PendingCall
    from emulator.service.site import Site

__all__ = ["Joining"]


class Joining:
    """Carries a pending call while its agent calls the caller, who is held meanwhile.

    The agent's INVITE does not come from the pool: it is cancelled when the pool has died, too.
    """

    __slots__ = ("_ack", "_agent", "_invite", "_pending", "_site", "_transaction", "call",
                 "caller")  # fmt: skip

    def __init__(self, site: Site, pending: PendingCall, caller: HeldCaller, agent: Agent) -> None:
        self._site = site
        self._pending = pending
        self._agent = agent
        self.call: Call = pending.call
        self.caller = caller
        self._invite: Request | None = None
        self._transaction: ClientTransaction | None = None
        self._ack: bytes | None = None

    def start(self) -> None:
        """Call the caller, once it has acknowledged the pool's answer."""
        self.call.carrier = self
        self.caller.when_confirmed(self._send)

    def _send(self) -> None:
        call, site = self.call, self._site
        if call.carrier is not self:
            return
        agents, invite, flow = (
            site.elements.agents,
            self.caller.request,
            self.caller.transaction.flow,
        )
        endpoint = agents.endpoint
        offer = make_offer(
            host=endpoint.advertise.encode(), port=site.elements.media_port, session=call.number
        )
        self._invite = Request.build(
            b"INVITE",
            uri_of(invite.contact or invite.from_value),
            via=None,
            from_value=b"<%b>;tag=%b" % (self._agent.aor.encode(), endpoint.new_tag()),
            to_value=b"<%b>" % parse_name_addr(invite.from_value).uri,
            call_id=endpoint.new_call_id(),
            cseq=1,
            headers=[
                *((b"Route", route) for route in invite.record_routes),
                (b"Contact", self._contact()),
                (b"Replaces", replaces_of(invite, self.caller.tag)),
                (b"Require", b"replaces"),
                (b"Supported", b"replaces"),
                (b"Allow", ALLOW),
                (b"Content-Type", b"application/sdp"),
            ],
            body=offer,
        )
        call.agent_call_id = self._invite.call_id
        site.calls.index(self._invite.call_id, call)
        call.saw_request(Party.AGENTS, Party.CALLER, b"INVITE")
        self._transaction = endpoint.send_request(self._invite, self, flow)
        if self._transaction is None:
            self._fail()

    # -- what the caller says to it ---------------------------------------------------------------

    def on_response(self, transaction: ClientTransaction, response: Response) -> None:
        """A 2xx makes the call; it is acknowledged each time that it comes."""
        status = response.status
        self.call.saw_response(Party.CALLER, Party.AGENTS, status, b"INVITE")
        if status < 200:
            return
        if status >= 300:
            self._fail()
            return
        if self._ack is not None:
            transaction.flow.send(self._ack)
            return
        assert self._invite is not None
        endpoint = self._site.elements.agents.endpoint
        dialog = Dialog.of_client(self._invite, response)
        ack = dialog.request(b"ACK", cseq=self._invite.cseq)
        self.call.saw_request(Party.AGENTS, Party.CALLER, b"ACK")
        endpoint.send_ack(ack, transaction.flow)
        self._ack = ack.to_bytes()
        if self.call.carrier is self:
            self._connect(dialog)
        else:
            endpoint.send_request(dialog.request(b"BYE"), None, transaction.flow)

    def on_client_timeout(self, transaction: ClientTransaction) -> None:
        """The caller is silent."""
        self._fail()

    def on_transport_error(self, transaction: ClientTransaction) -> None:
        """The caller can't be reached."""
        self._fail()

    def _connect(self, dialog: Dialog) -> None:
        call, site, agent = self.call, self._site, self._agent
        flow = self.caller.transaction.flow
        served = ServedDialog(site, call, dialog, site.elements.agents, self._contact(), flow)
        call.agent = agent
        call.carrier = served
        site.calls.connect(call)
        site.tell(call)
        hang_up_later(site, served, agent)
        self.caller.leave()

    def _fail(self) -> None:
        """The caller does not let itself be replaced: refer it, if it can be referred."""
        if self.call.carrier is not self:
            return
        self._agent.release()
        self.caller.ability.joins = False
        self.call.carrier = self._pending
        if self.caller.ability.refers:
            self._pending.hunt()
        else:
            self._pending.refuse(480, EndedBy.FAULT, (), None)
        self._site.elements.offer_waiting(self._agent)

    # -- as a pending call's carrier --------------------------------------------------------------

    def owns(self, request: Request) -> bool:
        """Nothing: the caller's dialog with the pool is found by its tag."""
        return False

    def on_request(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """Never called, as it owns nothing."""

    def on_ack(self, request: Request) -> None:
        """Never called, as it owns nothing."""

    def rung_agents(self) -> set[Agent]:
        """Nobody: the agent has answered."""
        return set()

    def forsake(self, agent: Agent, why: Lines) -> None:
        """Never called, as nobody is rung."""

    def give_up(self, ended_by: str, why: Lines) -> None:
        """The caller hangs up before it is with the agent."""
        self._stop(why)
        self.caller.end(487, ended_by, why)

    def refuse(self, status: int, ended_by: str, why: Lines, ruling: Verdict | None) -> None:
        """End the call."""
        self._stop(why)
        self.caller.end(status, ended_by, why, ruling=ruling)

    def disconnect(self, ruling: Verdict, style: Style) -> None:
        """A phase change has ended the call."""
        self._stop(rule_lines(ruling, self.call.host, self.call.is_imported))
        self.caller.dismiss(ruling, style)

    def _stop(self, why: Lines) -> None:
        self.call.carrier = None
        if self._transaction is not None:
            self._transaction.cancel(why)
        self._agent.release()
        self._site.elements.offer_waiting(self._agent)

    def _contact(self) -> bytes:
        transport = self.caller.transaction.flow.transport
        return self._site.elements.agent_contact(self._agent, transport)
