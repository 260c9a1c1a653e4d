"""Calls that an agent places on behalf of a response group: the group's pool bridges them.

The callee sees the group and nothing of the agent. Modelled on a trusted application that speaks
for another identity; how the real service signals it is not published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from emulator.model.calls import Call
from emulator.model.groups import HostedGroup
from emulator.model.ladder import Party
from emulator.rules import Kind, Outcome, Row, Situation, verdict
from emulator.service.bridge import Identity
from emulator.service.destinations import Destination, Destinations, Reach
from emulator.service.persons import PersonCall
from emulator.service.waiting_caller import WaitingCaller
from sip.errors import SipParseError
from sip.headers import parse_name_addr
from sip.message import Request
from sip.transaction.server import InviteServer

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.pool import PoolService
    from emulator.service.ringer import Ringer
    from emulator.service.site import Site

__all__ = ["OnBehalf"]

_MARK = b"P-Session-On-Behalf-Of"
_NOT_AN_AGENT = b'Warning: 399 %b "Only an agent of the group may call on its behalf"\r\n'
_NO_SUCH_GROUP = b'Warning: 399 %b "There is no such response group"\r\n'
_NOT_A_PERSON = b'Warning: 399 %b "A group is not called on behalf of a group"\r\n'


class Deputy:
    """A pool that speaks for one of its groups: what stands between the agent and the callee."""

    __slots__ = ("_pool", "_user", "element", "identity", "party", "site")

    passes_offers = True

    def __init__(self, pool: PoolService, group: HostedGroup) -> None:
        self._pool = pool
        self.site: Site = pool.site
        self.element: Element = pool.element
        self.party: Party = pool.party
        self._user = quote(group.name, safe="+-_.!~*()").encode()
        settings, domain = group.settings, pool.site.topology.domain.encode()
        uri = b"sip:%b@%b" % (self._user, domain)
        self.identity: Identity | None = Identity(uri, settings.display_name, settings.tel)

    def contact(self, transport: bytes) -> bytes:
        """The group's Contact at its pool."""
        return self.element.endpoint.contact(self._user, transport)


class OnBehalf:
    """Knows INVITEs on behalf of a group from others, asks the rules, and connects them."""

    __slots__ = ("_destinations", "_ringer", "_site")

    def __init__(self, site: Site, destinations: Destinations, ringer: Ringer) -> None:
        self._site = site
        self._destinations = destinations
        self._ringer = ringer

    def takes(
        self,
        transaction: InviteServer,
        request: Request,
        element: Element,
        destination: Destination,
    ) -> bool:
        """Deal with `request` if it is on behalf of a group; False if it is not.

        400 for a header that can't be read, 403 for who is no agent of the group, 404 for a callee
        that there isn't, 403 or 480 with the cell where the rules say disabled or fail.
        """
        mark = request.first(_MARK)
        try:
            name = self._group_of(request, mark)
        except SipParseError:
            element.refuse(transaction, 400, b"Malformed " + _MARK)
            return True
        if name is None:
            if mark is None:
                return False
            element.refuse(transaction, 403, headers=_NO_SUCH_GROUP % element.endpoint.sent_by)
            return True
        self._take(transaction, request, element, destination, name)
        return True

    def _group_of(self, request: Request, mark: bytes | None) -> str | None:
        """The group that is named by either header, None if there is none."""
        named = request.values(b"P-Preferred-Identity") if mark is None else [mark]
        for value in named:
            found = self._destinations.find(parse_name_addr(value).uri)
            if found.reach is Reach.GROUP:
                return found.name
        return None

    def _take(
        self,
        transaction: InviteServer,
        request: Request,
        element: Element,
        destination: Destination,
        name: str,
    ) -> None:
        site = self._site
        original = site.groups[name]
        caller = self._destinations.find(parse_name_addr(request.from_value).uri)
        agent = site.agents[caller.name] if caller.reach is Reach.PERSON else None
        if agent is None or not site.hosting.serves(agent, original):
            element.refuse(transaction, 403, headers=_NOT_AN_AGENT % element.endpoint.sent_by)
            return
        is_imported = name in site.copies
        ruling = verdict(
            Situation(Row.ON_BEHALF, original.owner, imported=is_imported), site.phase, site.rules
        )
        site.tally.count_placed(name)
        site.tally.count_verdict(ruling.cell)
        if ruling.outcome is not Outcome.SUCCEED or element.is_down:
            element.refuse_by_rule(
                transaction, request, name, ruling, is_imported, is_on_behalf=True
            )
            return
        hosted = site.copies.get(name) if site.is_down(original.host) else original
        if hosted is None:  # only rules other than the source's succeed without a pool
            element.refuse(transaction, 480)
        elif destination.reach is Reach.GROUP:
            element.refuse(transaction, 403, headers=_NOT_A_PERSON % element.endpoint.sent_by)
        elif destination.reach is Reach.PERSON or destination.reach is Reach.FOREIGN:
            self._connect(transaction, request, element, destination, hosted)
        else:
            element.refuse(transaction, 404)

    def _connect(
        self,
        transaction: InviteServer,
        request: Request,
        element: Element,
        destination: Destination,
        hosted: HostedGroup,
    ) -> None:
        site = self._site
        ruling = verdict(
            Situation(Row.ON_BEHALF, hosted.owner, imported=hosted.is_copy), site.phase, site.rules
        )
        call = Call(
            site.calls.next_number(),
            request.call_id,
            request.from_value,
            hosted.host,
            ruling,
            hosted,
            target=destination.name or None,
        )
        # Bridged by its host, whatever the kind of the group: the row of connected anonymous calls.
        call.kind = Kind.ANONYMOUS
        call.on_behalf_of = hosted.name
        deputy = Deputy(site.elements.pools[hosted.host], hosted)
        caller = WaitingCaller(site, call, transaction, request, element)
        person = call.carrier = PersonCall(site, call, caller, self._ringer, bridge=deputy)
        site.calls.add(call)
        call.saw_request(Party.CALLER, element.party, b"INVITE")
        site.tell(call, ruling)
        if destination.reach is Reach.PERSON:
            person.seek(site.agents[destination.name])
        else:
            person.seek_outside(request.uri)
