"""A client's request and what comes back; repeated over UDP until then (RFC 3261 §17.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from emulator.testing.failures import NoAnswer, Unreachable
from emulator.testing.links import Link
from emulator.testing.trail import Trail
from sip.message import Request, Response

__all__ = ["Exchange", "Pace"]

OnResponse = Callable[["Exchange", Response], None]


class Pace:
    """T1 and T2 in seconds, RFC 3261's estimates of the round trip and of its multiple."""

    __slots__ = ("t1", "t2")

    def __init__(self, t1: float = 0.5, t2: float = 4.0) -> None:
        self.t1 = t1
        self.t2 = t2


class Exchange:
    """One client transaction. `responses` has every response, repeated ones left out.

    A final response to INVITE other than 2xx is acknowledged here, whenever it comes.
    """

    __slots__ = ("_interval", "_link", "_news", "_on_response", "_pace", "_timer", "_trail",
                 "lost", "request", "responses")  # fmt: skip

    def __init__(
        self,
        request: Request,
        link: Link,
        trail: Trail,
        pace: Pace,
        on_response: OnResponse | None = None,
    ) -> None:
        self.request = request
        self.responses: list[Response] = []
        self.lost: str | None = None
        self._link = link
        self._trail = trail
        self._pace = pace
        self._on_response = on_response
        self._news = asyncio.Event()
        self._interval = pace.t1
        self._timer: asyncio.TimerHandle | None = None

    @property
    def link(self) -> Link:
        """The way that the request went."""
        return self._link

    @property
    def final(self) -> Response | None:
        """The final response, once it is there."""
        return self.responses[-1] if self.responses and self.responses[-1].status >= 200 else None

    def start(self, *, repeats: bool = True) -> None:
        """Send the request, and again and again unless `repeats` says otherwise."""
        if not self._link.is_open:
            self._trail.note("the connection is closed", self._link.peer, self.request.call_id)
            self.on_lost("the connection is closed")
            return
        self._trail.sent(self.request, self._link.peer)
        self._link.send(self.request.to_bytes())
        if repeats and self.request.vias[0].startswith(b"SIP/2.0/UDP"):
            self._timer = asyncio.get_running_loop().call_later(self._interval, self._repeat)

    def stop(self) -> None:
        """Send nothing more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def answer(self, within: float, least: int = 200) -> Response:
        """The first response of at least `least`, the final one unless said otherwise.

        Raises NoAnswer after `within` seconds, Unreachable as soon as that is known.
        """
        what = self.request.method.decode("utf-8", "replace")
        peer = f"{self._link.peer[0]}:{self._link.peer[1]}"
        deadline = asyncio.get_running_loop().time() + within
        while True:
            self._news.clear()
            found = next((each for each in self.responses if each.status >= least), None)
            if found is not None:
                return found
            if self.lost is not None:
                raise Unreachable(f"{what} did not reach {peer}: {self.lost}")
            try:
                async with asyncio.timeout_at(deadline):
                    await self._news.wait()
            except TimeoutError:
                self.stop()
                kind = "final response" if least >= 200 else "response"
                raise NoAnswer(f"no {kind} to {what} from {peer} within {within:g} s") from None

    def on_response(self, response: Response) -> None:
        """A response of this transaction has arrived."""
        if self.final is not None:
            if response.status >= 300 and self.request.method == b"INVITE":
                self._acknowledge(response, again=True)
            elif self._on_response is not None and response.status >= 200:
                self._on_response(self, response)  # a 2xx again, or that of another branch
            return
        if response.status < 200 and self.request.method != b"INVITE":
            self._interval = self._pace.t2
        else:
            self.stop()
        self.responses.append(response)
        if response.status >= 300 and self.request.method == b"INVITE":
            self._acknowledge(response)
        if self._on_response is not None:
            self._on_response(self, response)
        self._news.set()

    def on_lost(self, why: str) -> None:
        """The request can't have reached its peer, or the answer can't come any more."""
        if self.final is None:
            self.stop()
            self.lost = why
            self._news.set()

    def _repeat(self) -> None:
        self._trail.sent(self.request, self._link.peer, again=True)
        self._link.send(self.request.to_bytes())
        self._interval *= 2
        if self.request.method != b"INVITE":
            self._interval = min(self._interval, self._pace.t2)
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._repeat)

    def _acknowledge(self, response: Response, *, again: bool = False) -> None:
        """§17.1.1.3: within the transaction, the same way."""
        invite = self.request
        ack = Request.build(
            b"ACK",
            invite.uri,
            via=invite.vias[0],
            from_value=invite.from_value,
            to_value=response.to_value,
            call_id=invite.call_id,
            cseq=invite.cseq,
            headers=[(b"Route", route) for route in invite.routes],
        )
        self._trail.sent(ack, self._link.peer, again=again)
        self._link.send(ack.to_bytes())
