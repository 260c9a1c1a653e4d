"""Agents as they are shown outside, and finding one by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emulator.model.agent_groups import AgentGroup
from emulator.model.agents import Agent, EndpointKind
from emulator.model.groups import HostedGroup
from emulator.operations.administration import Administration
from emulator.operations.errors import NotThere
from emulator.service.site import Site

__all__ = ["find_agent", "is_signed_in", "served_by", "show_agent", "show_agents"]


def find_agent(administration: Administration, name: str) -> Agent:
    """The agent of that name; raises NotThere."""
    agents = administration.site.agents
    if name not in agents:
        raise NotThere("agent", name, list(agents))
    return agents[name]


def show_agents(administration: Administration) -> list[dict[str, Any]]:
    """Every agent, in the order of the topology, in plain values."""
    return [show_agent(administration, each) for each in administration.site.agents.values()]


def show_agent(administration: Administration, agent: Agent) -> dict[str, Any]:
    """Who the agent is, what answers for them, and which groups they are in."""
    site = administration.site
    return {
        "name": agent.name,
        "home": agent.home,
        "endpoint": agent.endpoint,
        "contacts": _contacts(administration, agent),
        "reachable": agent.is_reachable,
        "groups": [
            {"name": group.name, "signed_in": is_signed_in(agent, served)}
            for group in site.groups.values()
            if (served := served_by(site, agent, group))
        ],
        "calls": agent.calls,
    }


def served_by(site: Site, agent: Agent, group: HostedGroup) -> list[AgentGroup]:
    """The agent groups of `agent` that calls of `group` come to, by its menus and actions too."""
    return [each for each in site.hosting.agent_groups_of(group) if agent in each.members]


def is_signed_in(agent: Agent, served: Iterable[AgentGroup]) -> bool:
    """Whether `agent` is in: signed in to a formal one of `served`, or there for another."""
    is_there = agent.endpoint != EndpointKind.NONE
    return any(agent in each.signed_in if each.is_formal else is_there for each in served)


def _contacts(administration: Administration, agent: Agent) -> list[str]:
    elements = administration.site.elements
    if agent.endpoint == EndpointKind.REGISTERED:
        return elements.registrar.contact_uris(agent)
    if agent.endpoint == EndpointKind.EMULATED:
        return [elements.agent_contact(agent, b"UDP").strip(b"<>").decode()]
    return []
