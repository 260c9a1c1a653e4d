"""Write-Output, Write-Host, Write-Warning, Write-Verbose, Write-Debug and Write-Error."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from emulator.shell.engine import Call, Cmdlet, ErrorCategory, Parameter
from emulator.shell.engine.conversion import to_list
from emulator.shell.engine.errors import ErrorRecord
from emulator.shell.engine.text import to_text

__all__ = ["SPEAKING"]

_SPACE = "Microsoft.PowerShell.Commands."
_MESSAGE = Parameter(
    name="Message", position=0, is_mandatory=True, from_pipeline=True, allows_empty=True
)


async def _output(call: Call) -> AsyncIterator[Any]:
    given = call.get("InputObject")
    if call.get("NoEnumerate"):
        yield given
        return
    for value in [None] if given is None else to_list(given):
        yield value


async def _write_host(call: Call) -> None:
    between = to_text(call.get("Separator", " "))
    given = call.get("Object")
    text = between.join(map(to_text, given)) if isinstance(given, list) else to_text(given)
    call.host.write(text if call.get("NoNewline") else f"{text}\n")


async def _warning(call: Call) -> None:
    call.write_warning(call["Message"])


async def _verbose(call: Call) -> None:
    call.write_verbose(call["Message"])


async def _debug(call: Call) -> None:
    call.write_debug(call["Message"])


async def _error(call: Call) -> None:
    held = call.get("ErrorRecord")
    if isinstance(held, ErrorRecord):
        call.write_record(held)
        return
    call.write_error(
        to_text(call.get("Message")),
        call.get("ErrorId") or "Microsoft.PowerShell.Commands.WriteErrorException",
        _category(call.get("Category")),
        call.get("TargetObject"),
        "WriteErrorException",
    )


def _category(name: str | None) -> ErrorCategory:
    known = {category.lower(): category for category in ErrorCategory}
    return known.get((name or "").lower(), ErrorCategory.NOT_SPECIFIED)


SPEAKING = (
    Cmdlet(
        name="Write-Output",
        synopsis="Puts objects out.",
        run=_output,
        aliases=("echo", "write"),
        class_name=f"{_SPACE}WriteOutputCommand",
        parameters=(
            Parameter(
                name="InputObject",
                type="Object",
                position=0,
                is_mandatory=True,
                from_pipeline=True,
                takes_rest=True,
                allows_empty=True,
            ),
            Parameter(name="NoEnumerate", type="Switch"),
        ),
    ),
    Cmdlet(
        name="Write-Host",
        synopsis="Writes to the screen.",
        run=_write_host,
        class_name=f"{_SPACE}WriteHostCommand",
        parameters=(
            Parameter(
                name="Object", type="Object", position=0, from_pipeline=True, takes_rest=True
            ),
            Parameter(name="NoNewline", type="Switch"),
            Parameter(name="Separator", type="Object"),
            Parameter(name="ForegroundColor", help="Accepted; the text keeps its color."),
            Parameter(name="BackgroundColor", help="Accepted; the text keeps its color."),
        ),
    ),
    Cmdlet(
        name="Write-Warning",
        synopsis="Writes a warning.",
        run=_warning,
        class_name=f"{_SPACE}WriteWarningCommand",
        parameters=(_MESSAGE,),
    ),
    Cmdlet(
        name="Write-Verbose",
        synopsis="Writes what is shown with -Verbose.",
        run=_verbose,
        class_name=f"{_SPACE}WriteVerboseCommand",
        parameters=(_MESSAGE,),
    ),
    Cmdlet(
        name="Write-Debug",
        synopsis="Writes what is shown with -Debug.",
        run=_debug,
        class_name=f"{_SPACE}WriteDebugCommand",
        parameters=(_MESSAGE,),
    ),
    Cmdlet(
        name="Write-Error",
        synopsis="Writes an error.",
        run=_error,
        class_name=f"{_SPACE}WriteErrorCommand",
        parameters=(
            Parameter(name="Message", position=0, from_pipeline=True, allows_empty=True),
            Parameter(name="ErrorRecord", type="ErrorRecord"),
            Parameter(name="ErrorId"),
            Parameter(name="Category", choices=tuple(ErrorCategory)),
            Parameter(name="TargetObject", type="Object"),
        ),
    ),
)
