"""The Response Group service of one pool: takes calls, seeks agents, connects, and dies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.calls import Call, EndedBy
from emulator.model.groups import HostedGroup
from emulator.model.ladder import Party, party_of
from emulator.model.topology import ToQueue, ToUri
from emulator.rules import Pool, Style, Verdict
from emulator.service.branches import Branch
from emulator.service.handover import bridge_registered, connect_emulated, connect_registered
from emulator.service.late import end_late_answer
from emulator.service.pending import ELSEWHERE, PendingCall
from emulator.service.registered import RegisteredBranch
from emulator.service.silence import SilentRefusal
from emulator.service.wording import SERVER, Lines, rendered
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
        pending = PendingCall(self, call, group, transaction, request, element)
        call.carrier = pending
        transaction.user = pending
        site.calls.add(call)
        steps = element.steps
        if element is self.element:
            call.saw(steps.invite)
        else:
            call.saw_both(steps.invite, steps.inwards[self.party])
        site.tell(call, ruling)
        if not group.has_agents:
            pending.refuse(480, EndedBy.QUEUE, (), None)
            return
        pending.hunt()

    def connect(self, pending: PendingCall, branch: Branch, response: Response | None) -> None:
        """`branch` has answered `pending`: hand the call over, or bridge it."""
        site, call, group = self.site, pending.call, pending.group
        if response is not None:
            assert isinstance(branch, RegisteredBranch)
            branch.cancel_others(ELSEWHERE)
            if group.is_anonymous:
                bridge_registered(self, pending, pending.tag, branch, response)
            else:
                connect_registered(site, pending, branch, response)
            return
        agent = branch.agent
        assert agent is not None
        transport = pending.transaction.flow.transport
        if group.is_anonymous:
            element, tag, contact = self.element, pending.tag, self.contact(transport)
            if call.agent_call_id is None:
                call.agent_call_id = element.endpoint.new_call_id()
                site.calls.index(call.agent_call_id, call)
        else:
            element = site.elements.agents
            tag = element.endpoint.new_tag()
            contact = site.elements.agent_contact(agent, transport)
            call.agent_call_id = call.call_id
        connect_emulated(site, pending, agent, element, tag, contact)

    def turn_down(self, call: Call, branch: Branch, response: Response | None) -> None:
        """An agent answers a call that a phase change has just ended.

        A 2xx is acknowledged and ended, unless the pool has died without a word.
        """
        site = self.site
        if site.is_down(call.host) and site.entry.style is not Style.GRACEFUL:
            branch.abandon()
            return
        if response is not None and isinstance(branch, RegisteredBranch):
            assert branch.winner is not None
            end_late_answer(site, branch.winner, response)
        branch.cancel(())

    def transfer(self, pending: PendingCall, action: ToQueue | ToUri) -> None:
        """Carry out a queue's action that sends the call elsewhere."""
        site = self.site
        if isinstance(action, ToQueue):
            hosted = site.copies if pending.group.is_copy else site.groups
            target = hosted.get(action.queue) or site.groups.get(action.queue)
            if target is not None and target.host is self.pool:
                pending.move_to(target)
                return
            pending.refuse(480, EndedBy.QUEUE, (), None)
            return
        site.elements.persons.transfer(pending, action.uri)

    def leave_caller(
        self,
        transaction: InviteServer,
        element: Element,
        call: Call,
        tag: bytes,
        why: Lines,
        style: Style,
    ) -> None:
        """The pool has died with a pending call: what its caller finds out, and when.

        One that came to the pool's own listener hears nothing more; the director answers for a
        pool that crashed with 503, and for one that fell silent with 408 after a while.
        """
        if element.pool is self.pool:
            transaction.abandon()
            return
        if style is Style.CRASH:
            call.status = 503
            call.saw_response(element.party, Party.CALLER, 503, b"INVITE")
            transaction.respond(503, to_tag=tag, headers=rendered(why))
            return
        SilentRefusal(self.site, transaction, element, call, tag, why)
