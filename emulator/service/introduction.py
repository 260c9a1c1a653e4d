"""A registered agent has answered for a held caller who can't be referred: both are introduced.

The agent has been rung without an offer, by the director. Its own offer goes to the caller in an
INVITE with Replaces (RFC 3891), and the caller's answer to the agent in the ACK (RFC 3725 §4.1).
The director stays between the two dialogs, as no pool may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.calls import Call, EndedBy
from emulator.model.ladder import Party
from emulator.rules import Style, Verdict
from emulator.service.branches import Branch
from emulator.service.bridge import BridgedCall
from emulator.service.bridge_legs import Leg
from emulator.service.descriptions import content_of
from emulator.service.held import HeldCaller, replaces_of
from emulator.service.registered import RegisteredBranch
from emulator.service.wording import ALLOW, Lines, rule_lines
from sip.dialog import Dialog, uri_of
from sip.headers import parse_name_addr
from sip.message import Request, Response
from sip.transaction.client import ClientTransaction
from sip.transaction.server import ServerTransaction
from sip.transport.flow import Flow

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.pending import PendingCall
    from emulator.service.site import Site

__all__ = ["Introduction"]


class Introduction:
    """Carries a pending call while the caller is called in the name of the agent who answered."""

    __slots__ = ("_answer", "_branch", "_invite", "_near", "_pending", "_site", "_transaction",
                 "call", "caller")  # fmt: skip

    def __init__(
        self,
        site: Site,
        pending: PendingCall,
        caller: HeldCaller,
        branch: Branch,
        answer: Response,
    ) -> None:
        assert isinstance(branch, RegisteredBranch)
        self._site = site
        self._pending = pending
        self._branch = branch
        self._answer = answer
        self.call: Call = pending.call
        self.caller = caller
        self._invite: Request | None = None
        self._transaction: ClientTransaction | None = None
        self._near: Leg | None = None

    def start(self) -> None:
        """Call the caller, once it has acknowledged the pool's answer."""
        self._branch.hand_to(self)
        self._branch.cancel_others(())
        self.call.carrier = self
        self.caller.when_confirmed(self._send)

    def _send(self) -> None:
        call, held = self.call, self.caller.request
        if call.carrier is not self:
            return
        agent, answer = self._branch.agent, self._answer
        assert agent is not None
        assert call.agent_call_id is not None
        director = self._site.elements.director.endpoint
        flow = self.caller.transaction.flow
        self._invite = Request.build(
            b"INVITE",
            uri_of(held.contact or held.from_value),
            via=None,
            from_value=b"<%b>;tag=%b" % (agent.aor.encode(), director.new_tag()),
            to_value=b"<%b>" % parse_name_addr(held.from_value).uri,
            call_id=call.agent_call_id,
            cseq=1,
            headers=[
                *((b"Route", route) for route in held.record_routes),
                (b"Contact", self._site.elements.edge.contact(flow.transport)),
                (b"Replaces", replaces_of(held, self.caller.tag)),
                (b"Require", b"replaces"),
                (b"Supported", b"replaces"),
                (b"Allow", ALLOW),
                *content_of(answer),
            ],
            body=answer.body,
        )
        call.saw_request(Party.DIRECTOR, Party.CALLER, b"INVITE")
        self._transaction = director.send_request(self._invite, self, flow)
        if self._transaction is None:
            self._fail()

    # -- what both ends say to it -----------------------------------------------------------------

    def on_answer_again(self, branch: RegisteredBranch, response: Response) -> None:
        """Nothing: the ACK to the agent's 2xx needs the caller's answer."""

    def on_response(self, transaction: ClientTransaction, response: Response) -> None:
        """The caller's 2xx makes the call; it is acknowledged each time that it comes."""
        status = response.status
        self.call.saw_response(Party.CALLER, Party.DIRECTOR, status, b"INVITE")
        if status < 200:
            return
        if status >= 300:
            self._fail()
            return
        if self._near is not None:
            self._near.acknowledge_again()
            return
        assert self._invite is not None
        near = self._near = self._leg(
            Party.CALLER, Dialog.of_client(self._invite, response), transaction.flow
        )
        near.must_acknowledge(self._invite.cseq)
        near.acknowledge(b"", [])
        if self.call.carrier is self:
            self._connect(near, response)
        else:
            near.hang_up(())

    def on_client_timeout(self, transaction: ClientTransaction) -> None:
        """The caller is silent."""
        self._fail()

    def on_transport_error(self, transaction: ClientTransaction) -> None:
        """The caller can't be reached."""
        self._fail()

    def _connect(self, near: Leg, response: Response) -> None:
        call, site, winner = self.call, self._site, self._branch.winner
        assert winner is not None
        dialog = Dialog.of_client(winner.request, self._answer)
        far = self._leg(Party.AGENT, dialog, winner.flow)
        far.must_acknowledge(winner.request.cseq)
        far.acknowledge(response.body, content_of(response))
        bridged = BridgedCall(site.elements.edge, call, near, far)
        self._branch.hand_to(bridged)
        call.agent = self._branch.agent
        call.carrier = bridged
        site.calls.connect(call)
        site.tell(call)
        self.caller.leave()

    def _leg(self, party: Party, dialog: Dialog, flow: Flow) -> Leg:
        edge = self._site.elements.edge
        contact = edge.contact(flow.transport)
        endpoint = edge.element.endpoint
        return Leg(self._site, self.call, party, edge.party, dialog, endpoint, contact, flow)

    def _fail(self) -> None:
        """The caller does not let itself be replaced after all, and nothing else is left."""
        if self.call.carrier is not self:
            return
        self.call.carrier = self._pending
        self._branch.turn_down(self._answer)
        self._pending.refuse(480, EndedBy.FAULT, (), None)

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
        self._branch.turn_down(self._answer)
