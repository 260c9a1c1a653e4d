"""The Response Group service of one pool: takes calls, seeks agents, connects, and dies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.calls import Call, EndedBy
from emulator.model.groups import HostedGroup
from emulator.model.ladder import Party, party_of
from emulator.rules import Pool, Verdict
from emulator.service.branches import Branch
from emulator.service.handover import connect
from emulator.service.held import Ability, HeldCaller
from emulator.service.introduction import Introduction
from emulator.service.joining import Joining
from emulator.service.pending import PendingCall
from emulator.service.reception import is_queued_at_once, receive
from emulator.service.registered import RegisteredBranch
from emulator.service.waiting_caller import WaitingCaller
from emulator.service.wording import SERVER
from sip.message import Request, Response
from sip.transaction.server import InviteServer

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.ringer import Ringer
    from emulator.service.site import Site

__all__ = ["PoolService"]


class PoolService:
    """Hosts response groups behind `element`, the pool's own listener."""

    __slots__ = ("_contacts", "_early", "element", "party", "pool", "ringer", "site")

    identity = None
    passes_offers = True

    def __init__(self, pool: Pool, site: Site, element: Element, ringer: Ringer) -> None:
        self.pool = pool
        self.party: Party = party_of(pool)
        self.site = site
        self.element = element
        self.ringer = ringer
        self._contacts: dict[bytes, bytes] = {}
        self._early: dict[bytes, bytes] = {}

    def contact(self, transport: bytes) -> bytes:
        """The pool's own Contact for a dialog over `transport`."""
        contact = self._contacts.get(transport)
        if contact is None:
            contact = self._contacts[transport] = self.element.endpoint.contact(b"", transport)
        return contact

    def early_headers(self, transport: bytes) -> bytes:
        """The header lines of the pool's provisional responses."""
        lines = self._early.get(transport)
        if lines is None:
            lines = b"Contact: %b\r\nServer: %b\r\n" % (self.contact(transport), SERVER)
            self._early[transport] = lines
        return lines

    def forget_contacts(self) -> None:
        """The listener has another address now."""
        self._contacts.clear()
        self._early.clear()

    def take(
        self,
        transaction: InviteServer,
        request: Request,
        element: Element,
        group: HostedGroup,
        ruling: Verdict,
    ) -> None:
        """Take a new call to `group` that came to `element`."""
        site = self.site
        call = Call(
            site.calls.next_number(), request.call_id, request.from_value, self.pool, ruling, group
        )
        held = None
        if group.is_transferred and group.has_agents and is_queued_at_once(group, site):
            ability = Ability(request)
            if ability.suits(group):
                held = HeldCaller(self, call, transaction, request, element, ability)
        caller = held or WaitingCaller(site, call, transaction, request, element)
        pending = call.carrier = PendingCall(self, call, group, caller, held)
        site.calls.add(call)
        steps = element.steps
        if element is self.element:
            call.saw(steps.invite)
        else:
            call.saw_both(steps.invite, steps.inwards[self.party])
        site.tell(call, ruling)
        if held is not None and not held.answer():
            site.end_call(call, EndedBy.FAULT, status=488)
            return
        if group.is_plain:
            pending.begin()
        else:
            receive(pending)

    def connect(self, pending: PendingCall, branch: Branch, response: Response | None) -> None:
        """`branch` has answered `pending`: hand the call over, or bridge it."""
        held, agent = pending.held, branch.agent
        if held is not None and agent is not None:
            if response is None:
                Joining(self.site, pending, held, agent).start()
            else:
                Introduction(self.site, pending, held, branch, response).start()
            return
        connect(self.site, pending, branch, response, self if pending.group.is_anonymous else None)

    def turn_down(self, call: Call, branch: Branch, response: Response | None) -> None:
        """An agent answers a call that has just ended, or whose caller can't be answered.

        A 2xx is acknowledged and ended, unless the pool has died without a word.
        """
        site = self.site
        if site.is_mute(call.host):
            branch.abandon()
            return
        if response is not None and isinstance(branch, RegisteredBranch):
            branch.turn_down(response)
        else:
            branch.cancel(())
