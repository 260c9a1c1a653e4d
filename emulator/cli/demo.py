"""`rgs demo`: the whole story on loopback, judged by what arrives on the callers' sockets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emulator.cli.exits import ExitCode, Failure
from emulator.cli.output import JsonOption
from emulator.cli.words import StyleWord

__all__ = ["add_to"]

_TRANSPORTS = ("udp", "tcp")


def add_to(app: typer.Typer) -> None:
    """Make the command known to `app`."""
    app.command("demo")(_demo)


def _demo(
    style: Annotated[
        StyleWord, typer.Option(help="How the primary pool goes down.")
    ] = "graceful",
    transports: Annotated[
        str, typer.Option(help="Transports of the callers, with commas between.")
    ] = "udp,tcp",
    only: Annotated[
        list[str] | None, typer.Option(metavar="STATEMENT", help="Only this one, such as P1-R1-a.")
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(help="Rules for the emulator only, so that a wrong one is found out."),
    ] = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Show every statement from outside, and judge it.

    Starts both pools on loopback and walks the phases, with callers, agents and an administrator
    who do what the statements speak of, and judges what they see.
    """
    named = [name.strip().lower() for name in transports.split(",")]
    unknown = [name for name in named if name not in _TRANSPORTS]
    if unknown or not named:
        raise Failure(
            ExitCode.USAGE,
            f"demo: --transports {transports}: {', '.join(unknown)} is none of "
            f"{', '.join(_TRANSPORTS)}",
        )
    from emulator.demo.cli import run

    chosen = [name for each in only or () for name in each.replace(",", " ").split()]
    raise typer.Exit(run(style, list(dict.fromkeys(named)), chosen, rules, as_json))
