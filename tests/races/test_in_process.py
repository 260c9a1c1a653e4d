"""Phase changes among calls in flight, in one process: many seeds, every style and reading.

RGS_RACE_SEEDS says how many seeds are tried.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest

from tests.races.judge import bring_to_rest_and_judge
from tests.races.story import Story
from tests.races.worlds import InProcess
from tests.support.phases import STYLES

_SEEDS = range(int(os.environ.get("RGS_RACE_SEEDS", "10")))


@pytest.fixture(params=["hosted", "literal"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[InProcess]:
    """A deployment on the loop of the test."""
    world = InProcess(request.param)
    await world.start()
    yield world
    await world.close()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", _SEEDS)
async def test_every_call_has_one_fate_whatever_is_in_flight_when_the_phase_changes(
    world: InProcess, style: str, seed: int
) -> None:
    story = Story(world, f"{style}-{seed}", style)
    try:
        await story.tell()
        await bring_to_rest_and_judge(story, world, style)
    finally:
        story.close()
    site = world.deployment.site
    assert not site.seekers
    assert not site.callers
    assert not any(group.waiting for group in (*site.groups.values(), *site.copies.values()))
