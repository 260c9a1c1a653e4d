"""The help of a cmdlet, written from its declaration."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from emulator.shell.engine import Cmdlet, Parameter
from emulator.shell.engine.common import COMMON, all_parameters
from emulator.shell.engine.types import full_name, item_type

__all__ = ["help_of", "parameter_help", "syntax_of"]

_WIDTH = 96
_COMMON = (
    "This cmdlet supports the common parameters: Verbose, Debug, ErrorAction, ErrorVariable, "
    "WarningAction, WarningVariable, OutBuffer and OutVariable."
)


def _type_shown(name: str) -> str:
    inner = item_type(name)
    if inner is not None:
        if name.endswith("[]"):
            return f"{_type_shown(inner)}[]"
        outer = name.partition("[")[0].rsplit(".", 1)[-1]
        return f"{outer}[{_type_shown(inner)}]"
    return full_name(name).rsplit(".", 1)[-1].removesuffix("Parameter")


def _shown(parameter: Parameter, set_name: str) -> str:
    """A parameter in Microsoft's notation: `[-Name] <String>`, `[-ShowAll]`."""
    name = f"-{parameter.name}"
    if not parameter.is_switch:
        if parameter.position is not None:
            name = f"[{name}]"
        name = f"{name} <{_type_shown(parameter.type)}>"
    return name if parameter.is_mandatory_in(set_name) else f"[{name}]"


def syntax_of(cmdlet: Cmdlet) -> Iterator[str]:
    """A line for each parameter set."""
    for set_name in cmdlet.set_names:
        own = [p for p in cmdlet.parameters if p.is_in(set_name)]
        placed = [p for p in own if p.position is not None]
        placed.sort(key=lambda p: p.position or 0)
        others = [p for p in own if p.position is None]
        others.sort(key=lambda p: not p.is_mandatory_in(set_name))
        words = [_shown(p, set_name) for p in [*placed, *others]]
        if cmdlet.supports_should_process:
            words += ["[-WhatIf]", "[-Confirm]"]
        yield " ".join([cmdlet.name, *words, "[<CommonParameters>]"])


def _section(name: str, lines: Iterable[str]) -> str:
    body: list[str] = []
    for line in lines:
        if not line:
            body.append("")
            continue
        indent = " " * (len(line) - len(line.lstrip()) + 4)
        body.extend(
            textwrap.wrap(
                line.strip(),
                _WIDTH,
                initial_indent=indent,
                subsequent_indent=indent,
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
    return "\n".join([name, *body]) + "\n"


def parameter_help(parameter: Parameter, cmdlet: Cmdlet) -> list[str]:
    """What help says of a parameter."""
    is_needed = any(parameter.is_mandatory_in(name) for name in cmdlet.set_names)
    ways = []
    if parameter.from_pipeline:
        ways.append("ByValue")
    if parameter.from_pipeline_by_property_name:
        ways.append("ByPropertyName")
    piped = f"true ({', '.join(ways)})" if ways else "false"
    kind = "" if parameter.is_switch else f" <{_type_shown(parameter.type)}>"
    lines = [f"-{parameter.name}{kind}"]
    if parameter.help:
        lines.append(f"    {parameter.help}")
    if parameter.choices:
        lines.append(f"    One of: {', '.join(parameter.choices)}.")
    position = "named" if parameter.position is None else str(parameter.position + 1)
    default = "" if parameter.default is None else str(parameter.default)
    lines += [
        "",
        f"    Required?                    {str(is_needed).lower()}",
        f"    Position?                    {position}",
        f"    Default value                {default}".rstrip(),
        f"    Accept pipeline input?       {piped}",
        f"    Aliases                      {', '.join(parameter.aliases)}".rstrip(),
        "",
    ]
    return lines


def _verbatim(name: str, lines: Iterable[str]) -> str:
    return "\n".join([name, *(f"    {line}".rstrip() for line in lines)]) + "\n"


def help_of(cmdlet: Cmdlet, *, is_full: bool = False, with_examples: bool = False) -> str:
    """The help of `cmdlet` as Get-Help shows it."""
    parts = [
        _section("\nNAME", [cmdlet.name]),
        _section("SYNOPSIS", [cmdlet.synopsis]),
    ]
    if not with_examples or is_full:
        parts.append(_section("SYNTAX", [line for s in syntax_of(cmdlet) for line in (s, "")]))
        parts.append(_section("DESCRIPTION", [cmdlet.description or cmdlet.synopsis]))
    if cmdlet.aliases:
        parts.append(_section("ALIASES", [", ".join(cmdlet.aliases)]))
    if is_full:
        own = [p for p in all_parameters(cmdlet) if p not in COMMON]
        lines = [line for p in own for line in parameter_help(p, cmdlet)]
        lines += [
            "<CommonParameters>",
            *textwrap.wrap(_COMMON, _WIDTH - 4, initial_indent="    ", subsequent_indent="    "),
        ]
        parts.append(_verbatim("PARAMETERS", lines))
        if cmdlet.output_types:
            parts.append(_section("OUTPUTS", cmdlet.output_types))
    if is_full or with_examples:
        for number, example in enumerate(cmdlet.examples, 1):
            title = f"    -------------------------- EXAMPLE {number} --------------------------"
            code = [f"PS> {line}" for line in example.code.splitlines()]
            parts.append(_verbatim(title, [*code, "", example.told]))
    elif cmdlet.examples:
        hint = f'To see the examples, type: "get-help {cmdlet.name} -examples".'
        parts.append(_section("REMARKS", [hint]))
    return "\n".join(parts) + "\n"
