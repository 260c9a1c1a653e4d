"""The pytest plugin: gives the fixtures `rgs`, `caller` and `agent` where pytest-asyncio is there.

It is loaded in every run of pytest in an environment that has this package, so it does nothing
until a test asks for a fixture.
"""

from __future__ import annotations

import importlib
import importlib.util

import pytest

__all__ = ["pytest_configure"]

_MARKER = (
    "rgs(topology=None, style=None, args=()): the emulator that the test wants: a topology file or "
    "the same as a mapping, the style in which the primary pool goes down, more options of rgs up"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and the fixtures."""
    config.addinivalue_line("markers", _MARKER)
    if importlib.util.find_spec("pytest_asyncio") is None:
        return
    fixtures = importlib.import_module("emulator.testing.fixtures")
    config.pluginmanager.register(fixtures, "emulator.testing.fixtures")
