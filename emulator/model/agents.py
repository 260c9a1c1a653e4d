"""An agent while the emulator runs: who it is, whether it can be rung, what it is busy with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from emulator.model import topology
from emulator.rules import Pool

if TYPE_CHECKING:
    from emulator.model.agent_groups import AgentGroup

__all__ = ["Agent", "EndpointKind", "IdleClock"]


class EndpointKind:
    """The words for what answers for an agent just now."""

    EMULATED: Final = "emulated"
    REGISTERED: Final = "registered"
    NONE: Final = "none"


class IdleClock:
    """Ranks agents by when they last took or ended a call: the lower, the longer idle."""

    __slots__ = ("_rank",)

    def __init__(self) -> None:
        self._rank = 0

    def next(self) -> int:
        """A rank above all before."""
        self._rank += 1
        return self._rank


class Agent:
    """A person homed on one pool.

    `calls` counts what rings or talks; `is_reachable` is what the rules say of the home in the
    phase; `bindings` how many registered contacts there are, which take the place of the
    emulated endpoint.
    """

    __slots__ = (
        "_clock",
        "aor",
        "bindings",
        "calls",
        "groups",
        "home",
        "idle_rank",
        "is_emulated",
        "is_reachable",
        "is_unlimited",
        "is_unranked",
        "name",
        "number",
        "settings",
    )

    def __init__(
        self, settings: topology.Agent, number: int, domain: str, clock: IdleClock
    ) -> None:
        self.settings = settings
        self.name = settings.name
        self.number = number
        self.aor = f"sip:{settings.name}@{domain}"
        self.home: Pool = settings.home
        self.is_emulated = settings.endpoint is topology.Endpoint.EMULATED
        self.is_unlimited = settings.concurrent is topology.Concurrent.UNLIMITED
        self.is_reachable = True
        self.is_unranked = False  # taken out of some group's ranking when it could not ring
        self.bindings = 0
        self.calls = 0
        self.idle_rank = 0
        self.groups: list[AgentGroup] = []
        self._clock = clock

    @property
    def endpoint(self) -> str:
        """`registered`, `emulated` or `none`."""
        if self.bindings:
            return EndpointKind.REGISTERED
        return EndpointKind.EMULATED if self.is_emulated else EndpointKind.NONE

    @property
    def can_ring(self) -> bool:
        """Whether a call may be offered now: reachable, something to ring, and not full."""
        return (
            self.is_reachable
            and (self.is_unlimited or not self.calls)
            and (self.is_emulated or self.bindings > 0)
        )

    def claim(self) -> None:
        """Take one call, ringing already: one atomic step, as nothing else runs between."""
        self.calls += 1
        self.idle_rank = self._clock.next()

    def release(self) -> None:
        """Let one call go."""
        if self.calls:
            self.calls -= 1
        self.idle_rank = self._clock.next()
        if self.is_unranked:
            self.enter_groups()

    def rank_as_idle(self) -> None:
        """Rank it anew after calls have been taken off it otherwise than by `release`."""
        self.idle_rank = self._clock.next()
        self.enter_groups()

    def enter_groups(self) -> None:
        """Let the agent groups know that this agent may have become available."""
        self.is_unranked = False
        for group in self.groups:
            group.enter(self)
