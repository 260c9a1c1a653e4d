"""The operators on values that are there: arithmetic, comparison, strings."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from emulator.shell.engine.comparing import compare, equal
from emulator.shell.engine.composite import composite
from emulator.shell.engine.conversion import ConversionError, convert, to_list, to_number
from emulator.shell.engine.errors import CmdletError, ErrorCategory
from emulator.shell.engine.limits import MAX_TEXT, bounded
from emulator.shell.engine.patterns import regex, replacement, wildcard
from emulator.shell.engine.text import to_text
from emulator.shell.engine.types import is_instance, type_name_of
from emulator.shell.engine.values import Hashtable, TypeReference

__all__ = ["apply", "join_text", "split_text"]

_MAX_WHOLE = 1 << 63


def apply(operator: str, left: Any, right: Any) -> Any:
    """What `left operator right` is. Raises CmdletError."""
    if operator in _ARITHMETIC:
        return _ARITHMETIC[operator](left, right)
    is_exact = operator[1:2] == "c" and operator[2:] in _EITHER_CASE
    name = operator[2:] if is_exact else operator[1:]
    if name in _SCALAR:
        test = _SCALAR[name]
        if isinstance(left, list):
            return [item for item in left if test(item, right, is_exact)]
        return test(left, right, is_exact)
    return _WHOLE[name](left, right, is_exact)


# Arithmetic


def _refused(operator: str, left: Any) -> CmdletError:
    name = {"+": "op_Addition", "-": "op_Subtraction", "*": "op_Multiply", "/": "op_Division"}
    return CmdletError(
        f"Method invocation failed because [{type_name_of(left)}] does not contain a method "
        f"named '{name.get(operator, 'op_Modulus')}'.",
        "MethodNotFound",
        target=name.get(operator, "op_Modulus"),
    )


def _number(result: float) -> int | float:
    if isinstance(result, int) and not -_MAX_WHOLE <= result < _MAX_WHOLE:
        return float(result)
    return result


def _add(left: Any, right: Any) -> Any:
    match left:
        case None:
            return right
        case str():
            added = to_text(right)
            bounded(len(left) + len(added), MAX_TEXT)
            return left + added
        case list():
            more = list(right) if isinstance(right, list | bytes) else [right]
            bounded(len(left) + len(more))
            return [*left, *more]
        case Hashtable() if isinstance(right, Hashtable):
            for key in right:
                if key in left:
                    raise CmdletError(f"Item has already been added. Key in dictionary: '{key}'")
            return Hashtable([*left.items(), *right.items()], is_ordered=left.is_ordered)
        case datetime():
            return _in_range(lambda: left + convert(right, "TimeSpan"))
        case timedelta():
            if isinstance(right, datetime):
                return _in_range(lambda: right + left)
            return _in_range(lambda: left + convert(right, "TimeSpan"))
        case int() | float():
            return _number(to_number(left) + to_number(right))
        case _:
            raise _refused("+", left)


def _in_range(made: Callable[[], Any]) -> Any:
    try:
        return made()
    except OverflowError:
        raise CmdletError(
            "The added or subtracted value results in an un-representable DateTime.",
            "ArgumentOutOfRangeException",
        ) from None


def _subtract(left: Any, right: Any) -> Any:
    match left:
        case datetime():
            if isinstance(right, datetime):
                return left - right
            return _in_range(lambda: left - convert(right, "TimeSpan"))
        case timedelta():
            return _in_range(lambda: left - convert(right, "TimeSpan"))
        case None | int() | float() | str():
            return _number(to_number(left) - to_number(right))
        case _:
            raise _refused("-", left)


def _multiply(left: Any, right: Any) -> Any:
    match left:
        case str():
            times = max(0, convert(right, "Int32"))
            bounded(len(left) * times, MAX_TEXT)
            return left * times
        case list():
            times = max(0, convert(right, "Int32"))
            bounded(len(left) * times)
            return list(left) * times
        case None:
            return None
        case int() | float():
            return _number(to_number(left) * to_number(right))
        case _:
            raise _refused("*", left)


def _divide(left: Any, right: Any) -> Any:
    if left is not None and not isinstance(left, int | float | str):
        raise _refused("/", left)
    dividend, divisor = to_number(left), to_number(right)
    if divisor == 0:
        return _by_zero(dividend, divisor)
    if isinstance(dividend, int) and isinstance(divisor, int) and dividend % divisor == 0:
        return dividend // divisor
    return dividend / divisor


def _remainder(left: Any, right: Any) -> Any:
    if left is not None and not isinstance(left, int | float | str):
        raise _refused("%", left)
    dividend, divisor = to_number(left), to_number(right)
    if divisor == 0:
        return _by_zero(dividend, divisor)
    rest = abs(dividend) % abs(divisor)  # it has the sign of the dividend
    return -rest if dividend < 0 else rest


def _by_zero(dividend: float, divisor: float) -> float:
    if not (isinstance(dividend, int) and isinstance(divisor, int)):
        return math.nan if dividend == 0 else math.copysign(math.inf, dividend)
    raise CmdletError(
        "Attempted to divide by zero.", "RuntimeException", ErrorCategory.NOT_SPECIFIED
    )


def _range(left: Any, right: Any) -> list[int]:
    first, last = convert(left, "Int32"), convert(right, "Int32")
    bounded(abs(last - first) + 1)
    return list(range(first, last + 1) if first <= last else range(first, last - 1, -1))


def _format(left: Any, right: Any) -> str:
    return composite(to_text(left), right if isinstance(right, list) else [right])


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": _remainder,
    "..": _range,
    "-f": _format,
    "-band": lambda left, right: convert(left, "Int64") & convert(right, "Int64"),
    "-bor": lambda left, right: convert(left, "Int64") | convert(right, "Int64"),
    "-bxor": lambda left, right: convert(left, "Int64") ^ convert(right, "Int64"),
}


# Comparison: a list on the left is filtered


def _like(left: Any, right: Any, is_exact: bool) -> bool:
    pattern = wildcard(to_text(right), is_exact_case=is_exact)
    return pattern.fullmatch(to_text(left)) is not None


def _match(left: Any, right: Any, is_exact: bool) -> bool:
    return regex(to_text(right), is_exact_case=is_exact).search(to_text(left)) is not None


_SCALAR: dict[str, Callable[[Any, Any, bool], bool]] = {
    "eq": equal,
    "ne": lambda left, right, is_exact: not equal(left, right, is_exact),
    "gt": lambda left, right, is_exact: compare(left, right, is_exact) > 0,
    "ge": lambda left, right, is_exact: compare(left, right, is_exact) >= 0,
    "lt": lambda left, right, is_exact: compare(left, right, is_exact) < 0,
    "le": lambda left, right, is_exact: compare(left, right, is_exact) <= 0,
    "like": _like,
    "notlike": lambda left, right, is_exact: not _like(left, right, is_exact),
    "match": _match,
    "notmatch": lambda left, right, is_exact: not _match(left, right, is_exact),
}


# What takes a list as it is


def _contains(left: Any, right: Any, is_exact: bool) -> bool:
    items = left if isinstance(left, list | bytes) else [left]
    return any(equal(item, right, is_exact) for item in items)


def _replace(left: Any, right: Any, is_exact: bool) -> Any:
    pair = right if isinstance(right, list) else [right]
    if len(pair) > 2:
        raise CmdletError(
            f"The -replace operator allows only two elements to follow it, not {len(pair)}.",
            "BadReplaceArgument",
        )
    pattern = regex(to_text(pair[0]), is_exact_case=is_exact) if pair else regex("")
    put = to_text(pair[1]) if len(pair) > 1 else ""

    def replaced(value: Any) -> str:
        text = to_text(value)
        # At worst every place matches, and takes the whole text as $& each time.
        bounded(len(put) * (len(pattern.findall(text)) if len(put) > 64 else 1), MAX_TEXT)
        made = pattern.sub(lambda match: replacement(put, match), text)
        bounded(len(made), MAX_TEXT)
        return made

    return [replaced(item) for item in left] if isinstance(left, list) else replaced(left)


def split_text(left: Any, right: Any, is_exact: bool = False) -> list[str]:
    """What `left -split right` is."""
    pieces = right if isinstance(right, list) else [right]
    pattern = regex(to_text(pieces[0]), is_exact_case=is_exact)
    most = convert(pieces[1], "Int32") if len(pieces) > 1 else 0
    found: list[str] = []
    for item in to_list(left) or [""]:
        for piece in _split_one(pattern, to_text(item), most):
            found.append(piece)
            bounded(len(found))
    return found


def _split_one(pattern: re.Pattern[str], text: str, most: int) -> list[str]:
    if most == 1:
        return [text]
    return [piece for piece in pattern.split(text, max(0, most - 1)) if piece is not None]


def join_text(left: Any, right: Any) -> str:
    """What `left -join right` is."""
    texts = [to_text(item) for item in to_list(left)]
    between = to_text(right)
    bounded(sum(map(len, texts)) + len(between) * len(texts), MAX_TEXT)
    return between.join(texts)


def _is(left: Any, right: Any, _: bool) -> bool:
    return is_instance(left, right.name if isinstance(right, TypeReference) else to_text(right))


def _as(left: Any, right: Any, _: bool) -> Any:
    try:
        return convert(left, right.name if isinstance(right, TypeReference) else to_text(right))
    except ConversionError:
        return None


_WHOLE: dict[str, Callable[[Any, Any, bool], Any]] = {
    "contains": _contains,
    "notcontains": lambda left, right, is_exact: not _contains(left, right, is_exact),
    "in": lambda left, right, is_exact: _contains(right, left, is_exact),
    "notin": lambda left, right, is_exact: not _contains(right, left, is_exact),
    "replace": _replace,
    "split": split_text,
    "join": lambda left, right, _: join_text(left, right),
    "is": _is,
    "isnot": lambda left, right, _: not _is(left, right, _),
    "as": _as,
}
_EITHER_CASE = frozenset([*_SCALAR, "contains", "notcontains", "in", "notin", "replace", "split"])
