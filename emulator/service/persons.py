"""Calls to persons, and calls that a queue sends to a URI."""

from __future__ import annotations

from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.calls import Call, EndedBy
from emulator.model.ladder import Party, StepKind
from emulator.rules import Pool, Style, Verdict, agent_reachable
from emulator.service.branches import Branch, CallerSide
from emulator.service.bridge import Host
from emulator.service.handover import connect
from emulator.service.waiting_caller import WaitingCaller
from emulator.service.wording import SERVER, Lines, diagnostic_id, diagnostics, rule_lines
from sip.message import Request, Response
from sip.transaction.server import InviteServer, ServerTransaction
from sip.transport.resolve import Target, named_target, numeric_target

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.ringer import Ringer
    from emulator.service.site import Site

__all__ = ["PersonCall", "Persons"]

_SERVER = b"Server: %b\r\n" % SERVER


class Persons:
    """Takes calls to persons: rings their endpoint if the rules let it be reached."""

    __slots__ = ("_ringer", "_site")

    def __init__(self, site: Site, ringer: Ringer) -> None:
        self._site = site
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
        caller = WaitingCaller(site, call, transaction, request, element)
        person = call.carrier = PersonCall(site, call, caller, self._ringer)
        site.calls.add(call)
        site.tally.count_placed("persons")
        call.saw_request(Party.CALLER, element.party, b"INVITE")
        site.tell(call)
        person.seek(agent)


class PersonCall:
    """One call on its way to one person: the same early dialog until somebody answers.

    The endpoint's own provisional responses go through, unless `bridge` hides it.
    """

    __slots__ = ("_branch", "_bridge", "_ringer", "_site", "call", "caller")

    def __init__(
        self,
        site: Site,
        call: Call,
        caller: CallerSide,
        ringer: Ringer,
        *,
        bridge: Host | None = None,
    ) -> None:
        self._site = site
        self.call = call
        self.caller = caller
        self._ringer = ringer
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
        """Ring a URI, if its address is one that calls may go to; else 403.

        The addresses of a host name are looked up; without any the call is refused with 480.
        """
        target, named = numeric_target(uri), named_target(uri)
        if named is None:
            self._ring_outside(uri, [] if target is None else [target])
            return
        elements = self._site.elements
        is_ipv6 = ":" in elements.director.endpoint.host
        elements.resolver.find(named, is_ipv6, partial(self._ring_outside, uri))

    def _ring_outside(self, uri: bytes, targets: list[Target]) -> None:
        if self.call.ended is not None:
            return
        networks = self._site.topology.allowed_networks
        allowed = [
            (transport, remote)
            for transport, remote in targets
            if any(ip_address(remote[0]) in network for network in networks)
        ]
        if not allowed:
            is_sent_on = self.call.on_behalf_of is None
            self._end(403 if targets else 480, EndedBy.QUEUE if is_sent_on else EndedBy.FAULT)
            return
        flow = self._site.elements.director.endpoint.flow_to(*allowed[0])
        self._branch = self._ringer.outside_branch(self, uri, flow, self._bridge)
        self._branch.ring()

    # -- what the branch tells --------------------------------------------------------------------

    def on_ringing(self, branch: Branch, response: Response | None) -> None:
        """A provisional response for the caller: the endpoint's own, or ours."""
        caller = self.caller
        if response is None or self._bridge is not None:
            caller.tell(180, _SERVER)
            return
        self.call.saw_response(caller.element.party, Party.CALLER, response.status, b"INVITE")
        caller.transaction.send(response.status, response.to_bytes())

    def on_answered(self, branch: Branch, response: Response | None) -> None:
        """The endpoint takes the call."""
        self._branch = None
        if self.call.ended is not None:
            self._site.elements.pools[self.call.host].turn_down(self.call, branch, response)
            return
        if self.caller.is_gone:
            self._site.elements.pools[self.call.host].turn_down(self.call, branch, response)
            self._end(480, EndedBy.FAULT)
            return
        connect(self._site, self, branch, response, self._bridge)

    def on_declined(self, branch: Branch, status: int, response: Response | None) -> None:
        """The endpoint's refusal goes back."""
        self._branch = None
        if self.call.ended is not None:
            return
        caller = self.caller
        if response is None or self._bridge is not None:
            self._end(status, EndedBy.AGENT)
            return
        call = self.call
        call.saw_response(caller.element.party, Party.CALLER, status, b"INVITE")
        caller.let_go()
        caller.transaction.send(status, response.to_bytes())
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
        return self.caller.owns(request)

    def on_request(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """A request within our early dialog."""
        self.caller.on_request(transaction, request, element)

    def on_ack(self, request: Request) -> None:
        """Nothing: an ACK to a failure is the transaction's."""

    def give_up(self, ended_by: str, why: Lines) -> None:
        """The caller hangs up, or is gone; why goes on to the endpoint."""
        self._end(487, ended_by, branch_why=why)

    # -- the end ----------------------------------------------------------------------------------

    def refuse(self, status: int, ended_by: str, why: Lines, ruling: Verdict | None) -> None:
        """End it for the caller with `status`."""
        self._end(status, ended_by, why=why, ruling=ruling)

    def disconnect(self, ruling: Verdict, style: Style) -> None:
        """The pool that sent the call here is gone (a queue's action on its way)."""
        call = self.call
        branch, self._branch = self._branch, None
        if branch is not None and style is Style.GRACEFUL:
            branch.cancel(rule_lines(ruling, call.host, call.is_imported))
        elif branch is not None:
            branch.abandon()
        self.caller.dismiss(ruling, style)

    def _refuse_by_rule(self, ruling: Verdict) -> None:
        site, call = self._site, self.call
        fqdn = site.topology.pools[call.host].fqdn
        is_imported = call.group is not None and call.group.name in site.copies
        lines = rule_lines(ruling, call.host, is_imported) + diagnostics(ruling.cell, fqdn)
        call.note(StepKind.DIAGNOSED, diagnostic_id(ruling.cell))
        status = site.topology.responses.get(ruling.cell, 480)
        self._end(status, EndedBy.RULE, why=lines, ruling=ruling)

    def _end(
        self,
        status: int,
        ended_by: str,
        *,
        why: Lines = (),
        branch_why: Lines = (),
        ruling: Verdict | None = None,
    ) -> None:
        if self.call.ended is not None:
            return
        branch, self._branch = self._branch, None
        if branch is not None:
            branch.cancel(branch_why or why)
        self.caller.end(status, ended_by, why, ruling=ruling)
