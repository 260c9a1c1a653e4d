"""The engine of the shell: runs what the language reads; the seam where cmdlets are declared."""

from emulator.shell.engine.call import Call
from emulator.shell.engine.declaring import Cmdlet, Completer, Example, Parameter
from emulator.shell.engine.errors import (
    CmdletError,
    ErrorCategory,
    ErrorRecord,
    ExitShell,
    Terminated,
)
from emulator.shell.engine.host import Host
from emulator.shell.engine.interpreter import Interpreter
from emulator.shell.engine.text import to_text
from emulator.shell.engine.values import (
    Collection,
    Hashtable,
    PSObject,
    ScriptBlock,
    TypeReference,
    Uri,
)

__all__ = [
    "Call",
    "Cmdlet",
    "CmdletError",
    "Collection",
    "Completer",
    "ErrorCategory",
    "ErrorRecord",
    "Example",
    "ExitShell",
    "Hashtable",
    "Host",
    "Interpreter",
    "PSObject",
    "Parameter",
    "ScriptBlock",
    "Terminated",
    "TypeReference",
    "Uri",
    "to_text",
]
