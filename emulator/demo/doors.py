"""Through which doors a statement is shown: the demo comes from outside, as users do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

__all__ = ["DOORS", "TRANSPORTS", "Door", "doors_of", "row_of"]


class Door(StrEnum):
    """A way into the emulator."""

    UDP = "udp"
    TCP = "tcp"
    JSON = "json"
    SOAP = "soap"
    SHELL = "shell"


TRANSPORTS: Final = (Door.UDP, Door.TCP)

# By the row of the source: a statement is shown once it has been seen through each of them.
DOORS: Final[Mapping[str, tuple[Door, ...]]] = {
    "R1": TRANSPORTS,
    "R2": TRANSPORTS,
    "R3": TRANSPORTS,
    "R4": TRANSPORTS,
    "R5": (Door.JSON, Door.SOAP),
    "R6": (Door.JSON, Door.SHELL),
}


def row_of(statement: str) -> str:
    """The row that a statement belongs to, such as R4 for P1-R4-a."""
    return statement.split("-")[1]


def doors_of(statement: str, transports: Sequence[Door]) -> tuple[Door, ...]:
    """The doors through which a statement is to be seen; of the transports, those chosen."""
    return tuple(
        door for door in DOORS[row_of(statement)] if door in transports or door not in TRANSPORTS
    )
