"""New-Object, Get-Member and Add-Member."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from emulator.shell.engine import (
    Call,
    Cmdlet,
    CmdletError,
    Collection,
    ErrorCategory,
    Hashtable,
    Parameter,
    PSObject,
)
from emulator.shell.engine.conversion import convert, to_list
from emulator.shell.engine.members import properties_of
from emulator.shell.engine.methods import method_names
from emulator.shell.engine.patterns import wildcard
from emulator.shell.engine.text import to_text
from emulator.shell.engine.types import full_name, item_type, type_name_of

__all__ = ["OBJECTS"]

_SPACE = "Microsoft.PowerShell.Commands."
_CUSTOM = ("psobject", "pscustomobject", "object")
_PLAIN = ("System.DateTime", "System.TimeSpan", "System.Uri", "System.String")


async def _new_object(call: Call) -> AsyncIterator[Any]:
    name = call["TypeName"].replace(" ", "")
    arguments = to_list(call.get("ArgumentList"))
    short = name.rsplit(".", 1)[-1].lower()
    inner = item_type(name)
    if inner is not None and not name.endswith("[]"):
        outer = name.partition("[")[0].partition("`")[0]
        items = to_list(arguments[0]) if arguments and isinstance(arguments[0], list) else []
        yield Collection(items, item_type=inner, type_name=full_name(outer))
    elif short == "arraylist":
        yield Collection(type_name="System.Collections.ArrayList")
    elif short == "hashtable":
        yield Hashtable()
    elif short in _CUSTOM:
        entries = call.get("Property") or Hashtable()
        yield convert(entries, "pscustomobject")
    elif full_name(name) in _PLAIN and arguments:
        yield _made(name, arguments)
    else:
        raise CmdletError(
            f"Cannot find type [{name}]: verify that the assembly containing this type is loaded.",
            "TypeNotFound",
            ErrorCategory.INVALID_TYPE,
            exception="PSArgumentException",
        )


def _made(name: str, arguments: list[Any]) -> Any:
    numbers = [to_text(value) for value in arguments]
    if full_name(name) == "System.TimeSpan" and len(numbers) in (3, 4):
        days = f"{numbers.pop(0)}." if len(numbers) == 4 else ""
        return convert(f"{days}{':'.join(numbers)}", name)
    if full_name(name) == "System.DateTime" and len(numbers) in (3, 6):
        date = "-".join(number.zfill(2) for number in numbers[:3])
        return convert(f"{date} {':'.join(n.zfill(2) for n in numbers[3:])}".strip(), name)
    return convert(arguments[0], name)


async def _get_member(call: Call) -> AsyncIterator[Any]:
    seen: set[str] = set()
    patterns = [wildcard(name) for name in call.get("Name") or ["*"]]
    kinds = to_text(call.get("MemberType") or "All").lower()
    async for record in call.input:
        kind = type_name_of(record)
        if kind in seen:
            continue
        seen.add(kind)
        for member in _members(record, kind):
            is_named = any(pattern.fullmatch(member["Name"]) for pattern in patterns)
            is_kind = kinds in ("all", member["MemberType"].lower()) or (
                kinds == "properties" and member["MemberType"] != "Method"
            )
            if is_named and is_kind:
                yield member
    if not seen:
        raise CmdletError(
            "You must specify an object for the Get-Member cmdlet.",
            "NoObjectInGetMember",
            ErrorCategory.OPERATION_STOPPED,
            exception="InvalidOperationException",
        )


def _members(record: Any, kind: str) -> list[PSObject]:
    rows = [(name, "Method", f"{name}()") for name in method_names(record)]
    is_custom = isinstance(record, PSObject) and record.is_open
    for name, value in properties_of(record).items():
        shown = type_name_of(value).removeprefix("System.") if value is not None else "object"
        change = "" if is_custom else " {get;set;}" if isinstance(record, PSObject) else " {get;}"
        definition = (
            f"{shown} {name}{change}" if not is_custom else f"{shown} {name}={to_text(value)}"
        )
        rows.append((name, "NoteProperty" if is_custom else "Property", definition))
    rows.sort(key=lambda row: (row[1] != "Method", row[0].lower()))
    names = ("Name", "MemberType", "Definition")
    return [
        PSObject(
            "Microsoft.PowerShell.Commands.MemberDefinition",
            [("TypeName", kind), *zip(names, row, strict=True)],
        )
        for row in rows
    ]


async def _add_member(call: Call) -> AsyncIterator[Any]:
    record = call.record if call.is_piped else call["InputObject"]
    if not isinstance(record, PSObject):
        raise CmdletError("Members can be added to objects only.", "NotAnObject")
    name = call["Name"]
    if name in record.properties and not call.get("Force"):
        call.write_error(
            f'Cannot add a member with the name "{name}" because a member with that name '
            "already exists. To overwrite the member anyway, add the Force parameter to your "
            "command.",
            "MemberAlreadyExists",
            ErrorCategory.INVALID_OPERATION,
            record,
            "InvalidOperationException",
        )
        return
    record[name] = call.get("Value")
    if call.get("PassThru"):
        yield record


OBJECTS = (
    Cmdlet(
        name="New-Object",
        synopsis="Makes a collection, a hashtable or an object with properties.",
        run=_new_object,
        class_name=f"{_SPACE}NewObjectCommand",
        parameters=(
            Parameter(name="TypeName", position=0, is_mandatory=True),
            Parameter(name="ArgumentList", type="Object[]", position=1, aliases=("Args",)),
            Parameter(name="Property", type="Hashtable"),
        ),
    ),
    Cmdlet(
        name="Get-Member",
        synopsis="Gives the properties and methods of objects.",
        run=_get_member,
        aliases=("gm",),
        takes_all_input=True,
        class_name=f"{_SPACE}GetMemberCommand",
        parameters=(
            Parameter(name="Name", type="String[]", position=0),
            Parameter(
                name="MemberType",
                choices=("All", "Method", "NoteProperty", "Properties", "Property"),
            ),
            Parameter(name="InputObject", type="Object", from_pipeline=True),
        ),
    ),
    Cmdlet(
        name="Add-Member",
        synopsis="Adds a property to an object.",
        run=_add_member,
        class_name=f"{_SPACE}AddMemberCommand",
        parameters=(
            Parameter(name="MemberType", position=0, choices=("NoteProperty",)),
            Parameter(name="Name", position=1, is_mandatory=True, aliases=("NotePropertyName",)),
            Parameter(name="Value", type="Object", position=2, aliases=("NotePropertyValue",)),
            Parameter(name="InputObject", type="Object", from_pipeline=True),
            Parameter(name="Force", type="Switch"),
            Parameter(name="PassThru", type="Switch"),
        ),
    ),
)
