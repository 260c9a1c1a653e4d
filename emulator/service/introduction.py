"""A registered agent has answered for a held caller who can't be referred: both are introduced.

The agent has been rung without an offer, by the director. Its own offer goes to the caller in an
INVITE with Replaces (RFC 3891), and the caller's answer to the agent in the ACK (RFC 3725 §4.1).
The director stays between the two dialogs, as no pool may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.calls import EndedBy
from emulator.model.ladder import Party
from emulator.service.branches import Branch
from emulator.service.bridge import BridgedCall
from emulator.service.bridge_legs import Leg
from emulator.service.descriptions import content_of
from emulator.service.held import HeldCaller
from emulator.service.registered import RegisteredBranch
from emulator.service.replacing import Replacing
from sip.dialog import Dialog
from sip.message import Request, Response
from sip.transaction.client import ClientTransaction
from sip.transport.flow import Flow

if TYPE_CHECKING:
    from emulator.service.pending import PendingCall
    from emulator.service.site import Site

__all__ = ["Introduction"]


class Introduction(Replacing):
    """Carries a pending call while the caller is called in the name of the agent who answered."""

    __slots__ = ("_answer", "_branch", "_near")

    party = Party.DIRECTOR

    def __init__(
        self,
        site: Site,
        pending: PendingCall,
        caller: HeldCaller,
        branch: Branch,
        answer: Response,
    ) -> None:
        assert isinstance(branch, RegisteredBranch)
        super().__init__(site, pending, caller)
        self._branch = branch
        self._answer = answer
        self._near: Leg | None = None

    def start(self) -> None:
        """Call the caller, once it has acknowledged the pool's answer."""
        self._branch.hand_to(self)
        self._branch.cancel_others(())
        super().start()

    def _invite_caller(self) -> None:
        agent, call_id, answer = self._branch.agent, self.call.agent_call_id, self._answer
        assert agent is not None
        assert call_id is not None
        elements = self._site.elements
        contact = elements.edge.contact(self.caller.transaction.flow.transport)
        director = elements.director.endpoint
        self._invite_as(agent, director, call_id, contact, content_of(answer), answer.body)

    def on_answer_again(self, branch: RegisteredBranch, response: Response) -> None:
        """Nothing: the ACK to the agent's 2xx needs the caller's answer."""

    def _on_accepted(
        self, transaction: ClientTransaction, invite: Request, response: Response
    ) -> None:
        if self._near is not None:
            self._near.acknowledge_again()
            return
        near = self._near = self._leg(
            Party.CALLER, Dialog.of_client(invite, response), transaction.flow
        )
        near.must_acknowledge(invite.cseq)
        near.acknowledge(b"", [])
        if self.call.carrier is self:
            self._connect(near, response)
        else:
            near.hang_up(())

    def _connect(self, near: Leg, response: Response) -> None:
        call, site, winner = self.call, self._site, self._branch.winner
        assert winner is not None
        dialog = Dialog.of_client(winner.request, self._answer)
        far = self._leg(Party.AGENT, dialog, winner.flow)
        far.must_acknowledge(winner.request.cseq)
        far.acknowledge(response.body, content_of(response))
        bridged = BridgedCall(site.elements.edge, call, near, far)
        self._branch.hand_to(bridged)
        self._hand_over(self._branch.agent, bridged)

    def _leg(self, party: Party, dialog: Dialog, flow: Flow) -> Leg:
        edge = self._site.elements.edge
        contact = edge.contact(flow.transport)
        endpoint = edge.element.endpoint
        return Leg(self._site, self.call, party, edge.party, dialog, endpoint, contact, flow)

    def _try_otherwise(self) -> None:
        """Nothing else is left."""
        self._branch.turn_down(self._answer)
        self._pending.refuse(480, EndedBy.FAULT, (), None)

    def _dismiss_agent(self) -> None:
        self._branch.turn_down(self._answer)
