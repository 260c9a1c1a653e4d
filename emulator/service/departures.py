"""Where a call goes that is sent on by an action: another queue, a person, an address."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emulator.model.calls import EndedBy
from emulator.model.ladder import StepKind
from emulator.model.topology import Action, ToPstn, ToQueue, ToUri, ToVoicemail
from emulator.rules import Verdict
from emulator.service.destinations import Destinations, Reach
from emulator.service.persons import PersonCall
from emulator.service.wording import default_status, diagnostic_id, diagnostics, rule_lines

if TYPE_CHECKING:
    from emulator.service.pending import PendingCall
    from emulator.service.ringer import Ringer
    from emulator.service.site import Site

__all__ = ["Departures"]


class Departures:
    """Carries out the actions of queues, closed workflows and menus that send a call elsewhere."""

    __slots__ = ("_destinations", "_ringer", "_site")

    def __init__(self, site: Site, destinations: Destinations, ringer: Ringer) -> None:
        self._site = site
        self._destinations = destinations
        self._ringer = ringer

    def send_on(self, pending: PendingCall, action: Action) -> None:
        """Send `pending`, which has left its queue, where `action` says.

        A caller whom the pool has answered has to call again for that. One who can't be told to
        is held in the next queue too, if calls are transferred from there.
        """
        held = pending.held
        if held is None:
            self._send_on(pending, action)
        elif held.ability.refers:
            held.refer(partial(self._send_on, pending, action))
        elif isinstance(action, ToQueue) and self._transfers(pending, action.queue):
            self._send_on(pending, action)
        else:
            pending.refuse(480, EndedBy.QUEUE, (), None)

    def _transfers(self, pending: PendingCall, queue: str) -> bool:
        held, group = pending.held, self._site.hosting.in_queue(pending.group, queue)
        if held is None or group is None:
            return False
        return group.is_transferred and held.ability.suits(group)

    def _send_on(self, pending: PendingCall, action: Action) -> None:
        if isinstance(action, ToQueue):
            self._to_queue(pending, action.queue)
            return
        uri = _uri_of(action)
        destination = self._destinations.find(uri)
        if destination.reach is Reach.GROUP:
            self._to_group(pending, destination.name, enters=True)
        elif destination.reach is Reach.PERSON:
            self._person_call(pending).seek(self._site.agents[destination.name])
        elif destination.reach is Reach.FOREIGN:
            self._person_call(pending).seek_outside(uri)
        else:
            pending.refuse(404, EndedBy.QUEUE, (), None)

    def _to_queue(self, pending: PendingCall, name: str) -> None:
        """Send it on to a queue of its own pool first, else to that of the group of that name."""
        group = self._site.hosting.in_queue(pending.group, name)
        if group is not None:
            pending.move_to(group, pending.pool)
        elif name in self._site.groups:
            self._to_group(pending, name)
        else:
            pending.refuse(480, EndedBy.QUEUE, (), None)

    def _to_group(self, pending: PendingCall, name: str, *, enters: bool = False) -> None:
        """Send it where a new call to the group `name` would go now.

        enters  as a new call, which may find the workflow closed; else it is in the queue at once.
        """
        site = self._site
        placement = site.place(name)
        ruling = placement.verdict
        site.tally.count_verdict(ruling.cell)
        call = pending.call
        call.note(StepKind.RULE, site.tally.cell_number(ruling.cell))
        call.verdict = ruling
        if placement.group is not None:
            pool = site.elements.pools[placement.group.host]
            pending.move_to(placement.group, pool, enters=enters)
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


def _uri_of(action: Action) -> bytes:
    if isinstance(action, ToVoicemail):
        return action.voicemail.encode() + b";opaque=app:voicemail"
    assert isinstance(action, ToUri | ToPstn)
    return (action.uri if isinstance(action, ToUri) else action.pstn).encode()
