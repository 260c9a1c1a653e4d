"""The command line, in the process of the test."""

from __future__ import annotations

import pytest

from tests.support.command_line import CommandLine


@pytest.fixture
def rgs(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Runs `rgs`."""
    return CommandLine(capsys)
