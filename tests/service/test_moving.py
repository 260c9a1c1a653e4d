"""A move of everything to the other pool that was cut off between its two databases."""

from __future__ import annotations

from dataclasses import replace

from emulator.model.topology import Group
from emulator.operations.administration import Administration
from emulator.operations.resuming import read_stores
from emulator.operations.stores import Stores
from emulator.rules import Pool
from tests.support.house import House

_TOPOLOGY = """
agents: [{name: ann, home: backup}]
groups: [{name: desk, agents: [ann]}]
"""


async def test_what_is_in_both_pools_is_where_it_was_moved_to(house: House) -> None:
    await house.build(_TOPOLOGY)
    hosting, stores = house.site.hosting, house.administration.stores
    await stores.open()
    moved = [
        replace(
            each,
            owner=Pool.BACKUP,
            version=hosting.next_version(),
            value=replace(each.value, owner=Pool.BACKUP)
            if isinstance(each.value, Group)
            else each.value,
        )
        for each in hosting.configuration[Pool.PRIMARY]
        if each.name
    ]
    async with stores.changing(Pool.BACKUP):
        await stores.commit(Pool.BACKUP, moved)

    started_again = Stores(house.site, stores.databases)
    await read_stores(Administration(house.deployment, started_again))

    assert [each.name for each in hosting.configuration[Pool.PRIMARY]] == [""]
    assert house.site.groups["desk"].host is Pool.BACKUP
