"""Going back to how everything was at the start."""

from __future__ import annotations

from typing import Any

from emulator.operations.administration import Administration
from emulator.operations.imports import show_import
from emulator.operations.phases import show_state

__all__ = ["reset"]


async def reset(administration: Administration) -> dict[str, Any]:
    """Phase normal, no calls, no records; import, sign-ins, bindings and databases as at the start.

    Gives the state. Raises PoolCannotReturn if the primary pool's ports are taken, DatabaseDown if
    a database is gone that was not switched off; nothing has changed then.
    """
    stores = administration.stores
    switches = {pool: database.is_switched_on for pool, database in stores.databases.items()}
    for database in stores.databases.values():
        database.is_switched_on = True
    try:
        await administration.deployment.reset(stores.start_anew)
    except BaseException:
        for pool, is_on in switches.items():
            stores.databases[pool].is_switched_on = is_on
        raise
    await administration.recorder.clear()
    administration.site.journal.write("import", show_import(administration))
    return show_state(administration)
