"""What passed in a call, eight bytes a step, until somebody asks for its ladder."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from emulator.rules import Pool

__all__ = ["MAX_STEPS", "METHODS", "Ladder", "Party", "Step", "StepKind", "party_of"]

MAX_STEPS = 400
_STEP = struct.Struct("<IBBH")
_UNIT = 1e-5  # ten microseconds: eleven hours fit


class Party(IntEnum):
    """Who sends or receives."""

    CALLER = 0
    DIRECTOR = 1
    PRIMARY = 2
    BACKUP = 3
    AGENTS = 4  # the emulated agents' listener
    AGENT = 5  # a registered endpoint, or the URI that was called


class StepKind(IntEnum):
    """What a step is; its value is a method, a status, an agent's number or a cell's."""

    REQUEST = 0
    RESPONSE = 1
    RULE = 2
    RINGS = 3  # an agent is rung
    DISCARDED = 4  # swallowed by a black hole or a closed listener


METHODS = (
    b"INVITE", b"ACK", b"BYE", b"CANCEL", b"OPTIONS", b"INFO", b"UPDATE", b"MESSAGE", b"REFER",
    b"NOTIFY", b"PRACK", b"SUBSCRIBE", b"REGISTER", b"PUBLISH",
)  # fmt: skip
_METHOD_NUMBER = {method: number for number, method in enumerate(METHODS)}
_OTHER = len(METHODS)
_INTERNAL = frozenset((Party.DIRECTOR, Party.PRIMARY, Party.BACKUP, Party.AGENTS))


def party_of(pool: Pool) -> Party:
    """The party that a pool is."""
    return Party.PRIMARY if pool is Pool.PRIMARY else Party.BACKUP


@dataclass(frozen=True, slots=True)
class Step:
    """One step, unpacked. `after` is in seconds since the call began."""

    after: float
    kind: StepKind
    source: Party
    target: Party
    value: int
    method: bytes

    @property
    def is_internal(self) -> bool:
        """Whether it was a function call between our own elements, and no packet."""
        return self.source in _INTERNAL and self.target in _INTERNAL


class Ladder:
    """Packing and unpacking of steps: a call keeps them as plain bytes."""

    @staticmethod
    def request(after: float, source: int, target: int, method: bytes) -> bytes:
        """A request that passed, `after` seconds."""
        return _STEP.pack(
            int(after / _UNIT) & 0xFFFFFFFF,
            source << 4 | target,
            StepKind.REQUEST,
            _METHOD_NUMBER.get(method, _OTHER),
        )

    @staticmethod
    def response(after: float, source: int, target: int, status: int, method: bytes) -> bytes:
        """A response that passed."""
        return _STEP.pack(
            int(after / _UNIT) & 0xFFFFFFFF,
            source << 4 | target,
            StepKind.RESPONSE | _METHOD_NUMBER.get(method, _OTHER) << 4,
            status,
        )

    @staticmethod
    def note(after: float, kind: StepKind, number: int, source: int = 0, target: int = 0) -> bytes:
        """A rule decision, or an agent that is rung."""
        return _STEP.pack(
            int(max(after, 0.0) / _UNIT) & 0xFFFFFFFF, source << 4 | target, kind, number
        )

    @staticmethod
    def steps(packed: bytes) -> Iterator[Step]:
        """Unpack the steps of a call, in order."""
        for ticks, parties, kind, value in _STEP.iter_unpack(packed):
            word = StepKind(kind & 0x0F)
            number = value if word is StepKind.REQUEST else kind >> 4
            method = METHODS[number] if number < _OTHER else b"(other)"
            yield Step(
                ticks * _UNIT, word, Party(parties >> 4), Party(parties & 0x0F), value, method
            )
