"""A small deployment under siege: who attacks it, and the caller who has to get through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest
import uvloop

from tests.hostile.siege import Siege


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Mapping[str, Any]:
    """The loop that `rgs up` runs on."""
    factory: Callable[[], uvloop.Loop] = uvloop.new_event_loop
    return {"uvloop": factory}


@pytest.fixture
async def siege() -> AsyncIterator[Siege]:
    """A deployment; after the test nothing has gone wrong in it, and calls work."""
    one = Siege()
    try:
        await one.begin()
        yield one
        await one.calls_go_through()
        one.nothing_went_wrong()
    finally:
        await one.end()
