"""The four elements of a deployment, and what concerns them all."""

from __future__ import annotations

import asyncio
import heapq

from emulator.model.agents import Agent
from emulator.model.calls import Call, EndedBy
from emulator.rules import Pool, Row, Style, Verdict
from emulator.service.departures import Departures
from emulator.service.edge import Edge
from emulator.service.element import Element
from emulator.service.guard import Guard
from emulator.service.on_behalf import OnBehalf
from emulator.service.pending import PendingCall
from emulator.service.persons import Persons
from emulator.service.pool import PoolService
from emulator.service.registration import Registration
from emulator.service.routes import address_of
from emulator.service.site import Site
from emulator.service.wording import rule_lines
from sip.transport.lookup import Resolver

__all__ = ["Elements"]

_OF_CALLS_OF_BEFORE = (f"{Row.CONNECTED}/", f"{Row.PENDING}/")


class Elements:
    """Director, both pools and the emulated agents' listener."""

    __slots__ = ("_contacts", "_tasks", "addresses", "agents", "departures", "director", "edge",
                 "guard", "media_port", "on_behalf", "persons", "pools", "registrar", "resolver",
                 "site")  # fmt: skip

    def __init__(
        self,
        site: Site,
        director: Element,
        pools: dict[Pool, PoolService],
        agents: Element,
        resolver: Resolver,
    ) -> None:
        self.site = site
        self.resolver = resolver
        self.director = director
        self.edge = Edge(site, director)
        self.pools = pools
        self.agents = agents
        self.media_port = 0
        self.addresses: frozenset[tuple[str, int]] = frozenset()
        self.departures: Departures
        self.on_behalf: OnBehalf
        self.persons: Persons
        self.registrar: Registration
        self.guard: Guard
        self._tasks: set[asyncio.Task[None]] = set()
        self._contacts: dict[tuple[str, bytes], bytes] = {}

    @property
    def sent_bys(self) -> list[bytes]:
        """Our own addresses as the Vias that we add have them."""
        listeners = (self.director, *(pool.element for pool in self.pools.values()), self.agents)
        return [listener.endpoint.sent_by for listener in listeners]

    def agent_contact(self, agent: Agent, transport: bytes) -> bytes:
        """The Contact of an emulated agent for a caller over `transport`."""
        key = (agent.name, transport)
        contact = self._contacts.get(key)
        if contact is None:
            user = agent.name.encode()
            contact = self._contacts[key] = self.agents.endpoint.contact(user, transport)
        return contact

    def offer_waiting(self, agent: Agent) -> None:
        """`agent` may take a call: offer the oldest ones that wait for someone like that."""
        while self.site.seekers and agent.can_ring:
            found = (each.hosted.seekers for each in agent.groups)
            lines = {id(line): line for line in found if line}  # which groups may share
            oldest_first = heapq.merge(*lines.values(), key=_number_of)
            for pending in oldest_first:
                if pending.offer(agent):
                    break
            else:
                return

    def offer_all_waiting(self) -> None:
        """Look at every waiting call again: phase, import, sign-ins or bindings have changed."""
        for pending in list(self.site.seekers):
            if pending.call.ended is None and not pending.is_ringing:
                pending.hunt()

    def forsake(self, agents: dict[Agent, Verdict]) -> None:
        """`agents` can't be reached any more: what rings there is cancelled, and goes elsewhere."""
        for call in self.site.calls.pending_calls():
            carrier = call.carrier
            if carrier is None:
                continue
            for agent in carrier.rung_agents() & agents.keys():
                is_imported = call.group is not None and call.group.name in self.site.copies
                carrier.forsake(agent, rule_lines(agents[agent], call.host, is_imported))

    def is_own_route(self, route: bytes) -> bool:
        """Whether a Route value names one of our listeners."""
        return address_of(route) in self.addresses

    def keep(self, task: asyncio.Task[None]) -> None:
        """Hold a task until it is done, so that it isn't collected before."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def is_silenced(self, call: Call, element: Element) -> bool:
        """Whether `call` died in a black hole that is still there, so that 408 is due (§16.8).

        One that was pending, as long as its INVITE has not been answered.
        """
        entry, ruling = self.site.entry, call.verdict
        return (
            self.site.primary_is_down
            and entry.style is Style.BLACKHOLE
            and element.pool is None
            and call.ended is not None
            and call.ended_by == EndedBy.RULE
            and (call.connected is not None or call.status is None)
            and ruling is not None
            and ruling.cell.startswith(_OF_CALLS_OF_BEFORE)
            and call.host is Pool.PRIMARY
        )


def _number_of(pending: PendingCall) -> int:
    return pending.call.number
