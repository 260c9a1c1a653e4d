"""Converts a value to the type of a parameter, a cast or an operand."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from emulator.shell.engine.errors import CmdletError, ErrorCategory
from emulator.shell.engine.text import number_text, to_text
from emulator.shell.engine.times import parse_moment, parse_span
from emulator.shell.engine.types import full_name, is_instance, item_type, type_name_of
from emulator.shell.engine.values import (
    CUSTOM_OBJECT,
    Collection,
    Hashtable,
    PSObject,
    ScriptBlock,
    TypeReference,
    Uri,
)
from emulator.shell.language.numbers import is_number, number_value

__all__ = ["ConversionError", "convert", "to_boolean", "to_list", "to_number"]

_WHOLE = {
    "System.Byte": (0, 255),
    "System.Int16": (-(1 << 15), (1 << 15) - 1),
    "System.Int32": (-(1 << 31), (1 << 31) - 1),
    "System.Int64": (-(1 << 63), (1 << 63) - 1),
    "System.UInt16": (0, (1 << 16) - 1),
    "System.UInt32": (0, (1 << 32) - 1),
    "System.UInt64": (0, (1 << 64) - 1),
}
_FLOATS = ("System.Double", "System.Single", "System.Decimal")
_HOST = re.compile(r"(?=.{1,255}$)[A-Za-z0-9_]([\w-]*\w)?(\.[A-Za-z0-9_]([\w-]*\w)?)*\.?")
_BAD_FORMAT = "Input string was not in a correct format."


class ConversionError(CmdletError):
    """A value that cannot be what is asked for."""

    def __init__(self, message: str, error_id: str = "InvalidCastException") -> None:
        super().__init__(
            message,
            error_id,
            ErrorCategory.INVALID_ARGUMENT,
            exception="RuntimeException",
        )


def _failed(value: Any, name: str, why: str) -> ConversionError:
    return ConversionError(
        f'Cannot convert value "{to_text(value)[:200]}" to type "{name}". Error: "{why}"'
    )


def _impossible(value: Any, name: str) -> ConversionError:
    return ConversionError(
        f'Cannot convert the "{to_text(value)[:200]}" value of type "{type_name_of(value)}" '
        f'to type "{name}".',
        "ConvertToFinalInvalidCastException",
    )


def to_boolean(value: Any) -> bool:
    """Whether `value` counts as true."""
    match value:
        case None:
            return False
        case bool() | int() | float():
            return bool(value)
        case str() | bytes():
            return bool(value)
        case Collection():
            return len(value) > 1 or (len(value) == 1 and to_boolean(value[0]))
        case list():
            return len(value) > 1 or (len(value) == 1 and to_boolean(value[0]))
        case _:
            return True


def to_list(value: Any) -> list[Any]:
    """What a pipeline makes of `value`: nothing of $null, the items of an array, else one."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    return list(value) if isinstance(value, bytes) else [value]


def to_number(value: Any) -> int | float:
    """The number that `value` is or writes. Raises ConversionError if it does neither."""
    match value:
        case None:
            return 0
        case bool():
            return int(value)
        case int() | float():
            return value
        case str():
            text = value.strip()
            if not text:
                return 0
            if is_number(text):
                return number_value(text)
            raise _failed(value, "System.Int32", _BAD_FORMAT)
        case _:
            raise _impossible(value, "System.Int32")


def convert(value: Any, type_name: str) -> Any:
    """`value` as what the type named `type_name` holds. Raises ConversionError."""
    inner = item_type(type_name)
    if inner is not None:
        return _convert_items(value, type_name, inner)
    name = full_name(type_name)
    simple = _SIMPLE.get(name)
    if simple is not None:
        return simple(value)
    if name in _WHOLE:
        return _to_whole(value, name)
    if name in _FLOATS:
        return _to_float(value, name)
    if value is None or is_instance(value, name):
        return value
    raise _impossible(value, name)


def _convert_items(value: Any, type_name: str, inner: str) -> Any:
    if full_name(inner) == "System.Byte":
        if isinstance(value, bytes) or value is None:
            return value
        return bytes(_to_whole(item, "System.Byte") for item in to_list(value))
    if value is None:
        return None
    items = [convert(item, inner) for item in to_list(value)]
    if type_name.endswith("[]"):
        return items
    outer = type_name.partition("[")[0]
    return Collection(items, item_type=inner, type_name=full_name(outer))


def _to_whole(value: Any, name: str) -> int:
    number: int | float
    if isinstance(value, str):
        text = value.strip()
        if text and not is_number(text):
            raise _failed(value, name, _BAD_FORMAT)
        number = number_value(text) if text else 0
    elif value is None or isinstance(value, bool | int | float):
        number = to_number(value)
    else:
        raise _impossible(value, name)
    least, most = _WHOLE[name]
    if isinstance(number, float) and (number != number or abs(number) == float("inf")):
        raise _failed(value, name, f"Value was either too large or too small for an {name[7:]}.")
    whole = round(number)
    if not least <= whole <= most:
        kind = name.removeprefix("System.")
        article = "an" if kind[0] in "IU" else "a"
        raise _failed(value, name, f"Value was either too large or too small for {article} {kind}.")
    return whole


