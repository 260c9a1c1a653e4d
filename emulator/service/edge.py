"""The director between two ends that can't be in one dialog: a host of bridges that never dies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.ladder import Party

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.site import Site

__all__ = ["Edge"]


class Edge:
    """Stands where a pool does in a bridge, for calls that no pool may be in the path of."""

    __slots__ = ("element", "site")

    party = Party.DIRECTOR
    identity = None
    passes_offers = False  # who is rung makes the offer, as its answer is for another dialog

    def __init__(self, site: Site, director: Element) -> None:
        self.site = site
        self.element = director

    def contact(self, transport: bytes) -> bytes:
        """The director's own Contact for a dialog over `transport`."""
        return self.element.endpoint.contact(b"", transport)
