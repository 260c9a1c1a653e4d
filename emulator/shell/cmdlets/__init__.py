"""The cmdlets of the shell that are PowerShell's own."""

from emulator.shell.cmdlets.generic import GENERIC_ALIASES, generic_cmdlets

__all__ = ["GENERIC_ALIASES", "generic_cmdlets"]
