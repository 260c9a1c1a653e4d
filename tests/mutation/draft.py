"""One mutated message: where it came from, what is due to it, and what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["NONCE", "Draft", "Duty", "Expectation", "Offence", "nonce_of"]

NONCE = re.compile(rb"q[0-9a-f]{8}z")


def nonce_of(number: int) -> bytes:
    """What marks the message of that number, wherever it is repeated."""
    # Spread, so that no damage makes one out of another that is about.
    return b"q%08xz" % (number * 2_654_435_761 & 0xFFFFFFFF)


class Duty(Enum):
    """What a server owes a message."""

    ANSWER = "must be answered"
    NOTHING = "must not be answered"
    ANYTHING = "may be answered"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is due to a message, and by what its answer is known: the top Via's branch.

    `transaction` tells a repetition by RFC 3261 §17.2.3; it is None where there is no branch.
    """

    duty: Duty
    branch: bytes = b""
    transaction: tuple[bytes, bytes, bytes] | None = None


@dataclass(slots=True)
class Draft:
    """A message on its way. `index` and the campaign's seed make it again."""

    index: int
    transport: str
    origin: str
    mutators: tuple[str, ...]
    data: bytes
    nonces: tuple[bytes, ...]
    expected: Expectation
    answers: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Offence:
    """What went wrong, with the message that did it."""

    what: str
    draft: Draft
    detail: bytes = b""

    def __str__(self) -> str:
        draft = self.draft
        text = draft.data[:4_000].decode("latin-1").encode("unicode_escape").decode()
        origin = f"{draft.origin} over {draft.transport} ({', '.join(draft.mutators)})"
        lines = [
            f"{self.what}: message {draft.index}, {origin}",
            f"  text  {text}",
            f"  hex   {draft.data.hex()}",
        ]
        if self.detail:
            lines.append(f"  came  {self.detail!r}")
        return "\n".join(lines)
