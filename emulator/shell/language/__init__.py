"""The language of the shell: PowerShell as far as runbooks go, read into a tree and printed."""

from emulator.shell.language.errors import ParseError
from emulator.shell.language.parser import parse
from emulator.shell.language.positions import Extent, Source
from emulator.shell.language.printing import printed

__all__ = ["Extent", "ParseError", "Source", "parse", "printed"]
