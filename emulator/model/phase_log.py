"""The ordered log of phases: the instant of a change is its entry here."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.rules import Phase, Style

__all__ = ["PhaseEntry", "PhaseLog"]


@dataclass(frozen=True, slots=True)
class PhaseEntry:
    """One phase: since when (seconds since 1970), its number, and the style that is in force."""

    epoch: int
    phase: Phase
    time: float
    style: Style


class PhaseLog:
    """Phases in the order in which they were entered; the last is in force.

    The newest `KEEP` entries are kept. Epochs never repeat, over a reset neither.
    """

    KEEP = 10_000

    __slots__ = ("_entries",)

    def __init__(self, time: float, style: Style, phase: Phase = Phase.NORMAL) -> None:
        self._entries = [PhaseEntry(0, phase, time, style)]

    @property
    def now(self) -> PhaseEntry:
        """The entry that is in force."""
        return self._entries[-1]

    @property
    def entries(self) -> tuple[PhaseEntry, ...]:
        """What is kept, oldest first."""
        return tuple(self._entries)

    def enter(self, phase: Phase, time: float, style: Style) -> PhaseEntry:
        """Append the next entry and return it."""
        entry = PhaseEntry(self.now.epoch + 1, phase, time, style)
        self._entries.append(entry)
        if len(self._entries) > self.KEEP:
            del self._entries[: self.KEEP // 10]
        return entry
