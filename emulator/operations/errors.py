"""Why a use case is not carried out. Nothing has changed then."""

from __future__ import annotations

from collections.abc import Sequence

from emulator.documents import listed, nearest, quoted

__all__ = [
    "DatabaseDown",
    "ForbiddenByRule",
    "NotOffered",
    "NotPermitted",
    "NotThere",
    "NotUsable",
    "OperationRefused",
    "StaleVersion",
]


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


class DatabaseDown(OperationRefused):
    """The back-end database that this needs does not answer."""


class NotOffered(OperationRefused):
    """Something that a surface does not do, though it shows what it would be done to."""


class StaleVersion(OperationRefused):
    """What was to be changed has been changed by somebody else meanwhile."""


class NotUsable(OperationRefused):
    """Values that can't be used; `fields` has (name, text) of each that is wrong."""

    def __init__(self, fields: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {text}" if name else text for name, text in fields))
        self.fields = tuple(fields)


class NotPermitted(OperationRefused):
    """Somebody may not do this in any phase: no rule of the phases forbids it."""


class ForbiddenByRule(OperationRefused):
    """A cell of the rules forbids it."""

    def __init__(self, cell: str, text: str) -> None:
        super().__init__(text)
        self.cell = cell
