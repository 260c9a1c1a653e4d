"""What the source's statements R1 to R3 promise, as one would check it with a telephone.

Written from the sentences of statements.csv, not from any rules file: an emulator that is given
other rules must not change what is expected of it. Where a sentence leaves open which pool it
means, it is read as behaviour.yaml's `reading: hosted` says: what dies is what the primary hosts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from emulator.rules import Kind, Phase, Pool

__all__ = [
    "FIRST",
    "NEW_CALLS",
    "OLD_CALLS",
    "Fate",
    "NewCalls",
    "OldCalls",
    "Stage",
    "claim_of_new",
]


class Stage(StrEnum):
    """How far a call is when a phase is entered."""

    CONNECTED = "connected"
    PENDING = "pending"


class Fate(StrEnum):
    """What becomes of calls when a phase is entered."""

    KEPT = "kept"
    DROPPED = "dropped"
    NONE_LEFT = "none left"  # there is no such call any more, since an earlier phase


@dataclass(frozen=True, slots=True)
class OldCalls:
    """What a statement says of calls that exist, or not, when `phase` is entered.

    kind      None: both. A pending call's kind is that of its group.
    host      the pool that carries them.
    imported  whether the groups have been imported; None: either way.
    """

    statement: str
    phase: Phase
    stage: Stage
    kind: Kind | None
    host: Pool
    fate: Fate
    imported: bool | None = None

    @property
    def cell(self) -> str:
        """The cell of the rules that carries it."""
        if self.stage is Stage.PENDING:
            return f"pending/{self.phase}/{self.host}"
        kind = "normal" if self.kind is Kind.NORMAL else f"anonymous/{self.host}"
        return f"connected/{self.phase}/{kind}"

    def concerns(self, stage: Stage, kind: Kind, *, imported: bool) -> bool:
        """Whether it is about such calls, whatever pool hosts them."""
        return (
            self.stage is stage and self.kind in (None, kind) and self.imported in (None, imported)
        )


@dataclass(frozen=True, slots=True)
class NewCalls:
    """What a statement says of calls that are placed during `phase`.

    pool     that they connect to; None: they are disconnected.
    reaches_primary_agents  whether agents homed on the primary pool may be rung.
    """

    statement: str
    phase: Phase
    imported: bool
    pool: Pool | None
    reaches_primary_agents: bool = False

    @property
    def cell(self) -> str:
        """The cell of the rules that carries it."""
        return f"new/{self.phase}/{'imported' if self.imported else 'not_imported'}"


_DOWN = (("P1", Phase.OUTAGE), ("P2", Phase.FAILING_OVER))
_NORMAL, _ANONYMOUS = Kind.NORMAL, Kind.ANONYMOUS
_PRIMARY, _BACKUP = Pool.PRIMARY, Pool.BACKUP
_CONNECTED, _PENDING = Stage.CONNECTED, Stage.PENDING
_KEPT, _DROPPED, _NONE_LEFT = Fate.KEPT, Fate.DROPPED, Fate.NONE_LEFT


def _regular_calls() -> tuple[OldCalls, ...]:
    """P1-R1-a to P5-R1-a: "Regular calls remain connected." In every phase, whoever hosted them."""
    return tuple(
        OldCalls(f"P{number}-R1-a", phase, _CONNECTED, _NORMAL, host, _KEPT)
        for number, phase in enumerate(tuple(Phase)[1:], 1)
        for host in Pool
    )


def _in_outage_and_failover() -> tuple[OldCalls, ...]:
    """P1 and P2: anonymous calls are disconnected, and so are calls in progress."""
    return tuple(
        call
        for column, phase in _DOWN
        for call in (
            OldCalls(f"{column}-R1-b", phase, _CONNECTED, _ANONYMOUS, _PRIMARY, _DROPPED),
            OldCalls(f"{column}-R2-a", phase, _PENDING, None, _PRIMARY, _DROPPED),
        )
    )


_LATER: Final = (
    # "Anonymous calls that have reached the backup pool remain connected": so they have lived
    # through failing_over, in which they were there already.
    OldCalls("P3-R1-b", Phase.FAILING_OVER, _CONNECTED, _ANONYMOUS, _BACKUP, _KEPT, True),
    OldCalls("P3-R1-b", Phase.FAILED_OVER, _CONNECTED, _ANONYMOUS, _BACKUP, _KEPT, True),
    # "No calls are in this status."
    OldCalls("P3-R2-a", Phase.FAILED_OVER, _PENDING, None, _PRIMARY, _NONE_LEFT, False),
    # "Calls that have reached the backup pool remain connected."
    OldCalls("P3-R2-b", Phase.FAILING_OVER, _PENDING, None, _BACKUP, _KEPT, True),
    OldCalls("P3-R2-b", Phase.FAILED_OVER, _PENDING, None, _BACKUP, _KEPT, True),
    # "No anonymous calls are in this status." "Anonymous calls remain connected."
    OldCalls("P4-R1-b", Phase.FAILING_BACK, _CONNECTED, _ANONYMOUS, _PRIMARY, _NONE_LEFT, False),
    OldCalls("P4-R1-c", Phase.FAILING_BACK, _CONNECTED, _ANONYMOUS, _BACKUP, _KEPT, True),
    # "No calls are in this status." "Calls will be disconnected."
    OldCalls("P4-R2-a", Phase.FAILING_BACK, _PENDING, None, _PRIMARY, _NONE_LEFT, False),
    OldCalls("P4-R2-b", Phase.FAILING_BACK, _PENDING, None, _BACKUP, _DROPPED, True),
    # "No anonymous calls are in this status", of those before the failback; during it the primary
    # pool serves again (P4-R3-a), and what it took then goes on.
    OldCalls("P5-R1-b", Phase.FAILED_BACK, _CONNECTED, _ANONYMOUS, _PRIMARY, _NONE_LEFT, False),
    OldCalls("P5-R1-b", Phase.FAILED_BACK, _CONNECTED, _ANONYMOUS, _PRIMARY, _KEPT, False),
    # "Anonymous calls remain connected."
    OldCalls("P5-R1-c", Phase.FAILED_BACK, _CONNECTED, _ANONYMOUS, _BACKUP, _KEPT, True),
    OldCalls("P5-R1-c", Phase.FAILED_BACK, _CONNECTED, _ANONYMOUS, _PRIMARY, _KEPT, True),
    # "No calls are in this status", again of those before; new ones queue on the primary pool.
    OldCalls("P5-R2-a", Phase.FAILED_BACK, _PENDING, None, _PRIMARY, _NONE_LEFT, False),
    OldCalls("P5-R2-a", Phase.FAILED_BACK, _PENDING, None, _PRIMARY, _KEPT),
    # "Calls will be disconnected": those that the backup pool held have been, at the failback.
    OldCalls("P5-R2-b", Phase.FAILED_BACK, _PENDING, None, _BACKUP, _NONE_LEFT, True),
)

OLD_CALLS: Final = (*_regular_calls(), *_in_outage_and_failover(), *_LATER)

NEW_CALLS: Final = (
    # "Calls are disconnected." "Calls connect to the backup pool, but agents homed in the primary
    # pool are unreachable."
    NewCalls("P1-R3-a", Phase.OUTAGE, imported=False, pool=None),
    NewCalls("P1-R3-b", Phase.OUTAGE, imported=True, pool=_BACKUP),
    NewCalls("P2-R3-a", Phase.FAILING_OVER, imported=False, pool=None),
    NewCalls("P2-R3-b", Phase.FAILING_OVER, imported=True, pool=_BACKUP),
    # "Calls are disconnected." "Calls connect to the backup pool."
    NewCalls("P3-R3-a", Phase.FAILED_OVER, imported=False, pool=None),
    NewCalls("P3-R3-b", Phase.FAILED_OVER, True, _BACKUP, reaches_primary_agents=True),
    # "Calls connect to the primary pool, but agents homed in the primary pool are unreachable."
    NewCalls("P4-R3-a", Phase.FAILING_BACK, imported=False, pool=_PRIMARY),
    NewCalls("P4-R3-a", Phase.FAILING_BACK, imported=True, pool=_PRIMARY),
    # "Calls connect to the primary pool."
    NewCalls("P5-R3-a", Phase.FAILED_BACK, False, _PRIMARY, reaches_primary_agents=True),
    NewCalls("P5-R3-a", Phase.FAILED_BACK, True, _PRIMARY, reaches_primary_agents=True),
)

# Not a statement: the service as it should be, with which every walk begins.
FIRST: Final = {
    imported: NewCalls("", Phase.NORMAL, imported, _PRIMARY, reaches_primary_agents=True)
    for imported in (False, True)
}


def claim_of_new(phase: Phase, *, imported: bool) -> NewCalls:
    """What is promised of calls that are placed during `phase`."""
    if phase is Phase.NORMAL:
        return FIRST[imported]
    return next(claim for claim in NEW_CALLS if claim.phase is phase and claim.imported == imported)
