"""How what a script puts out looks on the screen."""

from emulator.shell.display.default import Display

__all__ = ["Display"]
