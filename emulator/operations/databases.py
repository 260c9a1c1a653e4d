"""The pools' back-end databases: whether they answer."""

from __future__ import annotations

from typing import Any

from emulator.operations.administration import Administration
from emulator.rules import Pool

__all__ = ["set_database"]


def set_database(administration: Administration, pool: Pool, *, is_up: bool) -> dict[str, Any]:
    """Let the database of `pool` stop or start answering; gives the pool's state.

    What was committed stays: an import copies it whether the database answers or not.
    """
    database = administration.stores.databases[pool]
    database.is_switched_on = is_up
    return {"serving": not administration.site.is_down(pool), "database": database.answers}
