"""Dimensions of the conformance tests: each cell is tried in every style, over every transport."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulator.rules import Rules, Style, load_rules
from emulator.testing import Emulator


@pytest.fixture(params=list(Style), ids=str)
def style(request: pytest.FixtureRequest) -> Style:
    """How the primary pool goes down."""
    chosen: Style = request.param
    return chosen


@pytest.fixture(params=["udp", "tcp"])
def transport(request: pytest.FixtureRequest) -> str:
    """What the caller speaks."""
    chosen: str = request.param
    return chosen


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The contract: the outcome of every cell."""
    return load_rules()


@pytest.fixture(autouse=True)
def no_traceback(rgs: Emulator) -> Iterator[None]:
    """The emulator has written no traceback by the end of the test."""
    yield
    assert "Traceback" not in rgs.stderr()
