"""A deployment in the test's own loop, and clients around it on sockets of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.house import House


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A house without a deployment: `await house.build(TOPOLOGY)` puts one in."""
    one = House()
    try:
        yield one
    finally:
        await one.close()
