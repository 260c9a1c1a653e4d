"""An emulated agent who has answered calls a held caller: INVITE with Replaces (RFC 3891)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.calls import EndedBy
from emulator.model.ladder import Party
from emulator.service.dialogs import ServedDialog
from emulator.service.emulated import hang_up_later
from emulator.service.held import HeldCaller
from emulator.service.replacing import Replacing
from sip.dialog import Dialog
from sip.message import Request, Response
from sip.sdp import make_offer
from sip.transaction.client import ClientTransaction

if TYPE_CHECKING:
    from emulator.service.pending import PendingCall
    from emulator.service.site import Site

__all__ = ["Joining"]


class Joining(Replacing):
    """Carries a pending call while its agent calls the caller, who is held meanwhile.

    The agent's INVITE does not come from the pool: it is cancelled when the pool has died, too.
    """

    __slots__ = ("_ack", "_agent")

    party = Party.AGENTS

    def __init__(self, site: Site, pending: PendingCall, caller: HeldCaller, agent: Agent) -> None:
        super().__init__(site, pending, caller)
        self._agent = agent
        self._ack: bytes | None = None

    def _invite_caller(self) -> None:
        call, site = self.call, self._site
        endpoint = site.elements.agents.endpoint
        call.agent_call_id = endpoint.new_call_id()
        site.calls.index(call.agent_call_id, call)
        offer = make_offer(
            host=endpoint.advertise.encode(), port=site.elements.media_port, session=call.number
        )
        content = [(b"Content-Type", b"application/sdp")]
        self._invite_as(self._agent, endpoint, call.agent_call_id, self._contact(), content, offer)

    def _on_accepted(
        self, transaction: ClientTransaction, invite: Request, response: Response
    ) -> None:
        if self._ack is not None:
            transaction.flow.send(self._ack)
            return
        endpoint = self._site.elements.agents.endpoint
        dialog = Dialog.of_client(invite, response)
        ack = dialog.request(b"ACK", cseq=invite.cseq)
        self.call.saw_request(Party.AGENTS, Party.CALLER, b"ACK")
        endpoint.send_ack(ack, transaction.flow)
        self._ack = ack.to_bytes()
        if self.call.carrier is self:
            self._connect(dialog)
        else:
            endpoint.send_request(dialog.request(b"BYE"), None, transaction.flow)

    def _connect(self, dialog: Dialog) -> None:
        call, site, agent = self.call, self._site, self._agent
        flow = self.caller.transaction.flow
        served = ServedDialog(site, call, dialog, site.elements.agents, self._contact(), flow)
        hang_up_later(site, served, agent)
        self._hand_over(agent, served)

    def _try_otherwise(self) -> None:
        """Refer the caller instead, if it can be referred."""
        self._agent.release()
        self.caller.ability.joins = False
        if self.caller.ability.refers:
            self._pending.hunt()
        else:
            self._pending.refuse(480, EndedBy.FAULT, (), None)
        self._site.elements.offer_waiting(self._agent)

    def _dismiss_agent(self) -> None:
        self._agent.release()
        self._site.elements.offer_waiting(self._agent)

    def _contact(self) -> bytes:
        transport = self.caller.transaction.flow.transport
        return self._site.elements.agent_contact(self._agent, transport)
