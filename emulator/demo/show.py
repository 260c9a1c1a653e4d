"""Shows statements on a running emulator: takes the walks that they need, with their scenes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import aiohttp

from emulator.demo.configuration import Configurations
from emulator.demo.console import Consoles
from emulator.demo.doors import Door, doors_of, row_of
from emulator.demo.evidence import Difference, Evidence
from emulator.demo.on_behalf import CallsOnBehalf
from emulator.demo.plans import Plan, plans_for
from emulator.demo.scene import Scene
from emulator.demo.shell_door import ManagementShell
from emulator.demo.telephones import Telephones
from emulator.demo.walk import take_walk
from emulator.demo.witness import Witness
from emulator.rules import Style
from emulator.testing import Emulator, ExpectationFailed, RequestRefused

__all__ = ["is_all_shown", "show_statements"]

# What ends a walk early: the emulator refuses, or is gone.
_BROKEN_OFF = (RequestRefused, ExpectationFailed, LookupError, aiohttp.ClientError)


async def show_statements(
    rgs: Emulator,
    statements: Sequence[str],
    transports: Sequence[Door],
    style: Style,
    tell: Callable[[str], None],
) -> Evidence:
    """Walk `rgs`, which has the demo's topology and dies in `style`, and give what was seen.

    `tell` is told, in pieces of lines, how far it is.
    """
    evidence = Evidence()
    async with ManagementShell(rgs.url) as shell:
        for plan in plans_for(statements):
            tell(f"{plan.name}: normal")
            witness = Witness(evidence, plan.name, statements)
            scenes = _scenes(rgs, plan, style, transports, statements, witness, shell)
            try:
                await take_walk(rgs, plan, scenes, lambda phase: tell(f", {phase}"))
            except _BROKEN_OFF as error:
                evidence.differ(_broken_off(plan, error))
            tell("\n")
    return evidence


def is_all_shown(evidence: Evidence, statements: Sequence[str], transports: Sequence[Door]) -> bool:
    """Whether each of the statements was seen through all of its doors, and nothing went wrong."""
    return not evidence.differences_of("") and all(
        evidence.is_shown(each, doors_of(each, transports)) for each in statements
    )


def _scenes(
    rgs: Emulator,
    plan: Plan,
    style: Style,
    transports: Sequence[Door],
    statements: Sequence[str],
    witness: Witness,
    shell: ManagementShell,
) -> list[Scene]:
    """What must be played in a walk for the rows that the statements are of."""
    rows = {row_of(each) for each in statements}
    scenes: list[Scene] = []
    if rows & {"R1", "R2", "R3"}:
        scenes.append(Telephones(rgs, plan, style, transports, witness))
    if "R4" in rows:
        scenes.append(CallsOnBehalf(rgs, plan, transports, witness))
    if "R5" in rows:
        scenes.append(Consoles(rgs, plan, witness))
    if "R6" in rows:
        scenes.append(Configurations(rgs, plan, witness, shell))
    return scenes


def _broken_off(plan: Plan, error: Exception) -> Difference:
    """That a walk could not be taken to its end."""
    seen = f"{type(error).__name__}: {error}"
    situation = f"{plan.name}: the emulator"
    return Difference("", "none", "every door", situation, "the walk to go on", seen, "")
