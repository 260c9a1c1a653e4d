"""The seams of a pending call: its caller's side, what seeks, and those who are rung."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from emulator.model.agents import Agent
from emulator.model.calls import Call
from emulator.rules import Style, Verdict
from emulator.service.wording import Lines
from sip.message import Request, Response
from sip.transaction.server import InviteServer, ServerTransaction

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.menu import Menu

__all__ = ["Branch", "CallerSide", "Seeker"]


class CallerSide(Protocol):
    """A pending call's caller: waiting for an answer, or answered by a pool and held.

    `menu` is what asks it for keys now.
    """

    menu: Menu | None

    @property
    def request(self) -> Request:
        """The caller's INVITE."""
        ...

    @property
    def element(self) -> Element:
        """The listener that it came to."""
        ...

    @property
    def transaction(self) -> InviteServer:
        """Its transaction."""
        ...

    @property
    def tag(self) -> bytes:
        """Our To tag in the dialog with the caller."""
        ...

    @property
    def is_gone(self) -> bool:
        """Whether no answer can reach the caller any more."""
        ...

    def owns(self, request: Request) -> bool:
        """Whether `request` is within that dialog, and comes to the call's carrier."""
        ...

    def on_request(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """Deal with a request that it owns."""
        ...

    def tell(self, status: int, headers: bytes) -> None:
        """Let the caller hear a provisional status, where that is possible still."""
        ...

    def end(
        self,
        status: int,
        ended_by: str,
        why: Lines = (),
        *,
        ruling: Verdict | None = None,
        reason: str | None = None,
    ) -> None:
        """End the call, and tell the caller: by the status, or by BYE where that has passed."""
        ...

    def dismiss(self, ruling: Verdict, style: Style) -> None:
        """Let the caller find out, as `style` has it, that a phase change has ended the call."""
        ...

    def let_go(self) -> None:
        """The call has its answer: heed the caller's way no longer."""
        ...


class Seeker(Protocol):
    """A pending call: it rings branches, and is told what comes of them."""

    @property
    def call(self) -> Call:
        """The call that looks for somebody."""
        ...

    @property
    def caller(self) -> CallerSide:
        """Who waits for that."""
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
