"""Get-Variable, Set-Variable, Get-History, Import-Module and Clear-Host."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from emulator.shell.engine import Call, Cmdlet, ErrorCategory, Parameter, PSObject
from emulator.shell.engine.patterns import has_wildcards, wildcard
from emulator.shell.engine.text import to_text

__all__ = ["VARIABLES"]

_SPACE = "Microsoft.PowerShell.Commands."
_QUIET_MODULES = ("lync", "skypeforbusiness", "lynconlineconnector", "activedirectory")


async def _get_variable(call: Call) -> AsyncIterator[Any]:
    known = call.scope.all_variables()
    for name in call.get("Name") or ["*"]:
        pattern = wildcard(name)
        found = [known_name for known_name in known if pattern.fullmatch(known_name)]
        if not found and not has_wildcards(name):
            call.write_error(
                f"Cannot find a variable with the name '{name}'.",
                "VariableNotFound",
                ErrorCategory.OBJECT_NOT_FOUND,
                name,
                "ItemNotFoundException",
            )
        for each in sorted(found, key=str.lower):
            if call.get("ValueOnly"):
                yield known[each]
            else:
                properties = {"Name": each, "Value": known[each]}
                yield PSObject("System.Management.Automation.PSVariable", properties)


async def _set_variable(call: Call) -> None:
    for name in call["Name"]:
        if await call.should_process(f"Name: {name} Value: {to_text(call.get('Value'))}"):
            scope = to_text(call.get("Scope")).lower()
            is_outer = scope in ("global", "script")
            call.scope.set(f"global:{name}" if is_outer else name, call.get("Value"))


async def _remove_variable(call: Call) -> None:
    for name in call["Name"]:
        call.scope.variables.pop(name, None)


async def _history(call: Call) -> AsyncIterator[Any]:
    lines = list(enumerate(call.interpreter.history[:-1], 1))
    count = call.get("Count")
    for number, text in lines if count is None else lines[-count:] if count else []:
        properties = {"Id": number, "CommandLine": text}
        yield PSObject("Microsoft.PowerShell.Commands.HistoryInfo", properties, display=text)


async def _import_module(call: Call) -> None:
    for name in call["Name"]:
        if name.lower() not in _QUIET_MODULES:
            call.write_error(
                f"The specified module '{name}' was not loaded because no valid module file was "
                "found in any module directory.",
                "Modules_ModuleNotFound",
                ErrorCategory.RESOURCE_UNAVAILABLE,
                name,
                "FileNotFoundException",
            )


async def _clear_host(call: Call) -> None:
    call.host.clear()


_NAMES = Parameter(name="Name", type="String[]", position=0, is_mandatory=True)
_SCOPE = Parameter(name="Scope")
VARIABLES = (
    Cmdlet(
        name="Get-Variable",
        synopsis="Gets the variables of the session.",
        run=_get_variable,
        aliases=("gv",),
        class_name=f"{_SPACE}GetVariableCommand",
        parameters=(
            Parameter(name="Name", type="String[]", position=0),
            Parameter(name="ValueOnly", type="Switch"),
            _SCOPE,
        ),
    ),
    Cmdlet(
        name="Set-Variable",
        synopsis="Sets a variable.",
        run=_set_variable,
        aliases=("sv", "set"),
        supports_should_process=True,
        class_name=f"{_SPACE}SetVariableCommand",
        parameters=(_NAMES, Parameter(name="Value", type="Object", position=1), _SCOPE),
    ),
    Cmdlet(
        name="Remove-Variable",
        synopsis="Removes a variable.",
        run=_remove_variable,
        aliases=("rv",),
        class_name=f"{_SPACE}RemoveVariableCommand",
        parameters=(_NAMES, Parameter(name="Force", type="Switch")),
    ),
    Cmdlet(
        name="Get-History",
        synopsis="Gets what was typed in the session.",
        run=_history,
        aliases=("h", "history", "ghy"),
        class_name=f"{_SPACE}GetHistoryCommand",
        parameters=(Parameter(name="Count", type="Int32", position=0, least=0),),
    ),
    Cmdlet(
        name="Import-Module",
        synopsis="Accepts the modules whose cmdlets are here anyway.",
        run=_import_module,
        aliases=("ipmo",),
        class_name=f"{_SPACE}ImportModuleCommand",
        parameters=(_NAMES, Parameter(name="Force", type="Switch")),
    ),
    Cmdlet(
        name="Clear-Host",
        synopsis="Clears the screen.",
        run=_clear_host,
        aliases=("cls", "clear"),
    ),
)