def _to_float(value: Any, name: str) -> float:
    if isinstance(value, str) and value.strip() and not is_number(value.strip()):
        raise _failed(value, name, _BAD_FORMAT)
    if not isinstance(value, str | bool | int | float) and value is not None:
        raise _impossible(value, name)
    return float(to_number(value))


def _to_switch(value: Any) -> bool:
    if value is None or isinstance(value, bool | int | float):
        return bool(value)
    raise ConversionError(
        f'Cannot convert value "{type_name_of(value)}" to type "System.Boolean". Boolean '
        "parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.",
        "CannotConvertArgument",
    )


def _to_char(value: Any) -> str:
    text = chr(value) if isinstance(value, int) and 0 <= value < 0x110000 else to_text(value)
    if len(text) != 1:
        raise _failed(value, "System.Char", "String must be exactly one character long.")
    return text


def _to_moment(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return parse_moment(value)
        except ValueError:
            why = "The string was not recognized as a valid DateTime."
            raise _failed(value, "System.DateTime", why) from None
    raise _impossible(value, "System.DateTime")


def _to_span(value: Any) -> timedelta | None:
    if value is None or isinstance(value, timedelta):
        return value
    try:
        if isinstance(value, str):
            return parse_span(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return timedelta(microseconds=value / 10)  # ticks of 100 ns
    except (ValueError, OverflowError):
        why = "String was not recognized as a valid TimeSpan."
        raise _failed(value, "System.TimeSpan", why) from None
    raise _impossible(value, "System.TimeSpan")


def _to_uri(value: Any) -> Uri | None:
    if value is None or isinstance(value, Uri):
        return value
    text = to_text(value).strip()
    if not text or any(character.isspace() for character in text):
        raise _failed(value, "System.Uri", "Invalid URI: The format of the URI is not valid.")
    return Uri(text)


def _to_fqdn(value: Any) -> str | None:
    if value is None:
        return None
    text = to_text(value)
    if _HOST.fullmatch(text) is None:
        name = "Microsoft.Rtc.Management.Deploy.Fqdn"
        raise _failed(value, name, f'"{text}" is not a valid fully qualified domain name.')
    return text


def _to_hashtable(value: Any) -> Hashtable | None:
    if value is None or isinstance(value, Hashtable):
        return value
    raise _impossible(value, "System.Collections.Hashtable")


def _to_ordered(value: Any) -> Hashtable:
    if isinstance(value, Hashtable):
        return Hashtable(value, is_ordered=True)
    raise _impossible(value, "System.Collections.Specialized.OrderedDictionary")


def _to_custom_object(value: Any) -> Any:
    if isinstance(value, Hashtable):
        entries = ((to_text(key), held) for key, held in value.items())
        return PSObject(CUSTOM_OBJECT, entries, is_open=True)
    return value


def _to_block(value: Any) -> ScriptBlock | None:
    if value is None or isinstance(value, ScriptBlock):
        return value
    raise _impossible(value, "System.Management.Automation.ScriptBlock")


def _to_string(value: Any) -> str:
    return number_text(value) if isinstance(value, float) else to_text(value)


def _to_type(value: Any) -> TypeReference:
    return value if isinstance(value, TypeReference) else TypeReference(to_text(value))


_ACTION_NUMBERS = {"0": "SilentlyContinue", "1": "Stop", "2": "Continue", "3": "Inquire"}
_AUTOMATION = "System.Management.Automation."
_SIMPLE: dict[str, Callable[[Any], Any]] = {
    "System.Object": lambda value: value,
    "System.String": _to_string,
    "System.Boolean": to_boolean,
    f"{_AUTOMATION}SwitchParameter": _to_switch,
    "System.Char": _to_char,
    "System.DateTime": _to_moment,
    "System.TimeSpan": _to_span,
    "System.Uri": _to_uri,
    "System.Array": lambda value: list(to_list(value)),
    "Microsoft.Rtc.Management.Deploy.Fqdn": _to_fqdn,
    "System.Collections.Hashtable": _to_hashtable,
    "System.Collections.Specialized.OrderedDictionary": _to_ordered,
    "System.Collections.ArrayList": lambda value: Collection(
        to_list(value), type_name="System.Collections.ArrayList"
    ),
    f"{_AUTOMATION}PSCustomObject": _to_custom_object,
    f"{_AUTOMATION}PSObject": _to_custom_object,
    f"{_AUTOMATION}ScriptBlock": _to_block,
    "System.Void": lambda _: None,
    "type": _to_type,
    "ActionPreference": lambda value: _ACTION_NUMBERS.get(to_text(value), to_text(value)),
}
