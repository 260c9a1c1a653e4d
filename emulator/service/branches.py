"""The seam between a call that looks for somebody and those who are rung for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from emulator.model.agents import Agent
from emulator.model.calls import Call
from emulator.service.wording import Lines
from sip.message import Request, Response
from sip.transaction.server import InviteServer

if TYPE_CHECKING:
    from emulator.service.element import Element

__all__ = ["Branch", "Seeker"]


class Seeker(Protocol):
    """A pending call: it rings branches, and is told what comes of them."""

    @property
    def call(self) -> Call:
        """The call that looks for somebody."""
        ...

    @property
    def request(self) -> Request:
        """The caller's INVITE."""
        ...

    @property
    def element(self) -> Element:
        """The listener that the call came to."""
        ...

    @property
    def transaction(self) -> InviteServer:
        """The caller's transaction."""
        ...

    def on_ringing(self, branch: Branch, response: Response | None) -> None:
        """The branch rings; a registered endpoint's provisional response comes along."""
        ...

    def on_answered(self, branch: Branch, response: Response | None) -> None:
        """The branch takes the call; a registered endpoint's 2xx comes along."""
        ...

    def on_declined(self, branch: Branch, status: int, response: Response | None) -> None:
        """The branch has ended without a call: the endpoint's final status, 408 for silence."""
        ...


class Branch(Protocol):
    """One endpoint that is rung for one call. It has claimed its agent, and releases it."""

    @property
    def agent(self) -> Agent | None:
        """Whose endpoint it is; None for an address outside the topology."""
        ...

    def ring(self) -> None:
        """Begin; the agent has been claimed."""
        ...

    def cancel(self, why: Lines) -> None:
        """Stop ringing and release the agent; `why` goes along on the wire."""
        ...

    def abandon(self) -> None:
        """Forget the branch and release the agent; nothing is sent, as its pool is dead."""
        ...
