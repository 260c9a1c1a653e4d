"""Get-Help and Get-Command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from emulator.shell.cmdlets.help_text import help_of, parameter_help, syntax_of
from emulator.shell.display.shapes import FormattedText
from emulator.shell.engine import Call, Cmdlet, ErrorCategory, Parameter, PSObject
from emulator.shell.engine.common import all_parameters
from emulator.shell.engine.patterns import has_wildcards, wildcard

__all__ = ["HELPING"]

_SPACE = "Microsoft.PowerShell.Commands."


async def _get_help(call: Call) -> AsyncIterator[Any]:
    name = call.get("Name")
    if name is None:
        yield FormattedText(
            '\n"Get-Command" lists the commands, "Get-Help Get-CsRgsWorkflow" explains one of '
            "them;\n-Full adds its parameters, -Examples its examples.\n\n"
        )
        return
    wanted = call.interpreter.aliases.get(name, name)
    pattern = wildcard(wanted)
    cmdlets = call.interpreter.cmdlets
    found = [cmdlet for known, cmdlet in sorted(cmdlets.items()) if pattern.fullmatch(known)]
    if not found:
        found = [c for known, c in sorted(cmdlets.items()) if wanted.lower() in known.lower()]
    if not found:
        call.write_error(
            f"Get-Help could not find {name} in a help file in this session.",
            "HelpNotFound",
            ErrorCategory.RESOURCE_UNAVAILABLE,
            name,
            "HelpNotFoundException",
        )
    elif len(found) == 1:
        for text in _help(call, found[0]):
            yield FormattedText(text)
    else:
        for cmdlet in found:
            properties = {"Name": cmdlet.name, "Category": "Cmdlet", "Synopsis": cmdlet.synopsis}
            yield PSObject("HelpInfoShort", properties)


def _help(call: Call, cmdlet: Cmdlet) -> list[str]:
    if "Parameter" not in call:
        return [
            help_of(
                cmdlet,
                is_full=bool(call.get("Full") or call.get("Detailed")),
                with_examples=bool(call.get("Examples")),
            )
        ]
    pattern = wildcard(call["Parameter"])
    lines = [
        "\n".join(parameter_help(parameter, cmdlet)) + "\n"
        for parameter in all_parameters(cmdlet)
        if pattern.fullmatch(parameter.name)
    ]
    if not lines:
        call.write_error(
            f"No parameter matches criteria {call['Parameter']}.",
            "NoParmsFound",
            ErrorCategory.INVALID_ARGUMENT,
            call["Parameter"],
            "ArgumentException",
        )
    return lines


async def _get_command(call: Call) -> AsyncIterator[Any]:
    patterns = [wildcard(name) for name in call.get("Name") or ["*"]]
    nouns = [wildcard(name) for name in call.get("Noun") or []]
    verbs = [wildcard(name) for name in call.get("Verb") or []]
    rows = _commands(call)
    found = False
    for kind, name, cmdlet in sorted(rows, key=lambda row: (row[0], row[1].lower())):
        verb, _, noun = name.partition("-")
        is_meant = any(p.fullmatch(name) for p in patterns) and not (
            (nouns and not any(p.fullmatch(noun) for p in nouns))
            or (verbs and not any(p.fullmatch(verb) for p in verbs))
        )
        is_hidden = kind == "Alias" and "Name" not in call
        if not is_meant or is_hidden or not _is_kind(call, kind):
            continue
        found = True
        if call.get("Syntax") and cmdlet is not None:
            yield FormattedText("\n" + "\n\n".join(syntax_of(cmdlet)) + "\n\n")
        else:
            properties = {"CommandType": kind, "Name": name, "ModuleName": _module(name)}
            yield PSObject("System.Management.Automation.CommandInfo", properties, display=name)
    for name in call.get("Name") or []:
        if not found and not has_wildcards(name):
            call.write_error(
                f"The term '{name}' is not recognized as the name of a cmdlet, function, script "
                "file, or operable program. Check the spelling of the name, or if a path was "
                "included, verify that the path is correct and try again.",
                "CommandNotFoundException",
                ErrorCategory.OBJECT_NOT_FOUND,
                name,
                "CommandNotFoundException",
            )


def _commands(call: Call) -> list[tuple[str, str, Cmdlet | None]]:
    interpreter = call.interpreter
    rows: list[tuple[str, str, Cmdlet | None]] = [
        ("Cmdlet", name, cmdlet) for name, cmdlet in interpreter.cmdlets.items()
    ]
    rows += [("Function", name, None) for name in call.scope.all_functions()]
    rows += [
        ("Alias", name, interpreter.cmdlets.get(goal)) for name, goal in interpreter.aliases.items()
    ]
    return rows


def _is_kind(call: Call, kind: str) -> bool:
    wanted = str(call.get("CommandType") or "All").lower()
    return wanted in ("all", kind.lower())


def _module(name: str) -> str:
    return "Lync" if name.partition("-")[2].lower().startswith("cs") else ""


HELPING = (
    Cmdlet(
        name="Get-Help",
        synopsis="Explains a cmdlet.",
        run=_get_help,
        aliases=("help", "man"),
        class_name=f"{_SPACE}GetHelpCommand",
        parameters=(
            Parameter(name="Name", position=0, from_pipeline_by_property_name=True),
            Parameter(name="Full", type="Switch", help="With the parameters and the examples."),
            Parameter(name="Detailed", type="Switch"),
            Parameter(name="Examples", type="Switch"),
            Parameter(name="Parameter", help="Only the parameters of that name."),
        ),
    ),
    Cmdlet(
        name="Get-Command",
        synopsis="Lists the commands of the session.",
        run=_get_command,
        aliases=("gcm",),
        class_name=f"{_SPACE}GetCommandCommand",
        parameters=(
            Parameter(name="Name", type="String[]", position=0),
            Parameter(name="Noun", type="String[]"),
            Parameter(name="Verb", type="String[]"),
            Parameter(
                name="CommandType",
                choices=("All", "Alias", "Cmdlet", "Function"),
                aliases=("Type",),
            ),
            Parameter(name="Module", type="String[]"),
            Parameter(name="Syntax", type="Switch"),
        ),
    ),
)
