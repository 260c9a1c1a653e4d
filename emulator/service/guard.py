"""Asks persons who have a password for it (RFC 3261 §22, digest)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from sip.message import Request
from sip.transaction.server import ServerTransaction

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.site import Site

__all__ = ["Guard"]


class Guard:
    """Lets a request of a person pass, or answers it with a challenge."""

    __slots__ = ("_site",)

    def __init__(self, site: Site) -> None:
        self._site = site

    def admits(
        self, transaction: ServerTransaction, request: Request, agent: Agent, element: Element
    ) -> bool:
        """Whether `request` may go on in the name of `agent`; if not, it has been answered."""
        return agent.settings.password is None
