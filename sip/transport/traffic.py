"""Counts of what one listener of one transport has received and sent."""

from __future__ import annotations

__all__ = ["KNOWN_METHODS", "Traffic"]

KNOWN_METHODS = frozenset(
    (
        b"INVITE", b"ACK", b"BYE", b"CANCEL", b"OPTIONS", b"REGISTER", b"PRACK", b"SUBSCRIBE",
        b"NOTIFY", b"PUBLISH", b"INFO", b"REFER", b"MESSAGE", b"UPDATE",
    )
)  # fmt: skip


class Traffic:
    """Messages by method (responses: by status), and what was thrown away, by reason.

    A method that is none of `KNOWN_METHODS` counts as OTHER, so that a peer can't make the
    tables grow.
    """

    __slots__ = ("discarded", "received", "sent")

    def __init__(self) -> None:
        self.received: dict[bytes | int, int] = dict.fromkeys((*KNOWN_METHODS, b"OTHER"), 0)
        self.sent = 0
        self.discarded: dict[str, int] = {}

    def count_received(self, what: bytes | int) -> None:
        """Count a message received: a method, or a status code."""
        if what.__class__ is bytes and what not in KNOWN_METHODS:
            what = b"OTHER"
        self.received[what] = self.received.get(what, 0) + 1

    def discard(self, why: str) -> None:
        """Count something that was thrown away; `why` is one of a few fixed words."""
        self.discarded[why] = self.discarded.get(why, 0) + 1
