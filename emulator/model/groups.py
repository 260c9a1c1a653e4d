"""A response group as one pool hosts it: the original on its owner, or the imported copy."""

from __future__ import annotations

from typing import Any

from emulator.model import topology
from emulator.model.agent_groups import AgentGroup, Turns
from emulator.model.agents import Agent
from emulator.model.opening import Opening
from emulator.model.topology import Handover
from emulator.model.waiting_line import WaitingLine
from emulator.rules import Kind, Pool

__all__ = ["HostedGroup", "QueueLine", "Shared"]


class QueueLine:
    """Who waits in one queue of one pool, whatever workflow they came by.

    `waiting` holds the pending calls that no agent rings for, in the order in which they began;
    `seekers` those and the ones whose ringing further agents may join.
    """

    __slots__ = ("seekers", "waiting")

    def __init__(self) -> None:
        self.waiting: WaitingLine[Any] = WaitingLine()
        self.seekers: WaitingLine[Any] = WaitingLine()


class Shared:
    """What the groups of one pool share: lines by queue, sign-ins and turns by agent group."""

    __slots__ = ("lines", "turns")

    def __init__(self) -> None:
        self.lines: dict[str, QueueLine] = {}
        self.turns: dict[str, Turns] = {}


class HostedGroup:
    """What a pool needs to take calls of one group.

    `settings` have the queue in them, and its agent groups. `host` differs from the owner for an
    imported copy; `version` grows with each change, and no two configurations of any group have
    the same. `opening` is None where an active workflow queues every call at once, and the group
    is plain if it is active, too.
    """

    __slots__ = (
        "agent_groups",
        "agents",
        "host",
        "is_anonymous",
        "is_copy",
        "is_plain",
        "is_transferred",
        "kind",
        "name",
        "opening",
        "owner",
        "seekers",
        "settings",
        "version",
        "waiting",
    )

    def __init__(
        self,
        settings: topology.Group,
        host: Pool,
        agents: dict[str, Agent],
        version: int = 0,
        *,
        opening: Opening | None = None,
        shared: Shared | None = None,
    ) -> None:
        shared = shared or Shared()
        self.settings = settings
        self.version = version
        self.name = settings.name
        self.owner: Pool = settings.owner
        self.host = host
        self.kind: Kind = settings.kind
        self.is_anonymous = settings.kind is Kind.ANONYMOUS
        self.is_transferred = not self.is_anonymous and settings.handover is Handover.TRANSFER
        self.is_copy = host is not settings.owner
        self.opening = opening
        self.is_plain = opening is None and settings.active
        self.agent_groups = [
            AgentGroup(each, agents, self, shared.turns.setdefault(each.name, Turns()))
            for each in settings.agent_groups
        ]
        self.agents = frozenset(agent for each in self.agent_groups for agent in each.members)
        line = shared.lines.setdefault(settings.shared_queue or settings.name, QueueLine())
        self.waiting = line.waiting
        self.seekers = line.seekers

    @property
    def has_agents(self) -> bool:
        """Whether any of its agent groups has an agent configured."""
        return bool(self.agents)

    def has_queue(self, name: str) -> bool:
        """Whether its calls wait in the queue of that name."""
        return self.settings.menu is None and self.settings.shared_queue == name

    def retire(self) -> None:
        """Take its agent groups away from the agents: nothing is rung for it any more."""
        for each in self.agent_groups:
            each.leave_agents()
