"""Waiting calls keep their order, whatever they do in between."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emulator.model.waiting_line import WaitingLine


def test_who_comes_back_has_the_old_place_again() -> None:
    line: WaitingLine[str] = WaitingLine()
    for number, name in ((1, "a"), (2, "b"), (3, "c")):
        line.add(number, name)

    line.discard(1)
    line.add(1, "a")

    assert list(line) == ["a", "b", "c"]
    assert (line.oldest, line.newest) == ("a", "c")


def test_who_is_not_there_may_leave() -> None:
    line: WaitingLine[str] = WaitingLine()

    line.discard(7)

    assert len(line) == 0


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 12))))
def test_the_line_is_always_sorted_and_holds_each_once(steps: list[tuple[bool, int]]) -> None:
    line: WaitingLine[int] = WaitingLine()
    expected: set[int] = set()

    for comes, number in steps:
        if comes:
            line.add(number, number)
            expected.add(number)
        else:
            line.discard(number)
            expected.discard(number)

    assert list(line) == sorted(expected)
    assert len(line) == len(expected)
    assert all((number in line) == (number in expected) for number in range(13))
