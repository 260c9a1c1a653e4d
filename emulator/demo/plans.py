"""The walks through the phases, and which of them show which statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from emulator.demo.expectations import NEW_CALLS, OLD_CALLS
from emulator.demo.promises import CONFIGURATION, CONSOLE, ON_BEHALF
from emulator.rules import Phase

__all__ = ["STATEMENTS", "WALKS", "Plan", "plans_for"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which phases a walk enters, and whether the groups have been imported before."""

    name: str
    imported: bool
    phases: tuple[Phase, ...]


_ALL = tuple(Phase)[1:]
WALKS: Final = (
    Plan("outage, imported", True, _ALL),
    Plan("outage, not imported", False, _ALL),
    # Only here are there calls of the primary pool's when the failover begins.
    Plan("planned failover, imported", True, (Phase.FAILING_OVER,)),
    Plan("planned failover, not imported", False, (Phase.FAILING_OVER,)),
)


class _Claim(Protocol):
    """What is said of one phase, in walks with import or without (None: in both)."""

    @property
    def statement(self) -> str: ...
    @property
    def phase(self) -> Phase: ...
    @property
    def imported(self) -> bool | None: ...


_CLAIMS: Final[tuple[_Claim, ...]] = (*OLD_CALLS, *NEW_CALLS, *ON_BEHALF, *CONSOLE, *CONFIGURATION)
STATEMENTS: Final = tuple(sorted({claim.statement for claim in _CLAIMS} - {""}))


def plans_for(statements: Iterable[str]) -> list[Plan]:
    """The walks that show these statements, each no longer than it must be."""
    names = set(statements)
    plans = []
    for plan in WALKS:
        shown = [
            plan.phases.index(claim.phase)
            for claim in _CLAIMS
            if claim.statement in names
            and claim.phase in plan.phases
            and claim.imported in (None, plan.imported)
        ]
        if shown:
            plans.append(replace(plan, phases=plan.phases[: max(shown) + 1]))
    return plans
