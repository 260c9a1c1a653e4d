"""`-f`: .NET's composite formatting, and the formats of numbers."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from emulator.shell.engine.errors import CmdletError
from emulator.shell.engine.limits import MAX_TEXT, bounded
from emulator.shell.engine.text import number_text, to_text
from emulator.shell.engine.times import format_moment

__all__ = ["composite", "formatted"]

_ITEM = re.compile(r"\{\{|\}\}|\{(\d{1,6})(?:,\s*(-?\d{1,8}))?(?::([^{}]*))?\}|[{}]")
_STANDARD = re.compile(r"([CcDdEeFfGgNnPpXx])(\d{0,2})")
_CUSTOM = re.compile(r"([^0#.,]*)([#,0]*)(?:\.([0#]*))?(.*)", re.DOTALL)


def composite(form: str, values: list[Any]) -> str:
    """`form` with its `{0,5:N2}` filled from `values`. Raises CmdletError."""

    def filled(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if match[1] is None:
            raise _refused("Input string was not in a correct format.")
        if int(match[1]) >= len(values):
            raise _refused(
                "Index (zero based) must be greater than or equal to zero and less than the "
                "size of the argument list."
            )
        text = formatted(values[int(match[1])], match[3] or "")
        width = int(match[2] or 0)
        bounded(abs(width), MAX_TEXT)
        return text.rjust(width) if width > 0 else text.ljust(-width)

    made = _ITEM.sub(filled, form)
    bounded(len(made), MAX_TEXT)
    return made


def _refused(why: str) -> CmdletError:
    return CmdletError(f"Error formatting a string: {why}.".replace("..", "."), "FormatError")


def formatted(value: Any, form: str) -> str:
    """`value` as the format `form` prints it."""
    if not form:
        return to_text(value)
    if isinstance(value, datetime):
        return format_moment(value, form)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return to_text(value)
    standard = _STANDARD.fullmatch(form)
    if standard is None:
        return _custom(value, form)
    kind, digits = standard[1], int(standard[2]) if standard[2] else None
    if kind in "DdXx":
        return _whole(value, kind, digits or 1)
    return _decimal(value, kind, digits)


def _whole(value: float, kind: str, digits: int) -> str:
    if not isinstance(value, int):
        raise _refused("Format specifier was invalid")
    if kind in "Xx":
        return f"{value & (1 << 64) - 1 if value < 0 else value:0{digits}{kind}}"
    return f"{'-' if value < 0 else ''}{abs(value):0{digits}}"


def _decimal(value: float, kind: str, digits: int | None) -> str:
    places = 2 if digits is None else digits
    match kind.upper():
        case "N":
            return f"{value:,.{places}f}"
        case "F":
            return f"{value:.{places}f}"
        case "P":
            return f"{value * 100:,.{places}f} %"
        case "C":
            return f"${value:,.{places}f}"
        case "E":
            return f"{value:.{6 if digits is None else digits}{kind}}"
        case _:
            return number_text(value)


def _custom(value: float, form: str) -> str:
    """`0`, `#`, `,` and `.` as places of digits; the rest as it is."""
    match = _CUSTOM.fullmatch(form)
    if match is None or not (match[2] or match[3]):
        return form
    before, whole, part, after = match[1], match[2], match[3] or "", match[4]
    shown = value * 100 if "%" in before + after else value
    text = f"{abs(shown):{',' if ',' in whole else ''}.{len(part)}f}"
    left, _, right = text.partition(".")
    least = whole.replace(",", "").count("0")
    left = left.lstrip("0,") if least == 0 and left == "0" else left.zfill(least)
    keep = len(part.rstrip("#"))
    while len(right) > keep and right.endswith("0"):
        right = right[:-1]
    sign = "-" if shown < 0 and float(text.replace(",", "")) != 0 else ""
    return f"{sign}{before}{left}{'.' + right if right else ''}{after}"
