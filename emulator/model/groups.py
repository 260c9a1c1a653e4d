"""A response group as one pool hosts it: the original on its owner, or the imported copy."""

from __future__ import annotations

from typing import Any

from emulator.model import topology
from emulator.model.agent_groups import AgentGroup
from emulator.model.agents import Agent
from emulator.model.topology import Handover
from emulator.model.waiting_line import WaitingLine
from emulator.rules import Kind, Pool

__all__ = ["HostedGroup"]


class HostedGroup:
    """What a pool needs to take calls of one group.

    `host` differs from the owner for an imported copy; `version` grows with each change, and no
    two configurations of any group have the same. `waiting` holds the pending calls that no
    agent rings for, in the order in which they began; `seekers` those and the ones whose ringing
    further agents may join.
    """

    __slots__ = (
        "agent_groups",
        "agents",
        "host",
        "is_anonymous",
        "is_copy",
        "is_transferred",
        "kind",
        "name",
        "owner",
        "seekers",
        "settings",
        "version",
        "waiting",
    )

    def __init__(
        self, settings: topology.Group, host: Pool, agents: dict[str, Agent], version: int = 0
    ) -> None:
        self.settings = settings
        self.version = version
        self.name = settings.name
        self.owner: Pool = settings.owner
        self.host = host
        self.kind: Kind = settings.kind
        self.is_anonymous = settings.kind is Kind.ANONYMOUS
        self.is_transferred = not self.is_anonymous and settings.handover is Handover.TRANSFER
        self.is_copy = host is not settings.owner
        self.agent_groups = [AgentGroup(each, agents, self) for each in settings.agent_groups]
        self.agents = frozenset(agent for each in self.agent_groups for agent in each.members)
        self.waiting: WaitingLine[Any] = WaitingLine()
        self.seekers: WaitingLine[Any] = WaitingLine()

    @property
    def has_agents(self) -> bool:
        """Whether any of its agent groups has an agent configured."""
        return bool(self.agents)

    def take_over_sign_ins(self, earlier: HostedGroup) -> None:
        """Let those who are signed in to an agent group of `earlier` be in here too."""
        by_name = {each.name: each.signed_in for each in earlier.agent_groups}
        for each in self.agent_groups:
            each.signed_in = by_name.get(each.name, set()) & set(each.members)

    def retire(self) -> None:
        """Take its agent groups away from the agents: nothing is rung for it any more."""
        for each in self.agent_groups:
            each.leave_agents()
