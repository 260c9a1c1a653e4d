"""The entry point of `rgs`, and the list of its commands.

Nothing heavy is imported here: `rgs --help` is to be there at once.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from emulator.cli import calls, config, demo, not_built, report, rulebook, shell, status, up
from emulator.cli.exits import ExitCode, Failure

__all__ = ["app", "main"]

app = typer.Typer(
    name="rgs",
    help="Emulates the Response Group service of two paired Lync Server 2013 pools, in SIP.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from emulator import __version__

        sys.stdout.write(f"rgs {__version__}\n")
        raise typer.Exit


@app.callback()
def _rgs(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """What stands before a command's name."""


for commands in (up, demo, status, calls, config, report, shell, rulebook, not_built):
    commands.add_to(app)


def main() -> None:
    """Run the command that the arguments name, and exit with its code."""
    try:
        app(prog_name="rgs")
    except Failure as failure:
        sys.stderr.write(f"rgs: {failure}\n")
        sys.exit(int(failure.code))
    except KeyboardInterrupt:
        sys.exit(int(ExitCode.INTERRUPTED))
    except Exception as fault:
        if os.environ.get("RGS_TRACEBACK"):
            raise
        sys.stderr.write(f"rgs: a fault of its own: {_described(fault)}\n")
        sys.exit(int(ExitCode.DIFFERS))


def _described(fault: Exception) -> str:
    from emulator.cli.logs import place_of

    told = f"{type(fault).__name__}: {fault}"[:500]
    return f"{told} (at {place_of(fault)}); RGS_TRACEBACK=1 shows the way there"
