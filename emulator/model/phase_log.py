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

    def next(self, phase: Phase, time: float, style: Style) -> PhaseEntry:
        """The entry that would follow this one."""
        return PhaseEntry(self.epoch + 1, phase, time, style)


class PhaseLog:
    """Phases in the order in which they were entered; the last is in force.

    The newest `KEEP` entries are kept. Epochs never repeat, over a reset neither.
    """

    KEEP = 10_000

    __slots__ = ("_entries",)

    def __init__(self, first: PhaseEntry) -> None:
        self._entries = [first]

    @property
    def now(self) -> PhaseEntry:
        """The entry that is in force."""
        return self._entries[-1]

    @property
    def entries(self) -> tuple[PhaseEntry, ...]:
        """What is kept, oldest first."""
        return tuple(self._entries)

    def enter(self, entry: PhaseEntry) -> None:
        """Append an entry: from now on it is in force."""
        self._entries.append(entry)
        if len(self._entries) > self.KEEP:
            del self._entries[: self.KEEP // 10]
