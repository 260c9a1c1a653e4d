"""Where a call goes that leaves its queue by an action: another queue, a person, an address."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emulator.model.calls import EndedBy
from emulator.model.groups import HostedGroup
from emulator.model.ladder import StepKind
from emulator.model.topology import ToQueue, ToUri
from emulator.rules import Pool, Verdict
from emulator.service.destinations import Destinations, Reach
from emulator.service.persons import PersonCall
from emulator.service.wording import default_status, diagnostic_id, diagnostics, rule_lines

if TYPE_CHECKING:
    from emulator.service.pending import PendingCall
    from emulator.service.ringer import Ringer
    from emulator.service.site import Site

__all__ = ["Departures"]


class Departures:
    """Carries out the actions of time-outs and overflows that send a call elsewhere."""

    __slots__ = ("_destinations", "_ringer", "_site")

    def __init__(self, site: Site, destinations: Destinations, ringer: Ringer) -> None:
        self._site = site
        self._destinations = destinations
        self._ringer = ringer

    def send_on(self, pending: PendingCall, action: ToQueue | ToUri) -> None:
        """Send `pending`, which has left its queue, where `action` says.

        A caller whom the pool has answered has to call again for that.
        """
        held = pending.held
        if held is None:
            self._send_on(pending, action)
        elif held.ability.refers:
            held.refer(partial(self._send_on, pending, action))
        else:
            pending.refuse(480, EndedBy.QUEUE, (), None)

    def _send_on(self, pending: PendingCall, action: ToQueue | ToUri) -> None:
        if isinstance(action, ToQueue):
            group = self._hosted_by(pending.pool.pool, action.queue)
            if group is not None:
                pending.move_to(group, pending.pool)
            else:
                self._to_group(pending, action.queue)
            return
        uri = action.uri.encode()
        destination = self._destinations.find(uri)
        if destination.reach is Reach.GROUP:
            self._to_group(pending, destination.name)
        elif destination.reach is Reach.PERSON:
            self._person_call(pending).seek(self._site.agents[destination.name])
        elif destination.reach is Reach.FOREIGN:
            self._person_call(pending).seek_outside(uri)
        else:
            pending.refuse(404, EndedBy.QUEUE, (), None)

    def _hosted_by(self, pool: Pool, name: str) -> HostedGroup | None:
        """The group `name`, or its copy, on that pool: a queue sends on to its own pool first."""
        original = self._site.groups[name]
        if original.host is pool:
            return original
        return self._site.copies.get(name) if pool is Pool.BACKUP else None

    def _to_group(self, pending: PendingCall, name: str) -> None:
        """Send it where a new call to the group `name` would go now."""
        site = self._site
        placement = site.place(name)
        ruling = placement.verdict
        site.tally.count_verdict(ruling.cell)
        call = pending.call
        call.note(StepKind.RULE, site.tally.cell_number(ruling.cell))
        call.verdict = ruling
        if placement.group is not None:
            pending.move_to(placement.group, site.elements.pools[placement.group.host])
        else:
            self._refuse(pending, ruling, placement.is_imported)

    def _refuse(self, pending: PendingCall, ruling: Verdict, is_imported: bool) -> None:
        site, host = self._site, pending.call.host
        lines = rule_lines(ruling, host, is_imported) + diagnostics(
            ruling.cell, site.topology.pools[host].fqdn
        )
        pending.call.note(StepKind.DIAGNOSED, diagnostic_id(ruling.cell))
        default = default_status(ruling)
        status = site.topology.responses.get(ruling.cell, default)
        pending.refuse(status, EndedBy.RULE, lines, ruling)

    def _person_call(self, pending: PendingCall) -> PersonCall:
        """What goes on with the call in the place of `pending`."""
        call = pending.call
        call.note(StepKind.LEFT, 0)
        pending.release()
        bridge = pending.pool if pending.group.is_anonymous else None
        person = PersonCall(self._site, call, pending.caller, self._ringer, bridge=bridge)
        call.carrier = person
        return person
