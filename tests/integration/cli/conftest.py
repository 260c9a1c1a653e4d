"""A running emulator for each file of tests, and the command line that asks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.admin_client import AdminClient
from tests.support.command_line import CommandLine
from tests.support.emulator_process import EmulatorProcess


@pytest.fixture(scope="module")
def process() -> Iterator[EmulatorProcess]:
    """The process of this file's tests."""
    with EmulatorProcess() as running:
        yield running
        assert running.trouble() is None
        assert running.end() == 0


@pytest.fixture
def admin(process: EmulatorProcess) -> AdminClient:
    """Its admin API; everything is as at the start."""
    client = AdminClient(process.addresses["http"])
    client.reset()
    return client


@pytest.fixture
def rgs(
    process: EmulatorProcess, admin: AdminClient, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """Runs commands that ask it."""
    host, port = process.addresses["http"]
    return CommandLine(capsys, "--url", f"http://{host}:{port}")
