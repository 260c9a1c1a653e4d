"""The demo's calls: what is known of each by the one who placed it."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.demo.expectations import Stage
from emulator.rules import Kind, Phase, Pool
from emulator.testing import ClientCall

__all__ = ["DOMAIN", "GROUPS", "HOMES", "SOON_SECONDS", "DemoGroup", "PlacedCall"]

SOON_SECONDS = 3.0  # the most that anything takes which is not meant to take time


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """A response group of the demo's topology, and what its agents do."""

    name: str
    kind: Kind
    answers: bool
    agents: tuple[str, ...]


DOMAIN = "contoso.example"
HOMES = {
    "alice": Pool.PRIMARY, "bob": Pool.PRIMARY, "carol": Pool.BACKUP, "dave": Pool.BACKUP,
    "erin": Pool.PRIMARY, "frank": Pool.BACKUP,
}  # fmt: skip

_ANSWER = ("alice", "bob", "carol", "dave")
_RING = ("erin", "frank")
GROUPS = {
    group.name: group
    for group in (
        DemoGroup("helpdesk", Kind.NORMAL, True, _ANSWER),
        DemoGroup("hotline", Kind.ANONYMOUS, True, _ANSWER),
        DemoGroup("lobby", Kind.NORMAL, False, _RING),
        DemoGroup("vault", Kind.ANONYMOUS, False, _RING),
        DemoGroup("onlyprimary", Kind.NORMAL, True, ("alice", "bob")),
    )
}


@dataclass(slots=True, eq=False)
class PlacedCall:
    """One call.

    over  how it ended, as its caller saw it; None while it lives.
    heard how many messages had come when it was declared dead, from which on none may come.
    """

    call: ClientCall
    transport: str
    group: DemoGroup
    stage: Stage
    host: Pool
    placed_in: Phase
    via: str
    over: str | None = None
    heard: int | None = None

    def __str__(self) -> str:
        kind = "normal" if self.group.kind is Kind.NORMAL else "anonymous"
        by = "" if self.via == "director" else f", placed by the {self.via} pool's own listener"
        return f"{self.stage} {kind} call of {self.placed_in}, hosted by {self.host}{by}"
