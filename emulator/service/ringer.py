"""Rings agents: their emulated endpoint, or the clients that have registered for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.topology import OnCall
from emulator.service.branches import Branch, Seeker
from emulator.service.emulated import EmulatedBranch
from sip.message import Response

if TYPE_CHECKING:
    from emulator.service.pending import PendingCall
    from emulator.service.pool import PoolService
    from emulator.service.site import Site

__all__ = ["Ringer"]


class Ringer:
    """Makes a branch for an agent, whatever answers for it just now."""

    __slots__ = ("_site",)

    def __init__(self, site: Site) -> None:
        self._site = site

    def branch(self, seeker: Seeker, agent: Agent, pool: PoolService) -> EmulatedBranch:
        """A branch to `agent`, who has been claimed; call its `ring`."""
        return EmulatedBranch(self._site, seeker, agent)

    def answers_within(self, agent: Agent, seconds: float) -> bool:
        """Whether `agent` is emulated and sure to have answered before `seconds` are over."""
        settings = agent.settings
        return (
            not agent.bindings
            and settings.on_call is OnCall.ANSWER
            and settings.answer_after_ms is not None
            and settings.answer_after_ms < seconds * 1000
        )

    def connect_registered(
        self, pool: PoolService, pending: PendingCall, branch: Branch, response: Response
    ) -> None:
        """A registered endpoint has answered."""
