"""Numbers as PowerShell writes them: decimal, hexadecimal, with a multiplier."""

from __future__ import annotations

import re

__all__ = ["NUMBER", "is_number", "number_value"]

_MULTIPLIERS = {"kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40, "pb": 1 << 50}
NUMBER = re.compile(
    r"(?:0x[0-9a-f]+|(?:[0-9]+(?:\.[0-9]+|\.(?![.\w]))?|\.[0-9]+)(?:e[+-]?[0-9]+)?)"
    r"[ld]?(?:kb|mb|gb|tb|pb)?",
    re.IGNORECASE,
)
_LONGEST = 200


def is_number(word: str) -> bool:
    """Whether `word` is a number, a sign before it allowed."""
    if len(word) > _LONGEST:
        return False
    return NUMBER.fullmatch(word[1:] if word[:1] in ("+", "-") else word) is not None


def number_value(text: str) -> int | float:
    """The number that `text` writes; a whole one beyond 64 bits is a float, as in PowerShell."""
    lower = text.lower()
    sign = -1 if lower.startswith("-") else 1
    lower = lower.lstrip("+-")
    factor = 1
    if not lower.startswith("0x") or lower[-2:] in _MULTIPLIERS:
        suffix = lower[-2:]
        if suffix in _MULTIPLIERS:
            factor, lower = _MULTIPLIERS[suffix], lower[:-2]
    if lower.startswith("0x"):
        return _bounded(sign * int(lower.rstrip("l"), 16) * factor)
    is_decimal = lower.endswith("d")
    lower = lower.rstrip("ld")
    if lower.isdigit() and not is_decimal:
        return _bounded(sign * int(lower) * factor)
    value = float(lower) * sign * factor
    return _bounded(int(value)) if is_decimal and value.is_integer() else value


def _bounded(value: int) -> int | float:
    return value if -(1 << 63) <= value < (1 << 63) else float(value)
