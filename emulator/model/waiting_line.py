"""Calls in the order in which they came, however often they leave and come back."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Generic, TypeVar

__all__ = ["WaitingLine"]

_T = TypeVar("_T")


class WaitingLine(Generic[_T]):
    """What waits, by its number, lowest first: a call that comes back has its old place again."""

    __slots__ = ("_by_number", "_numbers")

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._by_number: dict[int, _T] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, number: int) -> bool:
        return number in self._by_number

    def __iter__(self) -> Iterator[_T]:
        """All of them, oldest first; the line must not change meanwhile."""
        by_number = self._by_number
        return (by_number[number] for number in self._numbers)

    def add(self, number: int, item: _T) -> None:
        """Let `item` wait in the place that its number gives; once, if it waits already."""
        if number not in self._by_number:
            numbers = self._numbers
            if numbers and number < numbers[-1]:
                numbers.insert(bisect_left(numbers, number), number)
            else:
                numbers.append(number)
        self._by_number[number] = item

    def discard(self, number: int) -> None:
        """Let what has that number leave, if it waits."""
        if self._by_number.pop(number, None) is not None:
            del self._numbers[bisect_left(self._numbers, number)]

    @property
    def oldest(self) -> _T:
        """The first one; raises IndexError if nobody waits."""
        return self._by_number[self._numbers[0]]

    @property
    def newest(self) -> _T:
        """The last one; raises IndexError if nobody waits."""
        return self._by_number[self._numbers[-1]]
