"""Calls to persons, and calls that a queue sends to a URI."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.calls import Call, EndedBy
from emulator.model.ladder import Party, StepKind
from emulator.rules import Pool, Style, Verdict, agent_reachable
from emulator.service.branches import Branch
from emulator.service.destinations import Destinations, Reach
from emulator.service.handover import bridge_registered, connect_emulated, connect_registered
from emulator.service.registered import RegisteredBranch
from emulator.service.wording import SERVER, Lines, diagnostics, rendered, rule_lines
from sip.message import Request, Response
from sip.transaction.server import InviteServer, ServerTransaction
from sip.transport.resolve import numeric_target

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.pending import PendingCall
    from emulator.service.pool import PoolService
    from emulator.service.ringer import Ringer
    from emulator.service.site import Site

__all__ = ["PersonCall", "Persons"]

_SERVER = b"Server: %b\r\n" % SERVER


class Persons:
    """Takes calls to persons: rings their endpoint if the rules let it be reached."""

    __slots__ = ("_destinations", "_ringer", "_site")

    def __init__(self, site: Site, destinations: Destinations, ringer: Ringer) -> None:
        self._site = site
        self._destinations = destinations
        self._ringer = ringer

    def on_call(
        self, transaction: InviteServer, request: Request, element: Element, name: str
    ) -> None:
        """A new call to the person `name` has come to `element`."""
        site = self._site
        agent = site.agents[name]
        host = Pool.BACKUP if site.is_down(agent.home) else agent.home
        call = Call(
            site.calls.next_number(),
            request.call_id,
            request.from_value,
            host,
            None,
            target=name,
        )
        person = PersonCall(site, call, transaction, request, element, self._ringer)
        call.carrier = person
        transaction.user = person
        site.calls.add(call)
        site.tally.count_placed("persons")
        call.saw_request(Party.CALLER, element.party, b"INVITE")
        site.tell(call)
        person.seek(agent)

    def transfer(self, pending: PendingCall, uri: str) -> None:
        """Send a call that leaves a queue to `uri`: a person, a group, or an address outside."""
        site, raw = self._site, uri.encode()
        destination = self._destinations.find(raw)
        if destination.reach is Reach.GROUP:
            group = site.copies.get(destination.name) or site.groups[destination.name]
            pending.move_to(group)
            return
        bridge = pending.pool if pending.group.is_anonymous else None
        person = PersonCall(
            site,
            pending.call,
            pending.transaction,
            pending.request,
            pending.element,
            self._ringer,
            tag=pending.tag,
            bridge=bridge,
        )
        pending.call.carrier = person
        pending.transaction.user = person
        if destination.reach is Reach.PERSON:
            person.seek(site.agents[destination.name])
        else:
            person.seek_outside(raw)


class PersonCall:
    """One call on its way to one person: the same early dialog until somebody answers.

    The endpoint's own provisional responses go through, unless `bridge`, a pool, hides it.
    """

    __slots__ = ("_branch", "_bridge", "_ringer", "_site", "_tag", "call", "element", "request",
                 "transaction")  # fmt: skip

    def __init__(
        self,
        site: Site,
        call: Call,
        transaction: InviteServer,
        request: Request,
        element: Element,
        ringer: Ringer,
        *,
        tag: bytes | None = None,
        bridge: PoolService | None = None,
    ) -> None:
        self._site = site
        self.call = call
        self.transaction = transaction
        self.request = request
        self.element = element
        self._ringer = ringer
        self._tag = tag or element.endpoint.new_tag()
        self._bridge = bridge
        self._branch: Branch | None = None

    def seek(self, agent: Agent) -> None:
        """Ring `agent`, or refuse: unreachable by rule or without an endpoint 480, busy 486."""
        site = self._site
        ruling = agent_reachable(agent.home, site.phase, site.rules)
        site.tally.count_verdict(ruling.cell)
        if not agent.is_reachable:
            self._refuse_by_rule(ruling)
        elif agent.can_ring:
            self.call.note(StepKind.RINGS, agent.number)
            agent.claim()
            self._branch = self._ringer.branch(self, agent, self._bridge)
            self._branch.ring()
        else:
            has_endpoint = agent.is_emulated or agent.bindings
            self._end(486 if has_endpoint else 480, EndedBy.AGENT)

    def seek_outside(self, uri: bytes) -> None:
        """Ring a URI, if its address is one that calls may go to; else 403."""
        target = numeric_target(uri)
        networks = self._site.topology.allowed_networks
        if target is None:
            self._end(480, EndedBy.QUEUE)
            return
        address = ip_address(target[1][0])
        if not any(address in network for network in networks):
            self._end(403, EndedBy.QUEUE)
            return
        flow = self._site.elements.director.endpoint.flow_to(*target)
        self._branch = self._ringer.outside_branch(self, uri, flow, self._bridge)
        self._branch.ring()

    # -- what the branch tells --------------------------------------------------------------------

    def on_ringing(self, branch: Branch, response: Response | None) -> None:
        """A provisional response for the caller: the endpoint's own, or ours."""
        if response is None or self._bridge is not None:
            self._respond(180)
            return
        self.call.saw_response(self.element.party, Party.CALLER, response.status, b"INVITE")
        self.transaction.send(response.status, response.to_bytes())

    def on_answered(self, branch: Branch, response: Response | None) -> None:
        """The endpoint takes the call."""
        if self.call.ended is not None:
            self._site.elements.pools[self.call.host].turn_down(self.call, branch, response)
            return
        self._branch = None
        site, transport = self._site, self.transaction.flow.transport
        if response is None:
            agent = branch.agent
            assert agent is not None
            if self._bridge is None:
                element = site.elements.agents
                contact = site.elements.agent_contact(agent, transport)
                tag = element.endpoint.new_tag()
                self.call.agent_call_id = self.call.call_id
            else:
                element, contact = self._bridge.element, self._bridge.contact(transport)
                tag = self._tag
            connect_emulated(site, self, agent, element, tag, contact)
            return
        assert isinstance(branch, RegisteredBranch)
        branch.cancel_others(())
        if self._bridge is None:
            connect_registered(site, self, branch, response)
        else:
            bridge_registered(self._bridge, self, self._tag, branch, response)

    def on_declined(self, branch: Branch, status: int, response: Response | None) -> None:
        """The endpoint's refusal goes back."""
        self._branch = None
        if response is None or self._bridge is not None:
            self._end(status, EndedBy.AGENT)
            return
        call = self.call
        call.saw_response(self.element.party, Party.CALLER, status, b"INVITE")
        self.transaction.send(status, response.to_bytes())
        self._site.end_call(call, EndedBy.AGENT, status=status)

    def rung_agents(self) -> set[Agent]:
        """The person, while being rung."""
        agent = self._branch.agent if self._branch is not None else None
        return set() if agent is None else {agent}

    def forsake(self, agent: Agent, why: Lines) -> None:
        """The person has become unreachable while being rung."""
        branch = self._branch
        if branch is None or branch.agent is not agent:
            return
        self._branch = None
        branch.cancel(why)
        self._refuse_by_rule(agent_reachable(agent.home, self._site.phase, self._site.rules))

    # -- what the caller does ---------------------------------------------------------------------

    def owns(self, request: Request) -> bool:
        """Whether `request` is within our early dialog."""
        return request.to_tag == self._tag and request.from_tag == self.request.from_tag

    def on_cancel(self, transaction: InviteServer, cancel: Request) -> None:
        """The caller gives up: 487."""
        self.call.saw_request(Party.CALLER, self.element.party, b"CANCEL")
        why = tuple((b"Reason", value) for value in cancel.values(b"Reason"))
        self._end(487, EndedBy.CALLER, why=why)

    def on_server_timeout(self, transaction: InviteServer) -> None:
        """The refusal was not acknowledged: nothing is left to be done."""

    def on_ack(self, request: Request) -> None:
        """Nothing: an ACK to a failure is the transaction's."""

    def on_request(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """BYE ends the early dialog; the rest has no place in it."""
        self.call.saw_request(Party.CALLER, element.party, request.method)
        if request.method == b"BYE":
            transaction.respond(200)
            self._end(487, EndedBy.CALLER)
        elif request.method in (b"INFO", b"OPTIONS"):
            transaction.respond(200)
        else:
            transaction.respond(481)

    # -- the end ----------------------------------------------------------------------------------

    def refuse(self, status: int, ended_by: str, why: Lines, ruling: Verdict | None) -> None:
        """End it for the caller with `status`."""
        self._end(status, ended_by, why=why, ruling=ruling)

    def disconnect(self, ruling: Verdict, style: Style) -> None:
        """The pool that sent the call here is gone (a queue's action on its way)."""
        call = self.call
        why = rule_lines(ruling, call.host, call.is_imported)
        branch, self._branch = self._branch, None
        if style is Style.GRACEFUL:
            if branch is not None:
                branch.cancel(why)
            call.status = self._site.topology.responses.get(ruling.cell, 503)
            call.saw_response(self.element.party, Party.CALLER, call.status, b"INVITE")
            self.transaction.respond(call.status, to_tag=self._tag, headers=rendered(why))
            return
        if branch is not None:
            branch.abandon()
        pool = self._site.elements.pools[self.call.host]
        pool.leave_caller(self.transaction, self.element, self.call, self._tag, why, style)

    def _refuse_by_rule(self, ruling: Verdict) -> None:
        site, call = self._site, self.call
        fqdn = site.topology.pools[call.host].fqdn
        lines = rule_lines(ruling, call.host, False) + diagnostics(ruling.cell, fqdn)
        status = site.topology.responses.get(ruling.cell, 480)
        self._end(status, EndedBy.RULE, why=lines, ruling=ruling)

    def _end(
        self, status: int, ended_by: str, *, why: Lines = (), ruling: Verdict | None = None
    ) -> None:
        branch, self._branch = self._branch, None
        if branch is not None:
            branch.cancel(why)
        self.call.saw_response(self.element.party, Party.CALLER, status, b"INVITE")
        self.transaction.respond(status, to_tag=self._tag, headers=rendered(why) if why else b"")
        self._site.end_call(
            self.call,
            ended_by,
            status=status,
            reason=ruling.cell if ruling else None,
            ruling=ruling,
        )

    def _respond(self, status: int) -> None:
        self.call.saw_response(self.element.party, Party.CALLER, status, b"INVITE")
        self.transaction.respond(status, to_tag=self._tag, headers=_SERVER)
