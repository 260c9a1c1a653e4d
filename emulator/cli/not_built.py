"""Options and commands that are not built yet: refused by name."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from emulator.cli.exits import ExitCode, Failure

__all__ = ["add_to", "refuse_options"]

_TAKES_ANYTHING = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}


def add_to(app: typer.Typer) -> None:
    """Make the commands known to `app`, so that they can be refused."""
    app.command("load", hidden=True, context_settings=_TAKES_ANYTHING)(_load)


def _load() -> None:
    raise Failure(ExitCode.USAGE, "load is not built yet; see `rgs --help` for what is")


def refuse_options(command: str, given: Mapping[str, object]) -> None:
    """Raise Failure if any of the options in `given` has a value."""
    names = [name for name, value in given.items() if value is not None]
    if names:
        told = "is not built yet" if len(names) == 1 else "are not built yet"
        it = "it" if len(names) == 1 else "them"
        raise Failure(ExitCode.USAGE, f"{command}: {', '.join(names)} {told}; leave {it} out")
