"""Why a use case is not carried out. Nothing has changed then."""

from __future__ import annotations

from collections.abc import Sequence

from emulator.documents import listed, nearest, quoted

__all__ = ["ForbiddenByRule", "NotPermitted", "NotThere", "OperationRefused"]


class OperationRefused(Exception):
    """Something that can't be done as things are; str() says why, for people."""


class NotThere(OperationRefused):
    """A name or number that stands for nothing; says which was probably meant."""

    def __init__(self, what: str, name: str, known: Sequence[str] = ()) -> None:
        told = f"there is no {what} {quoted(name)}"
        if known:
            told += nearest(name, known) or f"; there are {listed(known)}"
        super().__init__(told)
        self.name = name


class NotPermitted(OperationRefused):
    """Somebody may not do this in any phase: no rule of the phases forbids it."""


class ForbiddenByRule(OperationRefused):
    """A cell of the rules forbids it."""

    def __init__(self, cell: str, text: str) -> None:
        super().__init__(text)
        self.cell = cell
