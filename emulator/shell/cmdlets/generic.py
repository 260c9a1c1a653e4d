"""All cmdlets that are PowerShell's own, and their aliases."""

from __future__ import annotations

from emulator.shell.engine import Cmdlet

__all__ = ["GENERIC_ALIASES", "generic_cmdlets"]

GENERIC_ALIASES: dict[str, str] = {}


def generic_cmdlets() -> tuple[Cmdlet, ...]:
    """Every one of them."""
    return ()
