"""A deployment with its admin API for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.doors import Door, Doors


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
