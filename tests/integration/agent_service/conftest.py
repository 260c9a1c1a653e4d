"""Deployments with the agent service, and its users."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from emulator.model.topology import Topology
from emulator.resources import resource
from emulator.topology import load_topology
from tests.support.doors import Door, Doors
from tests.support.soap import SoapUser


@pytest.fixture
async def doors() -> AsyncIterator[Doors]:
    """Opens deployments, and closes them behind the test."""
    made = Doors()
    yield made
    await made.close()


@pytest.fixture
async def door(doors: Doors) -> Door:
    """One deployment without a token."""
    return await doors.open()


@pytest.fixture
async def carol(door: Door) -> AsyncIterator[SoapUser]:
    """An agent of the groups formal (primary's) and billing (backup's), by zeep."""
    async with SoapUser.open(door.url, "carol") as user:
        yield user


@pytest.fixture
def with_passwords() -> Topology:
    """The sample, but that alice and carol have passwords, carol a name to show; zoe is idle."""
    topology = load_topology(resource("contoso.yaml"))
    agents = {each.name: each for each in topology.agents}
    agents["alice"] = replace(agents["alice"], password="wonder:land")
    agents["carol"] = replace(agents["carol"], password="grün", display_name="Carol & <Co>")
    agents["zoe"] = replace(agents["bob"], name="zoe")
    return replace(topology, agents=tuple(agents.values()))
