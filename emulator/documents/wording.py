"""How errors name what was found, what was expected and what was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from emulator.documents.nodes import Node, Scalar, Sequence

__all__ = ["listed", "nearest", "quoted"]

_LONGEST = 40
_MOST_LISTED = 20
_MOST_COMPARED = 2000


def quoted(found: Node | str) -> str:
    """Name what was found, on one line, shortened, control characters escaped."""
    if isinstance(found, str):
        return f'"{_printable(found)}"'
    if isinstance(found, Scalar):
        return _quoted_scalar(found)
    if isinstance(found, Sequence):
        return "a list" if found.items else "an empty list"
    return "a mapping" if found.entries else "an empty mapping"


def listed(names: Iterable[str]) -> str:
    """Name what would have been right, twenty names at most."""
    every = list(names)
    if not every:
        return "none"
    more = f", and {len(every) - _MOST_LISTED} more" if len(every) > _MOST_LISTED else ""
    return ", ".join(every[:_MOST_LISTED]) + more


def nearest(word: str, known: Iterable[str]) -> str:
    """Give `; nearest is "NAME"`, or nothing when no known name resembles `word`."""
    by_lower = {name.lower(): name for name in islice(known, _MOST_COMPARED)}
    close = get_close_matches(word[:200].lower(), by_lower, n=1, cutoff=0.55)
    return f'; nearest is "{by_lower[close[0]]}"' if close else ""


def _quoted_scalar(found: Scalar) -> str:
    value = found.value
    if value is None:
        return "nothing" if not found.text else "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {_printable(found.text)}"
    return f'"{_printable(found.text)}"'


def _printable(text: str) -> str:
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in shown)
