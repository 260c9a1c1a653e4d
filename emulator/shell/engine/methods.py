"""The methods that may be called on values: a small closed table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from emulator.shell.engine.comparing import compare, equal
from emulator.shell.engine.composite import formatted
from emulator.shell.engine.conversion import convert
from emulator.shell.engine.errors import CmdletError
from emulator.shell.engine.limits import MAX_TEXT, bounded
from emulator.shell.engine.text import to_text
from emulator.shell.engine.types import type_name_of
from emulator.shell.engine.values import Collection, Hashtable, PSObject, TypeReference, Uri

__all__ = ["invoke", "method_names"]


def invoke(value: Any, name: str, arguments: list[Any]) -> Any:
    """What `value.name(arguments)` gives. Raises CmdletError."""
    if value is None:
        raise CmdletError(
            "You cannot call a method on a null-valued expression.", "InvokeMethodOnNull"
        )
    method = _table_of(value).get(name.lower()) or _ANY.get(name.lower())
    if method is None:
        if isinstance(value, list) and not isinstance(value, Collection):
            return _of_items(value, name, arguments)
        raise CmdletError(
            f"Method invocation failed because [{type_name_of(value)}] does not contain a "
            f'method named "{name}".'.replace('"', "'"),
            "MethodNotFound",
            target=name,
        )
    try:
        return method(value, *arguments)
    except CmdletError as error:
        raise _failed(name, arguments, error.message, error.error_id) from None
    except (TypeError, ValueError, IndexError, OverflowError):
        raise CmdletError(
            f'Cannot find an overload for "{name}" and the argument count: "{len(arguments)}".',
            "MethodCountCouldNotFindBest",
            exception="MethodException",
        ) from None


def _failed(name: str, arguments: list[Any], why: str, error_id: str) -> CmdletError:
    return CmdletError(
        f'Exception calling "{name}" with "{len(arguments)}" argument(s): "{why}"',
        error_id if error_id != "RuntimeException" else "MethodInvocationException",
        exception="MethodInvocationException",
    )


def _of_items(items: list[Any], name: str, arguments: list[Any]) -> list[Any]:
    return [invoke(item, name, arguments) for item in items]


def _fixed(*_: Any) -> None:
    raise CmdletError("Collection was of a fixed size.", "NotSupportedException")


# Strings


def _separators(given: tuple[Any, ...]) -> list[str]:
    found: list[str] = []
    for item in given:
        if isinstance(item, str):
            found.extend(item)  # .NET splits at each of the characters
        elif isinstance(item, list):
            found.extend(to_text(each) for each in item)
    return found or list(" \t\r\n")


def _split(text: str, *given: Any) -> list[str]:
    marks = set(_separators(given))
    pieces, last = [], 0
    for at, character in enumerate(text):
        if character in marks:
            pieces.append(text[last:at])
            last = at + 1
            bounded(len(pieces))
    return [*pieces, text[last:]]


def _replace(text: str, old: Any, new: Any) -> str:
    sought, put = to_text(old), to_text(new)
    if not sought:
        raise CmdletError("String cannot be of zero length.")
    bounded(len(text) + text.count(sought) * len(put), MAX_TEXT)
    return text.replace(sought, put)


def _substring(text: str, start: Any, length: Any = None) -> str:
    first = convert(start, "Int32")
    size = len(text) - first if length is None else convert(length, "Int32")
    if first < 0 or size < 0 or first + size > len(text):
        raise CmdletError("Index and length must refer to a location within the string.")
    return text[first : first + size]


def _padded(text: str, width: Any, fill: Any, is_left: bool) -> str:
    size = bounded(convert(width, "Int32"), MAX_TEXT)
    character = convert(fill, "char")
    return text.rjust(size, character) if is_left else text.ljust(size, character)


_TEXT: dict[str, Callable[..., Any]] = {
    "contains": lambda text, part: to_text(part) in text,
    "endswith": lambda text, part: text.endswith(to_text(part)),
    "indexof": lambda text, part: text.find(to_text(part)),
    "insert": lambda text, at, part: text[:at] + to_text(part) + text[at:],
    "lastindexof": lambda text, part: text.rfind(to_text(part)),
    "padleft": lambda text, width, fill=" ": _padded(text, width, fill, is_left=True),
    "padright": lambda text, width, fill=" ": _padded(text, width, fill, is_left=False),
    "remove": lambda text, at, n=None: text[:at] + ("" if n is None else text[at + n :]),
    "replace": _replace,
    "split": _split,
    "startswith": lambda text, part: text.startswith(to_text(part)),
    "substring": _substring,
    "tochararray": list,
    "tolower": lambda text: text.lower(),
    "toupper": lambda text: text.upper(),
    "trim": lambda text, marks=None: text.strip(marks),
    "trimend": lambda text, marks=None: text.rstrip(marks),
    "trimstart": lambda text, marks=None: text.lstrip(marks),
}


# Collections and hashtables


def _position(items: list[Any], sought: Any) -> int:
    return next((at for at, item in enumerate(items) if _is_same(item, sought)), -1)


def _is_same(item: Any, sought: Any) -> bool:
    if isinstance(item, PSObject | Uri):
        return equal(item, sought)
    return equal(item, sought, is_exact=True)


def _add(items: Collection, item: Any) -> None:
    bounded(len(items) + 1)
    items.append(convert(item, items.item_type))


def _add_range(items: Collection, more: Any) -> None:
    for item in more if isinstance(more, list) else [more]:
        _add(items, item)


def _remove(items: Collection, item: Any) -> bool:
    at = _position(items, item)
    if at >= 0:
        del items[at]
    return at >= 0


def _remove_at(items: Collection, at: Any) -> None:
    index = convert(at, "Int32")
    if not 0 <= index < len(items):
        raise CmdletError("Index was out of range.", "ArgumentOutOfRangeException")
    del items[index]


def _insert(items: Collection, at: Any, item: Any) -> None:
    bounded(len(items) + 1)
    items.insert(convert(at, "Int32"), convert(item, items.item_type))


_LIST: dict[str, Callable[..., Any]] = {
    "add": _fixed,
    "contains": lambda items, item: _position(items, item) >= 0,
    "indexof": _position,
    "remove": _fixed,
    "clear": _fixed,
    "removeat": _fixed,
}
_COLLECTION = _LIST | {
    "add": _add,
    "addrange": _add_range,
    "clear": lambda items: items.clear(),
    "insert": _insert,
    "remove": _remove,
    "removeat": _remove_at,
    "toarray": list,
}


def _add_entry(table: Hashtable, key: Any, value: Any) -> None:
    if key in table:
        raise CmdletError(
            f"Item has already been added. Key in dictionary: '{to_text(key)}'  Key being "
            f"added: '{to_text(key)}'",
            "ArgumentException",
        )
    bounded(len(table) + 1)
    table[key] = value


def _drop_entry(table: Hashtable, key: Any) -> None:
    if key in table:
        del table[key]


_HASHTABLE: dict[str, Callable[..., Any]] = {
    "add": _add_entry,
    "clear": lambda table: table.clear(),
    "contains": lambda table, key: key in table,
    "containskey": lambda table, key: key in table,
    "containsvalue": lambda table, sought: any(equal(v, sought) for v in table.values()),
    "getenumerator": lambda table: [
        PSObject("System.Collections.DictionaryEntry", {"Name": key, "Key": key, "Value": value})
        for key, value in table.items()
    ],
    "remove": _drop_entry,
}


# Moments, spans and what any value has


def _shifted(unit: str) -> Callable[..., Any]:
    def shifted(value: datetime, amount: Any) -> datetime:
        return value + timedelta(**{unit: convert(amount, "Double")})

    return shifted


def _months(value: datetime, amount: Any, factor: int = 1) -> datetime:
    from calendar import monthrange

    at = value.year * 12 + value.month - 1 + convert(amount, "Int32") * factor
    year, month = at // 12, at % 12 + 1
    return value.replace(year=year, month=month, day=min(value.day, monthrange(year, month)[1]))


_MOMENT: dict[str, Callable[..., Any]] = {
    **{
        f"add{unit}": _shifted(unit)
        for unit in ("days", "hours", "minutes", "seconds", "milliseconds")
    },
    "add": lambda value, span: value + convert(span, "TimeSpan"),
    "addmonths": _months,
    "addyears": lambda value, amount: _months(value, amount, 12),
    "subtract": lambda value, other: (
        value - other if isinstance(other, datetime) else value - convert(other, "TimeSpan")
    ),
    "toshortdatestring": lambda value: formatted(value, "d"),
    "toshorttimestring": lambda value: formatted(value, "t"),
    "tolongdatestring": lambda value: formatted(value, "D"),
}
_SPAN: dict[str, Callable[..., Any]] = {
    "add": lambda value, span: value + convert(span, "TimeSpan"),
    "subtract": lambda value, span: value - convert(span, "TimeSpan"),
    "negate": lambda value: -value,
    "duration": abs,
}
_ANY: dict[str, Callable[..., Any]] = {
    "compareto": compare,
    "equals": lambda value, other: equal(value, other, is_exact=True),
    "gettype": lambda value: TypeReference(type_name_of(value)),
    "tostring": lambda value, form="": (
        type_name_of(value) if isinstance(value, list) else formatted(value, to_text(form))
    ),
}


def _table_of(value: Any) -> dict[str, Callable[..., Any]]:
    match value:
        case str():
            return _TEXT
        case Collection():
            return _COLLECTION
        case list():
            return _LIST
        case Hashtable():
            return _HASHTABLE
        case datetime():
            return _MOMENT
        case timedelta():
            return _SPAN
        case _:
            return {}


def method_names(value: Any) -> list[str]:
    """The names of the methods of `value`, in .NET's spelling where it is known."""
    return [_SPELLING.get(name, name.capitalize()) for name in sorted({*_table_of(value), *_ANY})]


_SPELLING = {
    name.lower(): name
    for name in (
        *("AddDays", "AddHours", "AddMilliseconds", "AddMinutes", "AddMonths", "AddRange"),
        *("AddSeconds", "AddYears", "CompareTo", "ContainsKey", "ContainsValue", "EndsWith"),
        *(
            "GetEnumerator",
            "GetType",
            "IndexOf",
            "LastIndexOf",
            "PadLeft",
            "PadRight",
            "RemoveAt",
            "StartsWith",
        ),
        *("ToArray", "ToCharArray", "ToLongDateString", "ToLower", "ToShortDateString"),
        *("ToShortTimeString", "ToString", "ToUpper", "TrimEnd", "TrimStart"),
    )
}
