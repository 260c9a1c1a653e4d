"""The four elements of a deployment, and what concerns them all."""

from __future__ import annotations

from emulator.model.agents import Agent
from emulator.model.calls import Call
from emulator.rules import Pool, Style
from emulator.service.element import Element
from emulator.service.pool import PoolService
from emulator.service.site import Site

__all__ = ["Elements"]


class Elements:
    """Director, both pools and the emulated agents' listener."""

    __slots__ = ("_contacts", "agents", "director", "media_port", "persons", "pools", "registrar",
                 "site")  # fmt: skip

    def __init__(
        self,
        site: Site,
        director: Element,
        pools: dict[Pool, PoolService],
        agents: Element,
    ) -> None:
        self.site = site
        self.director = director
        self.pools = pools
        self.agents = agents
        self.media_port = 0
        self._contacts: dict[tuple[str, bytes], bytes] = {}

    def agent_contact(self, agent: Agent, transport: bytes) -> bytes:
        """The Contact of an emulated agent for a caller over `transport`."""
        key = (agent.name, transport)
        contact = self._contacts.get(key)
        if contact is None:
            user = agent.name.encode()
            contact = self._contacts[key] = self.agents.endpoint.contact(user, transport)
        return contact

    def offer_waiting(self, agent: Agent) -> None:
        """`agent` may take a call: offer the oldest one that waits for someone like that."""
        seekers = self.site.seekers
        if not seekers or not agent.can_ring:
            return
        for pending in sorted(seekers.values(), key=lambda each: each.call.number):
            if agent in pending.group.agents and pending.offer(agent) and not agent.can_ring:
                return

    def offer_all_waiting(self) -> None:
        """Look at every waiting call again: phase, import, sign-ins or bindings have changed."""
        for pending in sorted(self.site.seekers.values(), key=lambda each: each.call.number):
            if pending.call.ended is None and not pending.is_ringing:
                pending.hunt()

    def is_silenced(self, call: Call, element: Element) -> bool:
        """Whether `call` died in a black hole that is still there, so that 408 is due (§16.8)."""
        entry = self.site.entry
        return (
            self.site.primary_is_down
            and entry.style is Style.BLACKHOLE
            and element.pool is None
            and call.ended is not None
            and call.ended_by == "rule"
            and call.connected is not None
            and call.host is Pool.PRIMARY
        )
