"""Whether values are equal, and which comes first: the right one becomes what the left one is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from emulator.shell.engine.conversion import ConversionError, convert, to_boolean, to_number
from emulator.shell.engine.errors import CmdletError
from emulator.shell.engine.text import to_text
from emulator.shell.engine.types import type_name_of
from emulator.shell.engine.values import PSObject, TypeReference, Uri

__all__ = ["compare", "equal", "sort_key"]


def equal(left: Any, right: Any, is_exact: bool = False) -> bool:
    """Whether `left -eq right`, with `is_exact` in the same case."""
    if left is None or right is None:
        return left is right
    match left:
        case str():
            return _folded(left, is_exact) == _folded(to_text(right), is_exact)
        case bool():
            return left == to_boolean(right)
        case int() | float():
            try:
                return left == to_number(right)
            except ConversionError:
                return False
        case datetime() | timedelta():
            try:
                return bool(left == convert(right, type_name_of(left)))
            except ConversionError:
                return False
        case Uri() | TypeReference() | PSObject():
            if isinstance(right, str):
                return _folded(to_text(left), is_exact) == _folded(right, is_exact)
            if isinstance(left, PSObject):
                return left is right or _same_display(left, right)
            return bool(left == right)
        case _:
            return left is right or (isinstance(left, bytes) and bool(left == right))


def _same_display(left: PSObject, right: Any) -> bool:
    """Values of one type that show as one text are one, as identities are."""
    return (
        isinstance(right, PSObject)
        and left.display is not None
        and right.display is not None
        and left.type_name == right.type_name
        and to_text(left).lower() == to_text(right).lower()
    )


def compare(left: Any, right: Any, is_exact: bool = False) -> int:
    """Below, at or above 0 as `left` comes before, with or after `right`."""
    if left is None or right is None:
        if isinstance(left, int | float) or isinstance(right, int | float):
            return _order(to_number(left), to_number(right))
        return _order(left is not None, right is not None)
    match left:
        case str():
            return _text_order(left, to_text(right), is_exact)
        case bool():
            return _order(left, to_boolean(right))
        case int() | float():
            return _order(left, to_number(right))
        case datetime() | timedelta():
            return _order(left, convert(right, type_name_of(left)))
        case Uri():
            return _text_order(to_text(left), to_text(right), is_exact)
        case PSObject() if left.display is not None:
            return _text_order(to_text(left), to_text(right), is_exact)
        case _:
            raise CmdletError(
                f'Cannot compare "{to_text(left)}" because it is not IComparable.',
                "NotIcomparable",
            )


def _folded(text: str, is_exact: bool) -> str:
    return text if is_exact else text.casefold()


def _text_order(left: str, right: str, is_exact: bool) -> int:
    order = _order(left.casefold(), right.casefold())
    # A culture puts small letters first where only case differs.
    return order or (_order(left.swapcase(), right.swapcase()) if is_exact else 0)


def _order(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def sort_key(left: Any, right: Any) -> int:
    """An order of any two values, for sorting: what cannot be compared goes by its text."""
    try:
        return compare(left, right)
    except CmdletError:
        return _text_order(to_text(left), to_text(right), is_exact=False)
