"""Requests that a client receives: each is answered once, and repeated ones get the same again."""

from __future__ import annotations

import asyncio

from emulator.testing.exchange import Pace
from emulator.testing.links import Link
from emulator.testing.trail import Trail
from sip.message import Request, Response

__all__ = ["Key", "ServedRequest", "key_of"]

Key = tuple[bytes, bytes, bytes]


def key_of(request: Request, method: bytes | None = None) -> Key:
    """What tells transactions apart (RFC 3261 §17.2.3); ACK and CANCEL belong to an INVITE's."""
    return (request.branch, request.sent_by, method or request.method)


class ServedRequest:
    """One server transaction."""

    __slots__ = ("_interval", "_link", "_pace", "_timer", "_trail", "request", "response")

    def __init__(self, request: Request, link: Link, trail: Trail, pace: Pace) -> None:
        self.request = request
        self.response: Response | None = None
        self._link = link
        self._trail = trail
        self._pace = pace
        self._interval = pace.t1
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_answered(self) -> bool:
        """Whether it has its final response."""
        return self.response is not None and self.response.status >= 200

    def respond(self, response: Response) -> None:
        """Send a response; one to INVITE that ends it is repeated until it is acknowledged."""
        self.response = response
        self._trail.sent(response, self._link.peer)
        self._link.send(response.to_bytes())
        if response.method == b"INVITE" and response.status >= 200:
            self._timer = asyncio.get_running_loop().call_later(self._interval, self._repeat)

    def on_again(self) -> None:
        """The request has come again: so goes its response."""
        if self.response is not None:
            self._trail.sent(self.response, self._link.peer, again=True)
            self._link.send(self.response.to_bytes())

    def stop(self) -> None:
        """The response has been acknowledged, or nobody waits for it any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _repeat(self) -> None:
        self.on_again()
        self._interval = min(self._interval * 2, self._pace.t2)
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._repeat)
