"""Going back to how everything was at the start."""

from __future__ import annotations

from typing import Any

from emulator.operations.administration import Administration
from emulator.operations.imports import show_import
from emulator.operations.phases import show_state
from emulator.rules import Pool

__all__ = ["reset"]


async def reset(administration: Administration) -> dict[str, Any]:
    """Phase normal, no calls, no records; import, sign-ins, bindings and databases as at the start.

    Gives the state. Raises PoolCannotReturn if the primary pool's ports are taken; nothing has
    changed then.
    """
    await administration.deployment.reset()
    administration.databases = dict.fromkeys(Pool, True)
    await administration.recorder.clear()
    administration.site.journal.write("import", show_import(administration))
    return show_state(administration)
