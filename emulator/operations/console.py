"""The agent console: which groups an agent sees, and signing in to the formal ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.model.agent_groups import AgentGroup
from emulator.model.agents import Agent
from emulator.model.groups import HostedGroup
from emulator.operations.administration import Administration
from emulator.operations.agents import find_agent, is_signed_in, served_by
from emulator.operations.errors import ForbiddenByRule, NotThere
from emulator.operations.resuming import keep_sign_ins
from emulator.rules import Outcome, Pool, Row, Situation, Verdict, verdict
from emulator.service.site import Site

__all__ = [
    "ConsoleGroup",
    "groups_served_by",
    "show_console",
    "sign_in",
    "sign_in_to",
    "sign_out",
    "sign_out_of",
]


@dataclass(frozen=True, slots=True)
class ConsoleGroup:
    """A group as it is named at the console.

    imported  True means the copy, False the original, None whichever permits what is wanted.
    """

    name: str
    imported: bool | None


def show_console(administration: Administration, name: str) -> dict[str, Any]:
    """What the console of the agent `name` shows now, in plain values; raises NotThere."""
    agent = find_agent(administration, name)
    site = administration.site
    shown = []
    for group in _groups_of(site, agent):
        ruling = _ruling(site, group)
        if ruling.outcome is not Outcome.HIDDEN:
            shown.append(
                {
                    "name": group.name,
                    "owner": group.owner,
                    "imported": group.is_copy,
                    "formal": any(_formal_groups(site, agent, group)),
                    "can_sign_in": _permits(ruling),
                    "signed_in": is_signed_in(agent, served_by(site, agent, group)),
                }
            )
    return {"agent": name, "served_by": _serving_pool(site), "groups": shown}


def groups_served_by(administration: Administration, name: str) -> Iterator[HostedGroup]:
    """The groups that the agent `name` serves, hidden ones too: each original, then its copy.

    Raises NotThere.
    """
    return _groups_of(administration.site, find_agent(administration, name))


async def sign_in(
    administration: Administration,
    name: str,
    groups: Sequence[str],
    *,
    imported: bool | None = None,
) -> dict[str, Any]:
    """Sign the agent `name` in to groups, all of them or none; gives the console.

    imported  True means the copies, False the originals, None whichever permits it.

    Raises NotThere, ForbiddenByRule with the cell, or StoreFailed. Informal groups stay as they
    are.
    """
    return await sign_in_to(administration, name, [ConsoleGroup(each, imported) for each in groups])


async def sign_out(
    administration: Administration,
    name: str,
    groups: Sequence[str],
    *,
    imported: bool | None = None,
) -> dict[str, Any]:
    """Sign the agent `name` out of groups, as `sign_in` does in."""
    return await sign_out_of(
        administration, name, [ConsoleGroup(each, imported) for each in groups]
    )


async def sign_in_to(
    administration: Administration, name: str, groups: Iterable[ConsoleGroup]
) -> dict[str, Any]:
    """Sign in as `sign_in` does, where copies and originals are named one by one."""
    return await _change(administration, name, groups, is_in=True)


async def sign_out_of(
    administration: Administration, name: str, groups: Iterable[ConsoleGroup]
) -> dict[str, Any]:
    """Sign out as `sign_out` does, where copies and originals are named one by one."""
    return await _change(administration, name, groups, is_in=False)


async def _change(
    administration: Administration, name: str, groups: Iterable[ConsoleGroup], *, is_in: bool
) -> dict[str, Any]:
    agent = find_agent(administration, name)
    site = administration.site
    chosen = [_choose(site, agent, each.name, each.imported) for each in dict.fromkeys(groups)]
    formal = [each for group in chosen for each in _formal_groups(site, agent, group)]
    if formal:
        kept = [(each.hosted.host, each.name, name) for each in formal]
        await keep_sign_ins(administration, kept, is_in=is_in)
    for each in formal:
        if is_in:
            each.sign_in(agent)
        else:
            each.sign_out(agent)
    if formal:
        site.journal.write("agent", agent)
        site.elements.offer_waiting(agent)
    return show_console(administration, name)


def _choose(site: Site, agent: Agent, name: str, imported: bool | None) -> HostedGroup:
    """The original or the copy that is meant; raises NotThere or ForbiddenByRule."""
    every = list(_groups_of(site, agent))
    candidates = [
        group
        for group in every
        if group.name == name and (imported is None or group.is_copy is imported)
    ]
    if not candidates:
        what = "imported copy of a group" if imported else "group"
        raise NotThere(f"{what} of {agent.name}", name, sorted({group.name for group in every}))
    rulings = [_ruling(site, group) for group in candidates]
    for group, ruling in zip(candidates, rulings, strict=True):
        if _permits(ruling):
            return group
    first = rulings[0]
    if first.outcome is Outcome.HIDDEN:
        told = f"{name} is not shown on the console in phase {first.phase}"
    else:
        told = f"agents cannot sign in to or out of {name} in phase {first.phase}"
    raise ForbiddenByRule(first.cell, told)


def _groups_of(site: Site, agent: Agent) -> Iterator[HostedGroup]:
    """The groups that `agent` serves: each original, and behind it its copy."""
    for name, group in site.groups.items():
        if served_by(site, agent, group):
            yield group
        copy = site.copies.get(name)
        if copy is not None and served_by(site, agent, copy):
            yield copy


def _formal_groups(site: Site, agent: Agent, group: HostedGroup) -> Iterator[AgentGroup]:
    return (each for each in served_by(site, agent, group) if each.is_formal)


def _ruling(site: Site, group: HostedGroup) -> Verdict:
    situation = Situation(Row.CONSOLE, group.owner, imported=group.is_copy)
    return verdict(situation, site.phase, site.rules)


def _serving_pool(site: Site) -> Pool:
    """The pool whose web service answers: the backup pool while the primary is gone."""
    return Pool.BACKUP if site.is_down(Pool.PRIMARY) else Pool.PRIMARY


def _permits(ruling: Verdict) -> bool:
    return ruling.outcome is Outcome.VIEW_AND_SIGN_IN
