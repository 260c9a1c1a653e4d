"""What the source's statements R4 to R6 promise, as an agent and an administrator would check it.

Written from the sentences of statements.csv, as `expectations` is. What comes before the first
phase is no statement: the service as it should be, with which every walk begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from emulator.rules import Phase, Pool

__all__ = [
    "CONFIGURATION",
    "CONSOLE",
    "ON_BEHALF",
    "Access",
    "Configuration",
    "Console",
    "Favour",
    "OnBehalf",
    "Owned",
    "Sight",
]

_NORMAL, _OUTAGE, _FAILING_OVER, _FAILED_OVER, _FAILING_BACK, _FAILED_BACK = Phase


class Owned(StrEnum):
    """Whose groups a statement speaks of."""

    PRIMARY = "primary"
    BACKUP = "backup"
    IMPORTED = "imported"

    @property
    def only_where(self) -> bool | None:
        """Whether there are such groups only in walks with import; None: in all."""
        return True if self is Owned.IMPORTED else None


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
    OnBehalf("", _NORMAL, False, Favour.SUCCEEDS),
    OnBehalf("", _NORMAL, True, Favour.SUCCEEDS),
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


class Sight(StrEnum):
    """What an agent's console shows of an agent group."""

    SIGN_IN = "displayed, and agents can sign in"
    VIEW = "displayed, but agents cannot sign in"
    HIDDEN = "not displayed"


@dataclass(frozen=True, slots=True)
class Console:
    """What a statement says of agent groups on the console during `phase`."""

    statement: str
    phase: Phase
    owned: Owned
    sight: Sight

    @property
    def cell(self) -> str:
        """The cell of the rules that carries it."""
        return f"console/{self.phase}/{self.owned}"

    @property
    def imported(self) -> bool | None:
        """Whether it can be seen only in walks with import; None: in all."""
        return self.owned.only_where


def _console(column: str, phase: Phase, *sights: Sight) -> tuple[Console, ...]:
    """The three lines of a column: owned by the primary pool, by the backup pool, imported."""
    return tuple(
        Console(f"{column}-R5-{letter}" if column else "", phase, owned, sight)
        for letter, owned, sight in zip("abc", Owned, sights, strict=True)
    )


CONSOLE: Final = (
    *_console("", _NORMAL, Sight.SIGN_IN, Sight.SIGN_IN, Sight.HIDDEN),
    # Owned by the primary pool: "can be viewed on the agent console, agents CANNOT sign in."
    # Owned by the backup pool: "can be viewed on the agent console and agents CAN sign in."
    # Imported ones: "NOT displayed on the agent console", whoever asks.
    *_console("P1", _OUTAGE, Sight.VIEW, Sight.SIGN_IN, Sight.HIDDEN),
    # The same, but imported: "displayed on the agent console and agents CAN sign in."
    *_console("P2", _FAILING_OVER, Sight.VIEW, Sight.SIGN_IN, Sight.SIGN_IN),
    *_console("P3", _FAILED_OVER, Sight.VIEW, Sight.SIGN_IN, Sight.SIGN_IN),
    *_console("P4", _FAILING_BACK, Sight.VIEW, Sight.SIGN_IN, Sight.SIGN_IN),
    # Owned by either pool: "can be viewed on the agent console and agents CAN sign in."
    # Imported ones: "NOT displayed on the agent console", whoever asks.
    *_console("P5", _FAILED_BACK, Sight.SIGN_IN, Sight.SIGN_IN, Sight.HIDDEN),
)


class Access(StrEnum):
    """What an administrator can do to the configuration of a response group."""

    MODIFY = "viewed and modified"
    VIEW = "viewed while the database answers, never modified"
    SHELL = "configured with the management shell, and shown nowhere else"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a statement says of the configuration of response groups during `phase`."""

    statement: str
    phase: Phase
    owned: Owned
    access: Access

    @property
    def cell(self) -> str:
        """The cell of the rules that carries it."""
        return f"config/{self.phase}/{self.owned}"

    @property
    def imported(self) -> bool | None:
        """Whether it can be seen only in walks with import; None: in all."""
        return self.owned.only_where


def _configuration(column: str, phase: Phase, of_primary: Access) -> tuple[Configuration, ...]:
    """The three lines of a column: owned by the primary pool, by the backup pool, imported."""
    accesses = (of_primary, Access.MODIFY, Access.SHELL)
    return tuple(
        Configuration(f"{column}-R6-{letter}" if column else "", phase, owned, access)
        for letter, owned, access in zip("abc", Owned, accesses, strict=True)
    )


CONFIGURATION: Final = (
    *_configuration("", _NORMAL, Access.MODIFY),
    # "RGs owned by the primary pool: can be viewed, depending on the availability of the primary
    # pool's back-end database; CANNOT be modified." "RGs owned by the backup pool: can be viewed
    # AND modified." "Imported RGs: cannot be viewed with Lync Server Control Panel or the RG
    # Configuration Tool, but can be configured with Management Shell cmdlets."
    *_configuration("P1", _OUTAGE, Access.VIEW),
    *_configuration("P2", _FAILING_OVER, Access.VIEW),
    *_configuration("P3", _FAILED_OVER, Access.VIEW),
    *_configuration("P4", _FAILING_BACK, Access.VIEW),
    # Now those of the primary pool "can be viewed AND modified (no DB condition)" too.
    *_configuration("P5", _FAILED_BACK, Access.MODIFY),
)
