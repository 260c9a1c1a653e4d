"""`rgs config`: the configuration of a running emulator, as a topology file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emulator.cli.exits import ExitCode, Failure
from emulator.cli.output import print_lines
from emulator.cli.server_options import URL, TokenOption, UrlOption

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Make the command known to `app`."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.callback()(_config)
    commands.command("export")(_export)
    app.add_typer(commands, name="config")


def _config() -> None:
    """Show the configuration of a running emulator."""


def _export(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write it; without, to stdout.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    without_secrets: Annotated[
        bool, typer.Option("--without-secrets", help="Leave passwords and tokens out.")
    ] = False,
    url: UrlOption = URL,
    token: TokenOption = None,
) -> None:
    """Write the configuration as it is now as a topology file.

    `rgs up --topology FILE` starts the same from it. The phase is not in it.
    """
    from emulator.cli.client import Client
    from emulator.topology.writing import written_topology

    query: dict[str, str | int | None] = {"secrets": "false" if without_secrets else "true"}
    text = written_topology(Client(url, token).get("topology", query))
    if file is None:
        print_lines(text.rstrip("\n"))
        return
    if file.exists() and not force:
        raise Failure(
            ExitCode.USAGE, f"config export: {file} is there already; --force writes over it"
        )
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(ExitCode.USAGE, f"config export: {file}: {error.strerror}") from error
