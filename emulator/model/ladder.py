"""What passed in a call, eight bytes a step, until somebody asks for its ladder."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from emulator.rules import Pool

__all__ = [
    "FULL",
    "MAX_STEPS",
    "TICKS",
    "CommonSteps",
    "Party",
    "Step",
    "StepKind",
    "new_steps",
    "note_step",
    "party_of",
    "request_step",
    "response_step",
    "steps_of",
]

MAX_STEPS = 400
FULL = 2 * MAX_STEPS  # what has been noted takes two numbers a step
TICKS = 100_000  # a second; the 32 bits for the time hold half a day


class Party(IntEnum):
    """Who sends or receives."""

    CALLER = 0
    DIRECTOR = 1
    PRIMARY = 2
    BACKUP = 3
    AGENTS = 4  # the emulated agents' listener
    AGENT = 5  # a registered endpoint, or the URI that was called


class StepKind(IntEnum):
    """What a step is; its value is a method, a status, an id, or an agent's number or a cell's."""

    REQUEST = 0
    RESPONSE = 1
    RULE = 2
    RINGS = 3  # an agent is rung
    QUEUED = 4  # nobody can be rung, so the call waits until somebody is
    TIMED_OUT = 5  # the queue's time is over, and its action sends the call on
    OVERFLOWED = 6  # the queue is too long, and its action sends the call on
    LEFT = 7  # to a person or an address: no response group has it any more
    DIAGNOSED = 8  # ms-diagnostics says why


_METHODS = (
    b"INVITE", b"ACK", b"BYE", b"CANCEL", b"OPTIONS", b"INFO", b"UPDATE", b"MESSAGE", b"REFER",
    b"NOTIFY", b"PRACK", b"SUBSCRIBE", b"REGISTER", b"PUBLISH",
)  # fmt: skip
_METHOD_NUMBER = {method: number for number, method in enumerate(_METHODS)}
_OTHER = len(_METHODS)
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


def new_steps() -> array[int]:
    """No steps yet. Each takes two numbers: the time, and what was seen.

    The latter holds, from the top: source, target, method, kind, value. Numbers of 32 bits, as
    Python makes and adds up larger ones in twice the time.
    """
    return array("I")


def _code(source: int, target: int, kind: int, method: int, value: int) -> int:
    return source << 28 | target << 24 | method << 20 | kind << 16 | value


_REQUESTS: dict[tuple[int, int, bytes], int] = {
    (int(source), int(target), method): _code(source, target, StepKind.REQUEST, number, 0)
    for source in Party
    for target in Party
    for method, number in _METHOD_NUMBER.items()
}


def request_step(source: int, target: int, method: bytes) -> int:
    """The entry, but for its time, of a request that passed."""
    code = _REQUESTS.get((source, target, method))
    return _code(source, target, StepKind.REQUEST, _OTHER, 0) if code is None else code


def response_step(source: int, target: int, status: int, method: bytes) -> int:
    """The entry, but for its time, of a response that passed."""
    number = _METHOD_NUMBER.get(method, _OTHER)
    return source << 28 | target << 24 | number << 20 | 0x10000 | status


class CommonSteps:
    """The entries of an ordinary call at one element, made once: most calls need no others."""

    __slots__ = ("ack", "answer", "bye", "bye_answer", "from_agents", "inwards", "invite",
                 "ringing")  # fmt: skip

    def __init__(self, party: Party) -> None:
        self.invite = request_step(Party.CALLER, party, b"INVITE")
        self.ringing = response_step(party, Party.CALLER, 180, b"INVITE")
        self.answer = response_step(party, Party.CALLER, 200, b"INVITE")
        self.ack = request_step(Party.CALLER, party, b"ACK")
        self.bye = request_step(Party.CALLER, party, b"BYE")
        self.bye_answer = response_step(party, Party.CALLER, 200, b"BYE")
        self.from_agents = response_step(Party.AGENTS, party, 200, b"INVITE")
        self.inwards = {each: request_step(party, each, b"INVITE") for each in Party}


def note_step(kind: StepKind, number: int, source: int = 0, target: int = 0) -> int:
    """The entry, but for its time, of a rule decision, or of an agent that is rung."""
    return _code(source, target, kind, _OTHER, number & 0xFFFF)


def steps_of(noted: Sequence[int]) -> Iterator[Step]:
    """Unpack the steps of a call, in order."""
    for after, entry in zip(noted[::2], noted[1::2], strict=True):
        number = entry >> 20 & 0x0F
        yield Step(
            after / TICKS,
            StepKind(entry >> 16 & 0x0F),
            Party(entry >> 28 & 0x0F),
            Party(entry >> 24 & 0x0F),
            entry & 0xFFFF,
            _METHODS[number] if number < _OTHER else b"(other)",
        )
