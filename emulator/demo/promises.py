"""What the source's statements R4 to R6 promise, as an agent and an administrator would check it.

Written from the sentences of statements.csv, as `expectations` is. What comes before the first
phase is no statement: the service as it should be, with which every walk begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from emulator.rules import Phase, Pool

__all__ = ["ON_BEHALF", "OnBehalf"]

_OUTAGE, _FAILING_OVER, _FAILED_OVER = Phase.OUTAGE, Phase.FAILING_OVER, Phase.FAILED_OVER
_FAILING_BACK, _FAILED_BACK = Phase.FAILING_BACK, Phase.FAILED_BACK


class Favour(StrEnum):
    """What becomes of a call that an agent places on behalf of a group."""

    SUCCEEDS = "succeeds"
    DISABLED = "disabled"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """What a statement says of calls on behalf of a group during `phase`."""

    statement: str
    phase: Phase
    imported: bool
    favour: Favour

    @property
    def cell(self) -> str:
        """The cell of the rules that carries it."""
        return f"on_behalf/{self.phase}/{'imported' if self.imported else 'not_imported'}"

    @property
    def pool(self) -> Pool:
        """The pool that bridges one that succeeds."""
        return Pool.BACKUP if self.phase is _FAILED_OVER else Pool.PRIMARY


ON_BEHALF: Final = (
    OnBehalf("", Phase.NORMAL, False, Favour.SUCCEEDS),
    OnBehalf("", Phase.NORMAL, True, Favour.SUCCEEDS),
    # "Feature is disabled during this stage."
    OnBehalf("P1-R4-a", _OUTAGE, False, Favour.DISABLED),
    OnBehalf("P1-R4-a", _OUTAGE, True, Favour.DISABLED),
    OnBehalf("P2-R4-a", _FAILING_OVER, False, Favour.DISABLED),
    OnBehalf("P2-R4-a", _FAILING_OVER, True, Favour.DISABLED),
    # Not imported: "Calls fail." Imported: "Calls succeed."
    OnBehalf("P3-R4-a", _FAILED_OVER, False, Favour.FAILS),
    OnBehalf("P3-R4-b", _FAILED_OVER, True, Favour.SUCCEEDS),
    # "Feature is disabled during this stage."
    OnBehalf("P4-R4-a", _FAILING_BACK, False, Favour.DISABLED),
    OnBehalf("P4-R4-a", _FAILING_BACK, True, Favour.DISABLED),
    # "Calls succeed."
    OnBehalf("P5-R4-a", _FAILED_BACK, False, Favour.SUCCEEDS),
    OnBehalf("P5-R4-a", _FAILED_BACK, True, Favour.SUCCEEDS),
)
