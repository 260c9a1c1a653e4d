"""Phase changes among calls in flight, against `rgs up` in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.races.judge import bring_to_rest_and_judge
from tests.races.story import Story
from tests.races.worlds import TOPOLOGY, OfItsOwn
from tests.support.admin_client import AdminClient
from tests.support.emulator_process import EmulatorProcess
from tests.support.phases import STYLES

pytestmark = pytest.mark.xdist_group("races between processes")

_SEEDS = range(4)


@pytest.fixture(scope="module", params=["hosted", "literal"])
def process(request: pytest.FixtureRequest) -> Iterator[EmulatorProcess]:
    """An emulator under either reading, which must get through without a traceback."""
    with EmulatorProcess("--topology", TOPOLOGY, "--reading", request.param) as process:
        yield process
        assert process.trouble() is None
        assert process.end() == 0


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", _SEEDS)
async def test_every_call_has_one_fate_between_processes_too(
    process: EmulatorProcess, style: str, seed: int
) -> None:
    AdminClient(process.addresses["http"]).reset()
    world = OfItsOwn(process)
    story = Story(world, f"{style}-{seed}", style)
    try:
        await story.tell()
        await bring_to_rest_and_judge(story, world, style)
    finally:
        story.close()
    assert world.counts() == {"connected": 0, "pending": 0}
