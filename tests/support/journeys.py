"""How a call comes to be where a cell of the rules decides about it: one journey for each cell."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.rules import Kind, Phase, Pool

__all__ = ["CONNECTED", "PENDING", "Journey", "path_to"]

# normal, outage, failing_over, failed_over, failing_back, failed_back
N, OU, FO, FD, FB, BK = Phase
_TO_FAILED_BACK = (OU, FO, FD, FB, BK)


@dataclass(frozen=True, slots=True)
class Journey:
    """The groups are imported; `before` is walked, the call placed, `between` walked, `to` entered.

    kind and host are those of the call when `to` is entered.
    """

    cell: str
    kind: Kind
    host: Pool
    before: tuple[Phase, ...]
    to: Phase
    between: tuple[Phase, ...] = ()


def path_to(phase: Phase) -> tuple[Phase, ...]:
    """The phases to enter, from normal, to come to `phase`."""
    return _TO_FAILED_BACK[: _TO_FAILED_BACK.index(phase) + 1] if phase is not N else ()


# (phase to enter, phase in which the call is placed, phases between)
_ON_PRIMARY = ((N, BK, ()), (OU, N, ()), (FO, N, ()), (BK, FB, ()))
_ON_BACKUP = (
    (N, OU, ()), (OU, OU, (N,)), (FO, OU, ()), (FD, FO, ()), (FB, FD, ()), (BK, FD, (FB,)),
)  # fmt: skip


def _journeys(row: str, kind: Kind, host: Pool) -> list[Journey]:
    column = str(host) if row == "pending" else f"anonymous/{host}"
    return [
        Journey(f"{row}/{to}/{column}", kind, host, path_to(placed), to, between)
        for to, placed, between in (_ON_PRIMARY if host is Pool.PRIMARY else _ON_BACKUP)
    ]


# A regular call of any pool; the pool that routed it is in the path no more.
_REGULAR = [
    Journey(f"connected/{to}/normal", Kind.NORMAL, host, path_to(placed), to, between)
    for host, ways in ((Pool.PRIMARY, _ON_PRIMARY), (Pool.BACKUP, _ON_BACKUP))
    for to, placed, between in ways
]

CONNECTED = (
    *_REGULAR,
    # Regular calls of the primary pool go on through the phases in which it is gone.
    Journey("connected/failed_over/normal", Kind.NORMAL, Pool.PRIMARY, (), FD, (OU, FO)),
    Journey("connected/failing_back/normal", Kind.NORMAL, Pool.PRIMARY, (), FB, (OU, FO, FD)),
    *_journeys("connected", Kind.ANONYMOUS, Pool.PRIMARY),
    *_journeys("connected", Kind.ANONYMOUS, Pool.BACKUP),
)

PENDING = tuple(
    journey
    for kind in Kind
    for host in Pool
    for journey in _journeys("pending", kind, host)
    # The failback has ended what the backup pool held, and nothing new comes to it.
    if journey.cell != "pending/failed_back/backup"
)
