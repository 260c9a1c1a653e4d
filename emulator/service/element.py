"""An element: one listener of the deployment, and what all of them do with a request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from emulator.model.calls import MAX_ALIKE, MAX_KEPT_BYTES, Call, CallState, EndedBy
from emulator.model.ladder import CommonSteps, Party, StepKind
from emulator.rules import Kind, Pool, Verdict
from emulator.service.destinations import Destination, Destinations, Reach
from emulator.service.held import referral_of
from emulator.service.wording import (
    ALLOW,
    EXTENSIONS,
    SERVER,
    Lines,
    default_status,
    diagnostic_id,
    diagnostics,
    rendered,
    rule_lines,
)
from sip.admission import ACCEPT_SDP
from sip.dialog import Dialog
from sip.endpoint import Endpoint
from sip.message import Request, Response
from sip.names import METHODS
from sip.proxy import has_looped
from sip.transaction.client import ClientTransaction, ClientUser
from sip.transaction.server import InviteServer, ServerTransaction
from sip.transport.flow import Flow

if TYPE_CHECKING:
    from emulator.service.site import Site
    from sip.transport.lookup import Resolver

__all__ = ["Element"]

_CAPABILITIES = b"Allow: %b\r\n%bSupported: %b\r\nServer: %b\r\n" % (
    ALLOW,
    ACCEPT_SDP,
    b", ".join(sorted(EXTENSIONS)),
    SERVER,
)
_ALLOW = b"Allow: %b\r\n" % ALLOW
_ANSWERED = (Reach.GROUP, Reach.PERSON)
_WITHIN_DIALOGS = frozenset((b"BYE", b"UPDATE", b"INFO", b"PRACK", b"NOTIFY"))


class Element:
    """One address: the director's, a pool's, or the emulated agents'.

    `pool` is the pool that the listener belongs to, or None.
    """

    __slots__ = ("_destinations", "endpoint", "name", "party", "pool", "site", "steps")

    def __init__(
        self,
        name: str,
        party: Party,
        pool: Pool | None,
        site: Site,
        destinations: Destinations,
        loop: asyncio.AbstractEventLoop,
        host: str,
        advertise: str | None,
        clients: dict[tuple[bytes, bytes], ClientTransaction],
        resolver: Resolver | None = None,
    ) -> None:
        self.name = name
        self.party = party
        self.steps = CommonSteps(party)
        self.pool = pool
        self.site = site
        self._destinations = destinations
        self.endpoint = Endpoint(
            name,
            self,
            loop,
            site.deadlines,
            site.timers,
            host=host,
            advertise=advertise,
            extensions=EXTENSIONS,
            clients=clients,
            resolver=resolver,
            on_error=self._report_fault,
        )

    @property
    def is_down(self) -> bool:
        """Whether this is the listener of a pool that is gone."""
        return self.pool is not None and self.site.is_down(self.pool)

    # -- what comes in ----------------------------------------------------------------------------

    def on_request(self, transaction: ServerTransaction, request: Request) -> None:
        """Deal with one new request."""
        method = request.method
        if request.to_tag:
            self._on_request_in_dialog(transaction, request)
        elif method == b"INVITE":
            assert isinstance(transaction, InviteServer)
            self._on_new_call(transaction, request)
        elif self.is_down:
            transaction.respond(503, to_tag=self.endpoint.new_tag())
        elif method == b"OPTIONS":
            self._on_options(transaction, request)
        elif method == b"REGISTER" and self is not self.site.elements.agents:
            self.site.elements.registrar.on_register(transaction, request, self)
        elif method in _WITHIN_DIALOGS:
            transaction.respond(481, to_tag=self.endpoint.new_tag())
        else:
            status = 405 if method in METHODS else 501
            transaction.respond(status, to_tag=self.endpoint.new_tag(), headers=_ALLOW)

    def on_ack(self, request: Request, flow: Flow) -> None:
        """Hand an ACK to its call; one that belongs to none means nothing."""
        for call in self.site.calls.by_call_id(request.call_id):
            carrier = call.carrier
            if carrier is not None and carrier.owns(request):
                call.saw(self.steps.ack)
                carrier.on_ack(request)
                return
        parting = self.site.parting.get(request.to_tag)
        if parting is not None and parting.owns(request):
            parting.on_ack(request)
            return
        held = self.site.held.get(request.to_tag)
        if held is not None and held.owns_dialog(request):
            held.on_ack(request)

    def on_stray_response(self, response: Response, flow: Flow) -> None:
        """A response that nothing waits for is dropped (§18.1.2)."""
        self.endpoint.udp.traffic.discard("stray response")

    def send_in_dialog(
        self, dialog: Dialog, method: bytes, why: Lines, user: ClientUser, flow: Flow
    ) -> None:
        """Send a request within `dialog`, by `flow` while that is an open connection."""
        request = dialog.request(method, headers=why)
        self.endpoint.send_request(request, user, flow)

    def _report_fault(self, error: Exception, count: int) -> None:
        """Let the loop tell of a fault in handling a message, as it does of any that is its own."""
        what = f"a message to {self.name} was not dealt with, the {count}. of its kind"
        self.endpoint.loop.call_exception_handler({"message": what, "exception": error})

    # -- within dialogs ---------------------------------------------------------------------------

    def _on_request_in_dialog(self, transaction: ServerTransaction, request: Request) -> None:
        caller = self.site.callers.get(request.to_tag)
        is_for_caller = caller is not None and caller.owns(request)
        if is_for_caller and caller is not None and self is self.site.elements.agents:
            caller.on_request(transaction, request, self)  # the call's carrier has passed it on
            return
        calls = self.site.calls.by_call_id(request.call_id)
        for call in calls:
            carrier = call.carrier
            if carrier is not None and carrier.owns(request):
                carrier.on_request(transaction, request, self)
                return
        if is_for_caller and caller is not None:
            caller.on_request(transaction, request, self)
            return
        held = self.site.held.get(request.to_tag)
        if held is not None and held.owns_dialog(request):
            held.on_request(transaction, request, self)
            return
        for call in calls:
            if self.site.elements.is_silenced(call, self):
                call.saw_request(Party.CALLER, self.party, request.method)
                transaction.respond(408)
                return
        transaction.respond(481)

    # -- new calls --------------------------------------------------------------------------------

    def _on_new_call(self, transaction: InviteServer, request: Request) -> None:
        destination = self._destinations.find(request.uri)
        if request.max_forwards == 0:
            self.refuse(transaction, 483)
            return
        if len(request.vias) > 1 and has_looped(request, self.site.elements.sent_bys):
            self.refuse(transaction, 482)
            return
        alike = self.site.calls.by_call_id(request.call_id)
        if self._takes_no_more(alike):
            # Where no call at all is taken, the emulator is about to end.
            later = b"Retry-After: 5\r\n" if self.site.max_live_calls else b""
            self.refuse(transaction, 503, headers=later)
            return
        if alike and self._is_merged(request, destination, alike):
            self.refuse(transaction, 482)
            return
        if len(request.call_id) + len(request.from_value) > MAX_KEPT_BYTES:
            self.refuse(transaction, 513, b"Call-ID or From Too Long")
            return
        if request.contact is None and destination.reach in _ANSWERED:
            # §8.1.1.8: without it no request of ours could reach the caller.
            self.refuse(transaction, 400, b"Missing Contact")
            return
        guard = self.site.elements.guard
        is_guarded = guard.is_needed and not self.is_down
        if is_guarded and not guard.admits_call(transaction, request, self):
            return
        is_plain = request.is_common and not self.site.referrals
        if not is_plain and self._is_no_plain_call(transaction, request, destination):
            return
        reach = destination.reach
        if reach is Reach.GROUP:
            self._on_group_call(transaction, request, destination.name)
        elif self.is_down:
            self.refuse(transaction, 503)
        elif reach is Reach.PERSON:
            self.site.elements.persons.on_call(transaction, request, self, destination.name)
        else:
            self.refuse(transaction, 403 if reach is Reach.FOREIGN else 404)

    def _takes_no_more(self, alike: Sequence[Call]) -> bool:
        """Whether there are too many calls, or too many `alike`: with the Call-ID of this one.

        Each further one of those would make all that follow slower.
        """
        if self.site.calls.live_count >= self.site.max_live_calls:
            return True
        return len(alike) >= MAX_ALIKE and all(call.is_live for call in alike)

    def _is_no_plain_call(
        self, transaction: InviteServer, request: Request, destination: Destination
    ) -> bool:
        """Deal with an INVITE that is about a dialog, or on behalf of a group."""
        if self._is_about_a_dialog(transaction, request, destination):
            return True
        on_behalf = self.site.elements.on_behalf
        return on_behalf.takes(transaction, request, self, destination)

    def _is_about_a_dialog(
        self, transaction: InviteServer, request: Request, destination: Destination
    ) -> bool:
        """Deal with an INVITE that follows a REFER of ours, or wants to replace a dialog.

        One with Replaces for a client that has registered is passed on as any other.
        """
        site = self.site
        held = site.referrals.get(referral_of(request)) if site.referrals else None
        if held is not None and not self.is_down:
            held.on_called_again(transaction, request, self)
            return True
        if request.first(b"Replaces") is None or destination.reach not in _ANSWERED:
            return False
        is_person = destination.reach is Reach.PERSON
        if is_person and site.agents[destination.name].bindings:
            return False
        self.refuse(transaction, 481)  # RFC 3891 §3: there is no such dialog
        return True

    def _on_group_call(self, transaction: InviteServer, request: Request, name: str) -> None:
        site = self.site
        placement = site.place(name)
        site.tally.count_placed(name)
        site.tally.count_verdict(placement.verdict.cell)
        group = placement.group
        if group is None or self.is_down:
            self.refuse_by_rule(
                transaction, request, name, placement.verdict, placement.is_imported
            )
            return
        site.elements.pools[group.host].take(transaction, request, self, group, placement.verdict)

    def refuse_by_rule(
        self,
        transaction: InviteServer,
        request: Request,
        name: str,
        ruling: Verdict,
        is_imported: bool,
        *,
        is_on_behalf: bool = False,
    ) -> None:
        """Refuse a call to, or on behalf of, the group `name` with the cell of `ruling`.

        It is a call all the same, an ended one.
        """
        site = self.site
        original = site.groups[name]
        host = self.pool or original.owner
        call = Call(
            site.calls.next_number(),
            request.call_id,
            request.from_value,
            host,
            ruling,
            original,
        )
        call.is_imported = is_imported
        if is_on_behalf:
            call.on_behalf_of = name
            call.kind = Kind.ANONYMOUS
        site.calls.add(call)
        call.saw_request(Party.CALLER, self.party, b"INVITE")
        status = site.topology.responses.get(
            ruling.cell, 503 if self.is_down else default_status(ruling)
        )
        fqdn = site.topology.pools[host].fqdn
        lines = rule_lines(ruling, host, is_imported) + diagnostics(ruling.cell, fqdn)
        site.end_call(call, EndedBy.RULE, status=status, reason=ruling.cell, ruling=ruling)
        call.note(StepKind.DIAGNOSED, diagnostic_id(ruling.cell))
        call.saw_response(self.party, Party.CALLER, status, b"INVITE")
        transaction.respond(status, to_tag=self.endpoint.new_tag(), headers=rendered(lines))

    def _is_merged(self, request: Request, destination: Destination, alike: Sequence[Call]) -> bool:
        """§8.2.2.2: the same request has come by another way already, as one of the calls `alike`.

        For somebody else it is a spiral (§16.3): who was called has sent it on.
        """
        for call in alike:
            if call.state == CallState.PENDING and call.carrier is not None:
                first: Request = call.carrier.caller.request
                is_same = first.from_tag == request.from_tag and first.cseq == request.cseq
                if is_same and self._destinations.find(first.uri) == destination:
                    return True
        return False

    # -- the rest ---------------------------------------------------------------------------------

    def _on_options(self, transaction: ServerTransaction, request: Request) -> None:
        destination: Destination = self._destinations.find(request.uri)
        reach = destination.reach
        if reach is Reach.FOREIGN:
            self.refuse(transaction, 403)
        elif reach is Reach.UNKNOWN:
            self.refuse(transaction, 404)
        else:
            transaction.respond(200, to_tag=self.endpoint.new_tag(), headers=_CAPABILITIES)

    def refuse(
        self,
        transaction: ServerTransaction,
        status: int,
        reason: bytes | None = None,
        headers: bytes = b"",
    ) -> None:
        """Answer a request outside of any dialog with a final status and a tag of ours."""
        transaction.respond(status, reason, to_tag=self.endpoint.new_tag(), headers=headers)
