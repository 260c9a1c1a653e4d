"""What a value is as a string."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from emulator.shell.engine.errors import ErrorRecord
from emulator.shell.engine.types import type_name_of
from emulator.shell.engine.values import (
    CUSTOM_OBJECT,
    Hashtable,
    PSObject,
    ScriptBlock,
    TypeReference,
    Uri,
)

__all__ = ["moment_text", "number_text", "span_text", "to_text"]

_DEEPEST = 8


def number_text(value: float) -> str:
    """A number as PowerShell writes it: 15 significant digits."""
    if isinstance(value, int):
        return str(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    written = f"{value:.15G}"
    if "E" in written:
        mantissa, _, exponent = written.partition("E")
        return f"{mantissa}E{exponent[0]}{exponent[1:].zfill(2)}"
    return written


def span_text(value: timedelta) -> str:
    """A TimeSpan: `00:05:00`, `1.02:00:00`, `-00:00:00.5000000`."""
    microseconds = value // timedelta(microseconds=1)
    sign = "-" if microseconds < 0 else ""
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    days, seconds = divmod(seconds, 86400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    text = f"{hours:02}:{minutes:02}:{seconds:02}"
    if days:
        text = f"{days}.{text}"
    if fraction:
        text += f".{fraction * 10:07}"
    return sign + text


def moment_text(value: datetime) -> str:
    """A DateTime as the invariant culture writes it."""
    return value.strftime("%m/%d/%Y %H:%M:%S")


def to_text(value: Any, depth: int = 0) -> str:  # noqa: C901 (a table of types)
    """What PowerShell makes of `value` in a string."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return str(value)
        case int() | float():
            return number_text(value)
        case timedelta():
            return span_text(value)
        case datetime():
            return moment_text(value)
        case list() | bytes():
            if depth >= _DEEPEST:
                return type_name_of(value)
            return " ".join(to_text(item, depth + 1) for item in value)
        case PSObject():
            return _object_text(value, depth)
        case Uri() | TypeReference():
            return value.text if isinstance(value, Uri) else value.name
        case ScriptBlock():
            return value.text
        case ErrorRecord():
            return value.message
        case Hashtable():
            return type_name_of(value)
        case _:
            return str(value)


def _object_text(value: PSObject, depth: int) -> str:
    if callable(value.display):
        return value.display(value)
    if value.display is not None:
        return value.display
    if value.type_name != CUSTOM_OBJECT or depth >= _DEEPEST:
        return value.type_name
    shown = "; ".join(f"{name}={to_text(v, depth + 1)}" for name, v in value.properties.items())
    return f"@{{{shown}}}"
