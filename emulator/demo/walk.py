"""One walk through the phases: enter one, let every scene play in it, go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from emulator.demo.plans import Plan
from emulator.demo.scene import Scene
from emulator.testing import Emulator

__all__ = ["take_walk"]


async def take_walk(
    rgs: Emulator, plan: Plan, scenes: Sequence[Scene], tell: Callable[[str], None]
) -> None:
    """Walk as `plan` says, from a fresh start to the end; `tell` is told each phase."""
    await rgs.reset()
    if plan.imported:
        await rgs.import_groups()
    for scene in scenes:
        await scene.begin()
    for phase in plan.phases:
        tell(phase)
        began = asyncio.get_running_loop().time()
        await rgs.phase(phase)
        for scene in scenes:
            await scene.enter(phase, began)
    for scene in scenes:
        await scene.end()
