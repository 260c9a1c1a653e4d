"""The demo's deployment, in the process of the test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.doors import Doors


@pytest.fixture
async def doors() -> AsyncIterator[Doors]:
    """Opens deployments, and closes them behind the test."""
    made = Doors()
    yield made
    await made.close()
