"""The agents whom one call passes over: who missed it, and who declined it a while ago."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from emulator.model.agents import Agent
from sip.deadlines import Deadline, Deadlines

__all__ = ["NOBODY", "Avoided"]

NOBODY: frozenset[Agent] = frozenset()
_LEAST_SECONDS = 0.1  # so that an agent who declines at once is not rung without a pause


class Avoided:
    """Who missed the call is passed over until all have been tried.

    Who declined it, until `grace_seconds` are over; `on_over(agent)` is called then.
    """

    __slots__ = ("_deadlines", "_grace", "_grace_seconds", "_on_over", "declined", "missed")

    def __init__(
        self, deadlines: Deadlines, grace_seconds: float, on_over: Callable[[Agent], None]
    ) -> None:
        self._deadlines = deadlines
        self._grace_seconds = max(grace_seconds, _LEAST_SECONDS)
        self._on_over = on_over
        self._grace: dict[Agent, Deadline] = {}
        self.declined = NOBODY
        self.missed = NOBODY

    @property
    def agents(self) -> frozenset[Agent]:
        """All of them."""
        return self.declined | self.missed if self.missed else self.declined

    def miss(self, agents: Iterable[Agent]) -> None:
        """They rang for the whole alert time, and nobody came."""
        self.missed = self.missed.union(agents)

    def try_all_again(self) -> bool:
        """Begin another round; False if nobody missed the call in this one."""
        had, self.missed = self.missed, NOBODY
        return bool(had)

    def decline(self, agent: Agent) -> None:
        """The agent refused: the grace period begins."""
        self.declined |= {agent}
        self._grace[agent] = self._deadlines.after(self._grace_seconds, self._forgive, agent)

    def clear(self) -> None:
        """Wait for no grace period any more."""
        for deadline in self._grace.values():
            deadline.cancel()
        self._grace.clear()

    def _forgive(self, agent: Any) -> None:
        self._grace.pop(agent, None)
        self.declined -= {agent}
        self._on_over(agent)
