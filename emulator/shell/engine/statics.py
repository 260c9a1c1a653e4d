"""What may be reached as `[type]::name`: a small closed table."""

from __future__ import annotations

import math
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from emulator.shell.engine.conversion import convert, to_boolean, to_list, to_number
from emulator.shell.engine.errors import CmdletError, ErrorCategory
from emulator.shell.engine.limits import MAX_TEXT, bounded
from emulator.shell.engine.operators import join_text
from emulator.shell.engine.text import to_text
from emulator.shell.engine.types import full_name

__all__ = ["invoke_static", "static_property"]


def _now() -> datetime:
    return datetime.now()  # noqa: DTZ005 (local, as a DateTime is)


_PROPERTIES: dict[tuple[str, str], Callable[[], Any]] = {
    ("System.DateTime", "now"): _now,
    ("System.DateTime", "today"): lambda: _now().replace(hour=0, minute=0, second=0, microsecond=0),
    ("System.DateTime", "utcnow"): lambda: datetime.now(UTC).replace(tzinfo=None),
    ("System.TimeSpan", "zero"): timedelta,
    ("System.TimeSpan", "maxvalue"): lambda: timedelta.max,
    ("System.String", "empty"): str,
    ("System.Environment", "newline"): lambda: "\n",
    ("System.Math", "pi"): lambda: math.pi,
    ("System.Guid", "empty"): lambda: str(uuid.UUID(int=0)),
    ("System.Int16", "maxvalue"): lambda: (1 << 15) - 1,
    ("System.Int32", "maxvalue"): lambda: (1 << 31) - 1,
    ("System.Int32", "minvalue"): lambda: -(1 << 31),
    ("System.Int64", "maxvalue"): lambda: (1 << 63) - 1,
}


def _read_bytes(path: Any) -> bytes:
    named = to_text(path)
    try:
        bounded(Path(named).stat().st_size, MAX_TEXT)
        return Path(named).read_bytes()
    except OSError as error:
        raise CmdletError(
            f"Could not find file '{named}'."
            if isinstance(error, FileNotFoundError)
            else f"{named}: {error.strerror}.",
            "FileNotFoundException",
            ErrorCategory.NOT_SPECIFIED,
            exception="FileNotFoundException",
        ) from None


def _rounded(value: Any, places: Any = 0) -> float:
    number = round(to_number(value), convert(places, "Int32"))
    return int(number) if float(number).is_integer() else number


def _span_of(unit: str) -> Callable[..., timedelta]:
    return lambda amount: timedelta(**{unit: convert(amount, "Double")})


_METHODS: dict[tuple[str, str], Callable[..., Any]] = {
    ("System.DateTime", "parse"): lambda text: convert(text, "DateTime"),
    ("System.TimeSpan", "parse"): lambda text: convert(text, "TimeSpan"),
    **{
        ("System.TimeSpan", f"from{unit}"): _span_of(unit)
        for unit in ("days", "hours", "minutes", "seconds", "milliseconds")
    },
    ("System.String", "isnullorempty"): lambda text: not to_text(text),
    ("System.String", "isnullorwhitespace"): lambda text: not to_text(text).strip(),
    ("System.String", "join"): lambda between, *items: join_text(
        items[0] if len(items) == 1 else list(items), between
    ),
    ("System.Math", "abs"): lambda value: abs(to_number(value)),
    ("System.Math", "ceiling"): lambda value: math.ceil(to_number(value)),
    ("System.Math", "floor"): lambda value: math.floor(to_number(value)),
    ("System.Math", "max"): lambda left, right: max(to_number(left), to_number(right)),
    ("System.Math", "min"): lambda left, right: min(to_number(left), to_number(right)),
    ("System.Math", "round"): _rounded,
    ("System.Math", "truncate"): lambda value: math.trunc(to_number(value)),
    ("System.Guid", "newguid"): lambda: str(uuid.UUID(int=random.getrandbits(128), version=4)),
    ("System.IO.File", "exists"): lambda path: Path(to_text(path)).is_file(),
    ("System.IO.File", "readallbytes"): _read_bytes,
    ("System.IO.File", "readalltext"): lambda path: _read_bytes(path).decode("utf-8", "replace"),
    ("System.Environment", "getenvironmentvariable"): lambda name: __import__("os").environ.get(
        to_text(name)
    ),
    ("System.Boolean", "parse"): to_boolean,
    ("System.Int32", "parse"): lambda text: convert(text, "Int32"),
    ("System.Array", "reverse"): lambda items: to_list(items).reverse(),
}


def static_property(type_name: str, name: str) -> Any:
    """What `[type]::name` is; $null where there is none."""
    made = _PROPERTIES.get((full_name(type_name), name.lower()))
    return None if made is None else made()


def invoke_static(type_name: str, name: str, arguments: list[Any]) -> Any:
    """What `[type]::name(arguments)` gives. Raises CmdletError."""
    method = _METHODS.get((full_name(type_name), name.lower()))
    if method is None:
        raise CmdletError(
            f"Method invocation failed because [{full_name(type_name)}] does not contain a "
            f"method named '{name}'.",
            "MethodNotFound",
            target=name,
        )
    try:
        return method(*arguments)
    except (TypeError, ValueError, OverflowError):
        raise CmdletError(
            f'Cannot find an overload for "{name}" and the argument count: "{len(arguments)}".',
            "MethodCountCouldNotFindBest",
            exception="MethodException",
        ) from None
