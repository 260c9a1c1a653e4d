"""The command line: `rgs`."""

from emulator.cli.main import main

__all__ = ["main"]
