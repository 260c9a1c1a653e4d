"""docs/cli.md has every command and every option that there is."""

from __future__ import annotations

import pytest
import typer

from emulator.cli.main import app
from tests.support.commands import ROOT

PAGE = (ROOT / "docs" / "cli.md").read_text()
GROUP = typer.main.get_command(app)
COMMANDS = {
    f"{name} {below}" if below else name: each
    for name, command in GROUP.commands.items()  # type: ignore[attr-defined]
    for below, each in getattr(command, "commands", {"": command}).items()
}


@pytest.mark.parametrize("name", COMMANDS)
def test_page_has_the_command_and_its_options(name: str) -> None:
    assert f"`rgs {name}" in PAGE
    for parameter in COMMANDS[name].params:
        for option in parameter.opts:
            if option.startswith("--") and option != "--help":
                assert f"`{option}" in PAGE or f" {option}" in PAGE or f"[{option}" in PAGE, option
