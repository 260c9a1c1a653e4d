"""The parameters of functions, as declarations that the binder knows."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emulator.shell.engine.declaring import Parameter
from emulator.shell.language import syntax as s

__all__ = ["declared"]

_CALL = re.compile(r"(?P<name>[\w.]+)\s*\((?P<inside>.*)\)", re.DOTALL)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_POSITION = re.compile(r"\bPosition\s*=\s*(\d{1,3})", re.IGNORECASE)


def _says(inside: str, word: str) -> bool:
    return re.search(rf"\b{word}\b(?!\s*=\s*\$false)", inside, re.IGNORECASE) is not None


def declared(parameters: Iterable[s.ParameterDeclaration]) -> tuple[Parameter, ...]:
    """The declarations of a function's parameters; they have positions in their order."""
    return tuple(_declared(parameter, at) for at, parameter in enumerate(parameters))


def _declared(node: s.ParameterDeclaration, at: int) -> Parameter:
    kind, position = "Object", at
    is_mandatory = from_pipeline = by_name = allows_empty = False
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    for attribute in node.attributes:
        call = _CALL.fullmatch(attribute)
        if call is None:
            kind = "Switch" if attribute.lower() == "switch" else attribute
            continue
        inside = call["inside"]
        words = tuple(single or double for single, double in _QUOTED.findall(inside))
        match call["name"].lower():
            case "parameter":
                is_mandatory = _says(inside, "Mandatory")
                from_pipeline = _says(inside, "ValueFromPipeline")
                by_name = _says(inside, "ValueFromPipelineByPropertyName")
                if found := _POSITION.search(inside):
                    position = int(found[1])
            case "validateset":
                choices = words
            case "alias":
                aliases = words
            case "allownull" | "allowemptystring" | "allowemptycollection":
                allows_empty = True
    return Parameter(
        name=node.name,
        type=kind,
        position=None if kind == "Switch" else position,
        is_mandatory=is_mandatory,
        from_pipeline=from_pipeline,
        from_pipeline_by_property_name=by_name,
        choices=choices,
        aliases=aliases,
        allows_empty=allows_empty,
    )
