"""The four elements of a deployment, and what concerns them all."""

from __future__ import annotations

import asyncio

from emulator.model.agents import Agent
from emulator.model.calls import Call, CallState
from emulator.rules import Pool, Style, Verdict
from emulator.service.element import Element
from emulator.service.pool import PoolService
from emulator.service.site import Site
from emulator.service.wording import rule_lines

__all__ = ["Elements"]


class Elements:
    """Director, both pools and the emulated agents' listener."""

    __slots__ = ("_contacts", "_tasks", "agents", "director", "media_port", "persons", "pools",
                 "registrar", "site")  # fmt: skip

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
        self._tasks: set[asyncio.Task[None]] = set()
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

    def forsake(self, agent: Agent, ruling: Verdict) -> None:
        """`agent` can't be reached any more: what rings there is cancelled, and goes elsewhere."""
        for key, bucket in list(self.site.calls.live()):
            if key[0] != CallState.PENDING:
                continue
            for call in list(bucket.values()):
                carrier = call.carrier
                if carrier is not None:
                    carrier.forsake(agent, rule_lines(ruling, call.host, call.is_imported))

    def keep(self, task: asyncio.Task[None]) -> None:
        """Hold a task until it is done, so that it isn't collected before."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
