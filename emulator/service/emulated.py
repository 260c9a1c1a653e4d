"""Emulated agents: what rings, answers and hangs up where no real client has registered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.calls import EndedBy
from emulator.model.topology import OnCall
from emulator.service.branches import Seeker
from emulator.service.wording import Lines

if TYPE_CHECKING:
    from emulator.service.dialogs import ServedDialog
    from emulator.service.site import Site

__all__ = ["EmulatedBranch", "hang_up_later"]

_STATUS = {OnCall.DECLINE: 603, OnCall.BUSY: 486}


class EmulatedBranch:
    """An emulated endpoint that rings for one call."""

    __slots__ = ("_is_over", "_seeker", "_site", "agent")

    def __init__(self, site: Site, seeker: Seeker, agent: Agent) -> None:
        self._site = site
        self._seeker = seeker
        self.agent = agent
        self._is_over = False

    def ring(self) -> None:
        """Ring, and do what the agent's settings say: answer after a while, decline, be busy."""
        settings = self.agent.settings
        after_ms = settings.answer_after_ms
        if settings.on_call is not OnCall.ANSWER:
            if after_ms:
                self._seeker.on_ringing(self, None)
            # later, so that nobody is told while still choosing whom to ring
            self._site.deadlines.later((after_ms or 0) / 1000, _refuse, self)
            return
        if after_ms == 0:
            self._answer()
            return
        self._seeker.on_ringing(self, None)
        if after_ms is not None and not self._is_over:
            self._site.deadlines.later(after_ms / 1000, _answer, self)

    def cancel(self, why: Lines) -> None:
        """Stop ringing; the agent is free."""
        self._finish()
        self.agent.release()
        self._site.elements.offer_waiting(self.agent)

    def abandon(self) -> None:
        """The pool that rang is dead: the agent is free at once in our books."""
        self.cancel(())

    def _finish(self) -> None:
        self._is_over = True

    def _answer(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._seeker.on_answered(self, None)

    def _refuse(self) -> None:
        if not self._is_over:
            self._is_over = True
            self.agent.release()
            self._seeker.on_declined(self, _STATUS[self.agent.settings.on_call], None)
            self._site.elements.offer_waiting(self.agent)


def _answer(branch: EmulatedBranch) -> None:
    branch._answer()


def _refuse(branch: EmulatedBranch) -> None:
    branch._refuse()


def hang_up_later(site: Site, dialog: ServedDialog, agent: Agent) -> None:
    """Let the emulated agent end the call as its settings say, counted from its answer."""
    after_ms = agent.settings.hangup_after_ms
    if after_ms is not None:
        site.deadlines.after(after_ms / 1000, _hang_up, dialog)


def _hang_up(dialog: ServedDialog) -> None:
    call = dialog.call
    if call is not None and call.ended is None:
        dialog.site.end_call(call, EndedBy.AGENT)
        dialog.hang_up(())
