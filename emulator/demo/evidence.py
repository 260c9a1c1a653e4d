"""What the demo has seen: for each statement and door what held, and what did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from emulator.testing import ClientCall

__all__ = ["Difference", "Differs", "Evidence"]


class Differs(Exception):
    """Something else was seen than what was expected.

    cell  that carries it, where that is another one than the claim's own.
    call  in which it was seen, where there is one.
    """

    def __init__(
        self,
        expected: str,
        seen: str,
        cell: str | None = None,
        *,
        call: ClientCall | None = None,
    ) -> None:
        super().__init__(f"expected {expected}; seen: {seen}")
        self.expected = expected
        self.seen = seen
        self.cell = cell
        self.call = call


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that was not as its statement promises; `statement` is empty for the beginning."""

    statement: str
    cell: str
    door: str
    situation: str
    expected: str
    seen: str
    ladder: str


@dataclass(slots=True)
class Evidence:
    """All that was seen."""

    shown: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    def hold(self, statement: str, door: str, what: str) -> None:
        """Note that `what` was seen, as it was expected."""
        self.shown.setdefault((statement, door), Counter())[what] += 1

    def differ(self, difference: Difference) -> None:
        """Note that something was not as expected."""
        self.differences.append(difference)

    def differences_of(self, statement: str) -> list[Difference]:
        """What did not hold of one statement."""
        return [each for each in self.differences if each.statement == statement]

    def is_shown(self, statement: str, doors: Iterable[str]) -> bool:
        """Whether the statement was seen to hold through every door, and nothing against it."""
        return not self.differences_of(statement) and all(
            self.shown.get((statement, door)) for door in doors
        )
