"""A mapping whose text keys are found in any case, and kept as they were first written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any, TypeVar

__all__ = ["Caseless"]

_Value = TypeVar("_Value")


class Caseless(MutableMapping[Any, _Value]):
    """Keeps the order in which keys came."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[Any, _Value] | Iterable[tuple[Any, _Value]] = ()) -> None:
        self._entries: dict[Any, tuple[Any, _Value]] = {}
        pairs = entries.items() if isinstance(entries, Mapping) else entries
        for key, value in pairs:
            self[key] = value

    def __getitem__(self, key: object) -> _Value:
        return self._entries[_folded(key)][1]

    def __setitem__(self, key: Any, value: _Value) -> None:
        folded = _folded(key)
        known = self._entries.get(folded)
        self._entries[folded] = (key if known is None else known[0], value)

    def __delitem__(self, key: object) -> None:
        del self._entries[_folded(key)]

    def __contains__(self, key: object) -> bool:
        return _folded(key) in self._entries

    def __iter__(self) -> Iterator[Any]:
        return (key for key, _ in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"Caseless({dict(self.items())!r})"


def _folded(key: object) -> object:
    if isinstance(key, str):
        return key.lower()
    try:
        hash(key)
    except TypeError:
        return ("by identity", id(key))
    return (type(key).__name__, key)
