"""One emulator for each file of tests, put back to its start before each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.admin_client import AdminClient
from tests.support.emulator_process import EmulatorProcess


@pytest.fixture(scope="module")
def topology() -> Path | None:
    """The topology file of this file's tests, None for the sample; a file may say its own."""
    return None


@pytest.fixture(scope="module")
def _process(topology: Path | None) -> Iterator[EmulatorProcess]:
    options = () if topology is None else ("--topology", topology)
    with EmulatorProcess(*options) as process:
        yield process
        assert process.is_alive
        assert process.end() == 0


@pytest.fixture
def emulator(_process: EmulatorProcess) -> Iterator[EmulatorProcess]:
    """A running emulator in phase normal, without calls."""
    AdminClient(_process.addresses["http"]).reset()
    yield _process
    assert _process.trouble() is None


@pytest.fixture
def admin(emulator: EmulatorProcess) -> AdminClient:
    """The admin API of `emulator`."""
    return AdminClient(emulator.addresses["http"])
