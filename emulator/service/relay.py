"""A call that was handed over to a registered agent: the director passes on what both ends say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from emulator.model.calls import Call, EndedBy
from emulator.model.ladder import Party
from emulator.service.routes import (
    address_of,
    leads_by_name,
    routes_beyond,
    strip_own_routes,
    way_to,
)
from emulator.service.wording import Lines
from sip.dialog import Dialog, uri_of
from sip.message import Request, Response
from sip.proxy import Branch as ProxyBranch
from sip.proxy import Forward, Target, forwarded
from sip.transaction.server import InviteServer, ServerTransaction
from sip.transport.flow import Flow

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.registered import RegisteredBranch
    from emulator.service.site import Site

__all__ = ["End", "RelayedCall"]

_REFRESHING = (b"INVITE", b"UPDATE")  # requests that give a new remote target (§12.2)


class End:
    """One end of a relayed dialog: its tag and header value, its target, the way to it."""

    __slots__ = ("contact", "cseq", "flow", "has_registered", "party", "routes", "tag", "value")

    def __init__(
        self,
        party: Party,
        tag: bytes,
        value: bytes,
        contact: bytes | None,
        flow: Flow,
        routes: tuple[bytes, ...],
        cseq: int,
        *,
        has_registered: bool,
    ) -> None:
        self.party = party
        self.tag = tag
        self.value = value
        self.contact = contact
        self.flow = flow
        self.routes = routes  # from the director to this end
        self.cseq = cseq  # the highest that this end has sent
        self.has_registered = has_registered

    @property
    def target(self) -> bytes:
        """The URI that requests to this end are for."""
        return uri_of(self.contact) if self.contact else b""


class RelayedCall:
    """Passes requests between caller and agent, and ends the call when a BYE has passed.

    Whatever the ends say passes, whether this emulator knows the method or not.
    """

    __slots__ = ("_agent", "_bye", "_call_id", "_caller", "_sees_ack", "_transaction", "call",
                 "site")  # fmt: skip

    def __init__(
        self,
        site: Site,
        call: Call,
        transaction: InviteServer,
        request: Request,
        response: Response,
        agent_flow: Flow,
        agent_contact: bytes,
        *,
        has_registered: bool,
    ) -> None:
        self.site = site
        self.call = call
        self._call_id = request.call_id
        self._transaction: InviteServer | None = transaction  # until its ACK has passed
        self._bye: Lines | None = None
        # An agent that leaves Record-Route out of its 2xx is acknowledged past us.
        own = site.elements.addresses
        self._sees_ack = any(address_of(value) in own for value in response.record_routes)
        self._caller = End(
            Party.CALLER,
            request.from_tag,
            request.from_value,
            request.contact,
            transaction.flow,
            tuple(request.record_routes),
            request.cseq,
            has_registered=False,
        )
        self._agent = End(
            Party.AGENT,
            response.to_tag,
            response.to_value,
            response.contact or agent_contact,
            agent_flow,
            routes_beyond(response.record_routes, site.elements.addresses),
            0,
            has_registered=has_registered,
        )

    def owns(self, request: Request) -> bool:
        """Whether `request` is within the dialog, from either end."""
        caller, agent = self._caller.tag, self._agent.tag
        tags = (request.from_tag, request.to_tag)
        return tags in ((caller, agent), (agent, caller)) and request.call_id == self._call_id

    def on_answer_again(self, branch: RegisteredBranch, response: Response) -> None:
        """The agent's 2xx again: its ACK is missing, so the caller may not have the first."""
        self._caller.flow.send(response.to_bytes())

    def on_ack(self, request: Request) -> None:
        """Pass an ACK to a 2xx on."""
        source, target = self._ends(request)
        if self._transaction is not None and source is self._caller:
            self._transaction.release()
            self._transaction = None
        if request.max_forwards != 0:
            self._pass_ack(request, target)
        if self._transaction is None and self._bye is not None:
            self._send_byes(self._bye)

    def _pass_ack(self, request: Request, target: End) -> None:
        self.call.saw_request(Party.DIRECTOR, target.party, b"ACK")
        strip_own_routes(request, self.site.elements.addresses)
        towards = self._towards(target, request.routes)
        director = self.site.elements.director.endpoint
        director.send_ack(forwarded(request, towards), towards.flow, keeps_flow=towards.keeps_flow)

    def on_request(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """Pass a request on, and its responses back."""
        source, target = self._ends(request)
        call, method = self.call, request.method
        call.saw_request(source.party, element.party, method)
        if request.max_forwards == 0:
            transaction.respond(483)
            return
        source.cseq = max(source.cseq, request.cseq)
        if transaction.flow.reliable:
            source.flow = transaction.flow  # perhaps a new connection
        strip_own_routes(request, self.site.elements.addresses)

        def on_response(response: Response, branch: ProxyBranch) -> None:
            call.saw_response(target.party, Party.DIRECTOR, response.status, method)
            if 200 <= response.status < 300 and method in _REFRESHING:
                target.contact = response.contact or target.contact
                source.contact = request.contact or source.contact
            call.saw_response(element.party, source.party, response.status, method)

        call.saw_request(Party.DIRECTOR, target.party, method)
        forward = Forward(
            self.site.elements.director.endpoint,
            transaction,
            request,
            [self._towards(target, request.routes)],
            on_response=on_response,
        )
        forward.start()
        if method == b"BYE":
            self._stop_waiting()
            self.site.end_call(call, EndedBy.CALLER if source is self._caller else EndedBy.AGENT)

    @property
    def awaits_ack(self) -> bool:
        """Whether a BYE of ours would have to wait for the caller's ACK, which passes here."""
        return self._transaction is not None and self._sees_ack

    def hang_up(self, why: Lines) -> None:
        """End it from the middle: BYE both ways, in the name of the other end.

        The caller's ACK passes first (§15), or 64*T1 are over without it.
        """
        if not self.awaits_ack:
            self._send_byes(why)
            return
        self._bye = why
        self.call.carrier = self  # so that the ACK finds us
        self.site.parting[self._agent.tag] = self
        self.site.deadlines.after(self.site.timers.timeout, RelayedCall._wait_no_longer, self)

    def _wait_no_longer(self) -> None:
        if self._bye is not None:
            self._send_byes(self._bye)

    def _stop_waiting(self) -> None:
        if self._bye is not None:
            self._bye = None
            self.call.carrier = None
            self.site.parting.pop(self._agent.tag, None)

    def _send_byes(self, why: Lines) -> None:
        self._stop_waiting()
        director = self.site.elements.director.endpoint
        for end, other in ((self._caller, self._agent), (self._agent, self._caller)):
            dialog = Dialog(
                self._call_id,
                other.value,
                other.tag,
                end.value,
                end.tag,
                end.contact,
                end.routes,
                other.cseq,
                None,
            )
            self.call.saw_request(Party.DIRECTOR, end.party, b"BYE")
            bye = dialog.request(b"BYE", headers=why)
            towards = self._towards(end, bye.routes)
            if towards.by_name:
                director.send_request(bye, None, towards.flow)
            else:
                director.send_by(bye, None, towards.flow)

    def abandon(self) -> None:
        """Nothing: no pool is in the path."""

    def stop_repeating(self) -> None:
        """Nothing: the agent repeats its own 2xx."""

    def _ends(self, request: Request) -> tuple[End, End]:
        if request.from_tag == self._caller.tag:
            return self._caller, self._agent
        return self._agent, self._caller

    def _towards(self, end: End, routes: Sequence[bytes]) -> Target:
        """Where a request to `end` goes: over its flow, or to its next route if it has any."""
        director = self.site.elements.director.endpoint
        uri = end.target
        hop = uri_of(routes[0]) if routes else uri
        flow = way_to(director, hop, end.flow)
        # Who has registered has answered by its flow; another's Contact says where to go.
        by_name = not end.has_registered and leads_by_name(hop, end.flow)
        return Target(uri, flow, keeps_flow=end.has_registered, by_name=by_name)
