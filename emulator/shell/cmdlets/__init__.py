"""The cmdlets of the shell."""

from emulator.shell.cmdlets.generic import GENERIC_CMDLETS

__all__ = ["GENERIC_CMDLETS"]
