"""What a scene is: the part of some rows in a walk through the phases."""

from __future__ import annotations

from typing import Protocol

from emulator.rules import Phase

__all__ = ["Scene"]


class Scene(Protocol):
    """Plays in every phase of one walk, and has a witness write down what it sees."""

    async def begin(self) -> None:
        """Make ready, in phase normal."""
        ...

    async def enter(self, phase: Phase, began: float) -> None:
        """Play in `phase`, which has been entered at `began` in the loop's time."""
        ...

    async def end(self) -> None:
        """Look back after the last phase, and leave nothing behind."""
        ...
