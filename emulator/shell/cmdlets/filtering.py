"""Where-Object and ForEach-Object."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from emulator.shell.engine import Call, Cmdlet, CmdletError, Parameter, ScriptBlock
from emulator.shell.engine.conversion import to_boolean, to_list
from emulator.shell.engine.members import get_member, has_member
from emulator.shell.engine.methods import invoke
from emulator.shell.engine.operators import apply
from emulator.shell.engine.text import to_text

__all__ = ["FOREACH_OBJECT", "WHERE_OBJECT"]

_OPERATORS = (
    *("EQ", "NE", "GT", "GE", "LT", "LE", "Like", "NotLike", "Match", "NotMatch"),
    *("Contains", "NotContains", "In", "NotIn", "Is", "IsNot"),
)
_OPERATORS_BY_CASE = tuple(f"C{name}" for name in _OPERATORS if not name.startswith("Is"))
_EITHER = (*_OPERATORS, *_OPERATORS_BY_CASE)
_INPUT = Parameter(name="InputObject", type="Object", from_pipeline=True)


async def _where(call: Call) -> AsyncIterator[Any]:
    record = call.record if call.is_piped else call.get("InputObject")
    if "FilterScript" in call:
        found = await call.invoke(call["FilterScript"], record)
        is_kept = to_boolean(found[0] if len(found) == 1 else found)
    else:
        is_kept = _is_kept(call, get_member(record, to_text(call["Property"])))
    if is_kept:
        yield record


def _is_kept(call: Call, value: Any) -> bool:
    for name in _EITHER:
        if call.get(name):
            return to_boolean(apply(f"-{name.lower()}", value, call.get("Value")))
    if "Value" in call:
        return to_boolean(apply("-eq", value, call["Value"]))
    return to_boolean(value)


async def _foreach(call: Call) -> AsyncIterator[Any]:
    record = call.record if call.is_piped else call.get("InputObject")
    given = call["Process"]
    blocks = [block for block in to_list(given) if isinstance(block, ScriptBlock)]
    if not blocks:
        for value in to_list(_member(record, to_text(given), call.get("ArgumentList"))):
            yield value
        return
    for block in blocks:
        async for value in call.stream(block, record):
            yield value


def _member(record: Any, name: str, arguments: Any) -> Any:
    if record is None:
        raise CmdletError("Input object can not be null when a member is asked for.", "NullInput")
    if has_member(record, name) or arguments is None:
        value = get_member(record, name)
        if value is not None or has_member(record, name):
            return value
    try:
        return invoke(record, name, to_list(arguments))
    except CmdletError:
        return None


WHERE_OBJECT = Cmdlet(
    name="Where-Object",
    synopsis="Selects objects by a script block or by the value of a property.",
    run=_where,
    aliases=("where", "?"),
    default_set="ScriptBlockSet",
    class_name="Microsoft.PowerShell.Commands.WhereObjectCommand",
    parameters=(
        Parameter(
            name="FilterScript",
            type="ScriptBlock",
            position=0,
            sets=("ScriptBlockSet",),
            is_mandatory=True,
            help="The condition, with the object as $_.",
        ),
        Parameter(
            name="Property",
            position=0,
            sets=("PropertySet",),
            is_mandatory=True,
            help="The property that is compared.",
        ),
        Parameter(
            name="Value",
            type="Object",
            position=1,
            sets=("PropertySet",),
            help="What it is compared with.",
        ),
        *(Parameter(name=name, type="Switch", sets=("PropertySet",)) for name in _EITHER),
        _INPUT,
    ),
)
FOREACH_OBJECT = Cmdlet(
    name="ForEach-Object",
    synopsis="Runs a script block for each object, or gives a member of each.",
    run=_foreach,
    aliases=("foreach", "%"),
    class_name="Microsoft.PowerShell.Commands.ForEachObjectCommand",
    parameters=(
        Parameter(
            name="Process",
            type="Object",
            position=0,
            is_mandatory=True,
            aliases=("MemberName",),
            help="What runs, with the object as $_; or the name of a member.",
        ),
        Parameter(name="ArgumentList", type="Object", help="The arguments of a method."),
        _INPUT,
    ),
)
