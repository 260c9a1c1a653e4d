"""`rgs shell`: the management shell of a running emulator."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from emulator.cli.exits import ExitCode, Failure
from emulator.cli.server_options import URL, TokenOption, UrlOption

__all__ = ["add_to"]

_BANNER = "Management shell of the emulator at {url}. Get-Command lists cmdlets, exit leaves."


def add_to(app: typer.Typer) -> None:
    """Make the command known to `app`."""
    settings = {"ignore_unknown_options": True}
    app.command("shell", context_settings=settings)(_shell)


def _shell(
    script: Annotated[
        Path | None, typer.Argument(metavar="[FILE.ps1]", help="A script to run.")
    ] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ARGUMENT...]", help="What the script is given: -Name value, or by position."
        ),
    ] = None,
    command: Annotated[
        str | None,
        typer.Option(
            "-c",
            "--command",
            metavar="TEXT",
            help="What to run; - runs lines from stdin, as they come.",
        ),
    ] = None,
    url: UrlOption = URL,
    token: TokenOption = None,
) -> None:
    """Administrate it as in Lync Server Management Shell.

    PowerShell at a terminal with completion and history, a text, or a script. The exit code is
    that of `exit N`; 1 after an error that ends the script, 2 for what can't be read as PowerShell.
    """
    if command is not None and script is not None:
        raise Failure(ExitCode.USAGE, "shell: give a script or -c, not both")
    raise typer.Exit(asyncio.run(_run(script, arguments or [], command, url, token)))


async def _run(
    script: Path | None, arguments: list[str], command: str | None, url: str, token: str | None
) -> int:
    from emulator.shell.client import ApiClient
    from emulator.shell.cmdlets import GENERIC_CMDLETS
    from emulator.shell.cmdlets.lync import lync_cmdlets
    from emulator.shell.running import run_file, run_lines, run_terminal, run_text

    async with ApiClient(url, token) as client:
        cmdlets = (*GENERIC_CMDLETS, *lync_cmdlets(client))
        if script is not None:
            return await run_file(script, arguments, cmdlets)
        if command == "-":
            return await run_lines(sys.stdin, cmdlets)
        if command is None and not sys.stdin.isatty():
            command = sys.stdin.read()
        if command is not None:
            return await run_text(command, cmdlets)
        return await run_terminal(cmdlets, banner=_BANNER.format(url=url))
