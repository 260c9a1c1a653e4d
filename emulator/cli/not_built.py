"""Options and commands that are not built yet: refused by name."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.cli.exits import ExitCode, Failure

__all__ = ["refuse_options"]


def refuse_options(command: str, given: Mapping[str, object]) -> None:
    """Raise Failure if any of the options in `given` has a value."""
    names = [name for name, value in given.items() if value is not None]
    if names:
        told = "is not built yet" if len(names) == 1 else "are not built yet"
        raise Failure(ExitCode.USAGE, f"{command}: {', '.join(names)} {told}; leave it out")
