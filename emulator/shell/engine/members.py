"""Properties of values: reading and setting them, and items by index."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from emulator.shell.engine.conversion import convert
from emulator.shell.engine.errors import CmdletError, ErrorRecord
from emulator.shell.engine.limits import bounded
from emulator.shell.engine.text import to_text
from emulator.shell.engine.types import full_name, type_name_of
from emulator.shell.engine.values import (
    Collection,
    Hashtable,
    PSObject,
    ScriptBlock,
    TypeReference,
    Uri,
)

__all__ = [
    "get_index",
    "get_member",
    "has_member",
    "member_names",
    "properties_of",
    "set_index",
    "set_member",
]


def _span(value: timedelta) -> dict[str, Any]:
    total = value // timedelta(microseconds=1)
    sign, size = (-1, -total) if total < 0 else (1, total)
    seconds, microseconds = divmod(size, 1_000_000)
    parts = {
        "Days": seconds // 86400,
        "Hours": seconds // 3600 % 24,
        "Minutes": seconds // 60 % 60,
        "Seconds": seconds % 60,
        "Milliseconds": microseconds // 1000,
        "Ticks": size * 10,
    }
    whole = {name: sign * part for name, part in parts.items()}
    scale = {"Days": 86400, "Hours": 3600, "Minutes": 60, "Seconds": 1, "Milliseconds": 0.001}
    return whole | {f"Total{name}": total / 1e6 / seconds for name, seconds in scale.items()}


def _moment(value: datetime) -> dict[str, Any]:
    return {
        "Date": value.replace(hour=0, minute=0, second=0, microsecond=0),
        "Day": value.day,
        "DayOfWeek": value.strftime("%A"),
        "DayOfYear": value.timetuple().tm_yday,
        "Hour": value.hour,
        "Millisecond": value.microsecond // 1000,
        "Minute": value.minute,
        "Month": value.month,
        "Second": value.second,
        "Ticks": (value.replace(tzinfo=None) - datetime(1, 1, 1)) // timedelta(microseconds=1) * 10,  # noqa: DTZ001
        "TimeOfDay": value - value.replace(hour=0, minute=0, second=0, microsecond=0),
        "Year": value.year,
    }


def _uri(value: Uri) -> dict[str, Any]:
    try:
        parts = urlsplit(value.text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return {"OriginalString": value.text, "AbsoluteUri": value.text}
    return {
        "AbsolutePath": parts.path,
        "AbsoluteUri": value.text,
        "Host": host,
        "IsAbsoluteUri": bool(parts.scheme),
        "LocalPath": parts.path,
        "OriginalString": value.text,
        "Port": -1 if port is None else port,
        "Scheme": parts.scheme,
    }


def _error(value: ErrorRecord) -> dict[str, Any]:
    exception = PSObject(
        value.exception if "." in value.exception else f"System.{value.exception}",
        {"Message": value.message, "HResult": -2146233087},
        display=f"{value.exception}: {value.message}",
    )
    category = PSObject(
        "System.Management.Automation.ErrorCategoryInfo",
        {
            "Category": str(value.category),
            "Activity": value.command,
            "Reason": value.exception,
            "TargetName": to_text(value.target),
            "TargetType": "" if value.target is None else type_name_of(value.target),
        },
        display=value.category_info,
    )
    place = value.at
    invocation = PSObject(
        "System.Management.Automation.InvocationInfo",
        {
            "MyCommand": value.command,
            "ScriptLineNumber": place.line if place else 0,
            "OffsetInLine": place.column if place else 0,
            "Line": place.source.line_at(place.start)[1] if place else "",
            "PositionMessage": place.described() if place else "",
        },
    )
    return {
        "CategoryInfo": category,
        "ErrorDetails": None,
        "Exception": exception,
        "FullyQualifiedErrorId": value.qualified_id,
        "InvocationInfo": invocation,
        "TargetObject": value.target,
    }


def _type(value: TypeReference) -> dict[str, Any]:
    name = full_name(value.name)
    return {"Name": name.rsplit(".", 1)[-1], "FullName": name}


def _hashtable(value: Hashtable) -> dict[str, Any]:
    return {"Count": len(value), "Keys": list(value), "Values": list(value.values())}


def properties_of(value: Any) -> dict[str, Any]:
    """The properties that `value` has by its type, by name."""
    match value:
        case str() | bytes():
            return {"Length": len(value)}
        case PSObject():
            return dict(value.properties)
        case Hashtable():
            return _hashtable(value)
        case timedelta():
            return _span(value)
        case datetime():
            return _moment(value)
        case Uri():
            return _uri(value)
        case ErrorRecord():
            return _error(value)
        case TypeReference():
            return _type(value)
        case Collection():
            return {"Count": len(value)}
        case list():
            return {"Length": len(value), "Count": len(value)}
        case ScriptBlock():
            return {"File": value.block.at.source.name}
        case _:
            return {}


def member_names(value: Any) -> list[str]:
    """The names of the properties of `value`."""
    return list(properties_of(value))


def has_member(value: Any, name: str) -> bool:
    """Whether `value` itself has a property of that name."""
    if isinstance(value, Hashtable) and name in value:
        return True
    folded = name.lower()
    return any(known.lower() == folded for known in member_names(value))


def get_member(value: Any, name: str) -> Any:
    """What `value.name` is; $null where there is no such property."""
    if isinstance(value, PSObject) and name in value.properties:
        return value.properties[name]
    if isinstance(value, Hashtable) and name in value:
        return value[name]
    folded = name.lower()
    if isinstance(value, list) and folded in ("count", "length"):
        return len(value)
    for known, held in {} if isinstance(value, PSObject) else properties_of(value).items():
        if known.lower() == folded:
            return held
    if isinstance(value, list):
        return _of_items(value, name)
    if folded in ("count", "length"):
        return 0 if value is None else 1
    if folded == "psobject" and isinstance(value, PSObject | Hashtable):
        return _psobject(value)
    return None


def _psobject(value: PSObject | Hashtable) -> PSObject:
    entries = value.properties if isinstance(value, PSObject) else value
    properties = [PSObject(properties={"Name": k, "Value": v}) for k, v in entries.items()]
    return PSObject(properties={"Properties": properties, "TypeNames": [type_name_of(value)]})


def _of_items(items: list[Any], name: str) -> Any:
    """The property of each item, as PowerShell reads it off an array."""
    found: list[Any] = []
    for item in items:
        if isinstance(item, list) or not has_member(item, name):
            continue
        held = get_member(item, name)
        found.extend(held if isinstance(held, list) else [held])
        bounded(len(found))
    if not found:
        return None
    return found[0] if len(found) == 1 else found


def set_member(value: Any, name: str, held: Any) -> None:
    """Set `value.name`. Raises CmdletError if that cannot be set."""
    if isinstance(value, Hashtable):
        value[name] = held
        return
    if isinstance(value, PSObject) and (value.is_open or name in value.properties):
        kind = value.property_types.get(name)
        value.properties[name] = held if kind is None else _typed(name, held, kind)
        return
    raise CmdletError(
        f"The property '{name}' cannot be found on this object. Verify that the property "
        "exists and can be set.",
        "PropertyNotFound",
        exception="RuntimeException",
    )


def _typed(name: str, held: Any, kind: str) -> Any:
    try:
        return convert(held, kind)
    except CmdletError as error:
        raise CmdletError(
            f'Exception setting "{name}": "{error.message}"',
            "ExceptionWhenSetting",
            exception="SetValueInvocationException",
        ) from None


def get_index(value: Any, index: Any) -> Any:
    """What `value[index]` is; several indexes give several items."""
    if value is None:
        raise CmdletError("Cannot index into a null array.", "NullArray")
    if isinstance(value, Hashtable):
        if isinstance(index, list):
            return [value.get(key) for key in index]
        if index not in value and value.is_ordered and isinstance(index, int):
            return _at(list(value.values()), index)
        return value.get(index)
    if isinstance(index, list):
        found = (_at(value, convert(each, "Int32")) for each in index)
        return [item for item in found if item is not None]
    if not isinstance(value, str | list | bytes):
        return value if convert(index, "Int32") in (0, -1) else None
    return _at(value, convert(index, "Int32"))


def _at(value: str | bytes | list[Any], index: int) -> Any:
    return value[index] if -len(value) <= index < len(value) else None


def set_index(value: Any, index: Any, held: Any) -> None:
    """Set `value[index]`. Raises CmdletError if that cannot be set."""
    if isinstance(value, Hashtable):
        value[index] = held
        return
    if not isinstance(value, list):
        why = (
            "Cannot index into a null array."
            if value is None
            else (f"Unable to index into an object of type {type_name_of(value)}.")
        )
        raise CmdletError(why, "NullArray" if value is None else "CannotIndex")
    at = convert(index, "Int32")
    if not -len(value) <= at < len(value):
        raise CmdletError(
            "Index was outside the bounds of the array.",
            "System.IndexOutOfRangeException",
            exception="IndexOutOfRangeException",
        )
    value[at] = convert(held, value.item_type) if isinstance(value, Collection) else held
