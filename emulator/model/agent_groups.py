"""An agent group while the emulator runs, and whom its routing method would ring."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Container
from typing import TYPE_CHECKING

from emulator.model import topology
from emulator.model.agents import Agent
from emulator.model.topology import Participation, Routing

if TYPE_CHECKING:
    from emulator.model.groups import HostedGroup

__all__ = ["AgentGroup", "Turns"]

_NOBODY: Container[Agent] = ()


class Turns:
    """Who is signed in to one agent group of one pool, and whose turn it is.

    Outlives each configuration of the agent group, and is one for all queues that have it.
    """

    __slots__ = ("signed_in", "turn")

    def __init__(self) -> None:
        self.signed_in: set[Agent] = set()
        self.turn = 0

    def clear(self) -> None:
        """Let nobody be signed in any more, and the first one have the turn."""
        self.signed_in.clear()
        self.turn = 0


class AgentGroup:
    """Agents of one group on one pool, as one queue has them.

    A group and its imported copy are two of these: sign-ins and turns are their own.
    """

    __slots__ = (
        "_heap",
        "_position",
        "_turns",
        "_unranked",
        "alert_seconds",
        "choose",
        "hosted",
        "is_formal",
        "members",
        "name",
        "rings_all",
        "routing",
        "settings",
        "signed_in",
    )

    def __init__(
        self,
        settings: topology.AgentGroup,
        agents: dict[str, Agent],
        hosted: HostedGroup,
        turns: Turns,
    ) -> None:
        self.hosted = hosted
        self.settings = settings
        self.name = settings.name
        self.routing = settings.routing
        self.is_formal = settings.participation is Participation.FORMAL
        self.alert_seconds = settings.alert_seconds
        self.members = [agents[name] for name in settings.agents]
        self._turns = turns
        turns.signed_in &= set(self.members)
        self.signed_in = turns.signed_in
        self.rings_all = settings.routing in (Routing.PARALLEL, Routing.ATTENDANT)
        self._heap = [(agent.idle_rank, index) for index, agent in enumerate(self.members)]
        heapq.heapify(self._heap)
        self._position = {agent: index for index, agent in enumerate(self.members)}
        self._unranked: set[Agent] = set()
        chooser: dict[Routing, Callable[[Container[Agent]], list[Agent]]] = {
            Routing.LONGEST_IDLE: self._longest_idle,
            Routing.ROUND_ROBIN: self._round_robin,
            Routing.SERIAL: self._serial,
            Routing.PARALLEL: self._all,
            Routing.ATTENDANT: self._all,
        }
        self.choose = chooser[settings.routing]
        for agent in self.members:
            agent.groups.append(self)

    def leave_agents(self) -> None:
        """Be no group of its agents any more (a copy that is removed or replaced)."""
        for agent in self.members:
            agent.groups.remove(self)

    def is_available(self, agent: Agent) -> bool:
        """Whether a call of this group may ring `agent` now."""
        return agent.can_ring and (not self.is_formal or agent in self.signed_in)

    def sign_in(self, agent: Agent) -> None:
        """Let `agent` take calls of this formal group."""
        self.signed_in.add(agent)
        for each in agent.groups:
            if each.signed_in is self.signed_in:
                each.enter(agent)

    def sign_out(self, agent: Agent) -> None:
        """Give `agent` no further calls of this formal group."""
        self.signed_in.discard(agent)

    def enter(self, agent: Agent) -> None:
        """`agent` may be available again: rank it among the idle."""
        if agent in self._unranked:
            self._unranked.remove(agent)
            heapq.heappush(self._heap, (agent.idle_rank, self._position[agent]))

    def _longest_idle(self, excluded: Container[Agent] = _NOBODY) -> list[Agent]:
        # Entries whose rank has changed since are put right when they come up, so that a call
        # costs one group's heap and not those of all groups of its agent.
        heap, members = self._heap, self.members
        passed: list[tuple[int, int]] = []
        chosen: list[Agent] = []
        while heap:
            rank, index = heap[0]
            agent = members[index]
            if rank != agent.idle_rank:
                heapq.heapreplace(heap, (agent.idle_rank, index))
            elif not self.is_available(agent):
                heapq.heappop(heap)
                self._unranked.add(agent)
                agent.is_unranked = True
            elif agent in excluded:
                passed.append(heapq.heappop(heap))
            else:
                chosen.append(agent)
                break
        for entry in passed:
            heapq.heappush(heap, entry)
        return chosen

    def _round_robin(self, excluded: Container[Agent] = _NOBODY) -> list[Agent]:
        members = self.members
        count = len(members)
        for step in range(count):
            index = (self._turns.turn + step) % count
            agent = members[index]
            if self.is_available(agent) and agent not in excluded:
                self._turns.turn = index + 1
                return [agent]
        return []

    def _serial(self, excluded: Container[Agent] = _NOBODY) -> list[Agent]:
        for agent in self.members:
            if self.is_available(agent) and agent not in excluded:
                return [agent]
        return []

    def _all(self, excluded: Container[Agent] = _NOBODY) -> list[Agent]:
        return [
            agent for agent in self.members if self.is_available(agent) and agent not in excluded
        ]
