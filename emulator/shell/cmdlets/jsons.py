"""ConvertTo-Json and ConvertFrom-Json."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from emulator.shell.engine import (
    Call,
    Cmdlet,
    CmdletError,
    ErrorCategory,
    Hashtable,
    Parameter,
    PSObject,
)
from emulator.shell.engine.limits import MAX_TEXT, bounded
from emulator.shell.engine.members import properties_of
from emulator.shell.engine.text import to_text
from emulator.shell.engine.values import CUSTOM_OBJECT

__all__ = ["CONVERT_FROM_JSON", "CONVERT_TO_JSON"]

_DEEPEST = 100


async def _to_json(call: Call) -> AsyncIterator[Any]:
    records = [record async for record in call.input]
    depth = call.get("Depth", 2)
    value = records[0] if len(records) == 1 and call.is_piped else records
    plain = _plain(value, depth if not isinstance(value, list) else depth + 1)
    if call.get("Compress"):
        yield json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    else:
        yield json.dumps(plain, ensure_ascii=False, indent=4)


def _plain(value: Any, depth: int) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return value.isoformat()
        case timedelta():
            return to_text(value)
        case list() | bytes():
            return to_text(value) if depth < 0 else [_plain(item, depth - 1) for item in value]
        case Hashtable() | PSObject():
            entries = value if isinstance(value, Hashtable) else properties_of(value)
            if depth < 0 or not entries:
                return to_text(value)
            return {to_text(k): _plain(v, depth - 1) for k, v in entries.items()}
        case _:
            return to_text(value)


async def _from_json(call: Call) -> AsyncIterator[Any]:
    text = "\n".join([to_text(record) async for record in call.input])
    bounded(len(text), MAX_TEXT)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CmdletError(
            f"Invalid JSON primitive: {error}.",
            "System.ArgumentException",
            ErrorCategory.NOT_SPECIFIED,
            exception="ArgumentException",
        ) from None
    yield _object(value)


def _object(value: Any, depth: int = 0) -> Any:
    if depth > _DEEPEST:
        raise CmdletError("The JSON is nested too deeply.", "JsonTooDeep")
    if isinstance(value, dict):
        return PSObject(
            CUSTOM_OBJECT, {k: _object(v, depth + 1) for k, v in value.items()}, is_open=True
        )
    return [_object(item, depth + 1) for item in value] if isinstance(value, list) else value


CONVERT_TO_JSON = Cmdlet(
    name="ConvertTo-Json",
    synopsis="Gives objects as JSON.",
    run=_to_json,
    takes_all_input=True,
    class_name="Microsoft.PowerShell.Commands.ConvertToJsonCommand",
    parameters=(
        Parameter(name="InputObject", type="Object", position=0, from_pipeline=True),
        Parameter(name="Depth", type="Int32", least=1, most=_DEEPEST),
        Parameter(name="Compress", type="Switch"),
    ),
)
CONVERT_FROM_JSON = Cmdlet(
    name="ConvertFrom-Json",
    synopsis="Gives what JSON describes as objects.",
    run=_from_json,
    takes_all_input=True,
    class_name="Microsoft.PowerShell.Commands.ConvertFromJsonCommand",
    parameters=(Parameter(name="InputObject", type="Object", position=0, from_pipeline=True),),
)
