"""A SIP client for tests: one identity on one transport, on sockets of its own."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from emulator.testing.call import PATIENCE_SECONDS, ClientCall, Headers, lines_of
from emulator.testing.exchange import Exchange, OnResponse, Pace
from emulator.testing.failures import ExpectationFailed, Unreachable
from emulator.testing.identity import Identity, joined
from emulator.testing.links import Link, Wire
from emulator.testing.replies import DEFAULT_REPLIES, Replies, offer_of, session_headers
from emulator.testing.serving import Serving
from emulator.testing.tcp import open_tcp
from emulator.testing.trail import Address, Trail
from emulator.testing.udp import open_udp
from sip.dialog import next_hop
from sip.errors import SipParseError
from sip.message import Request, Response, parse_message
from sip.transport.resolve import numeric_target

__all__ = ["LadderOf", "Lost", "SipClient", "Wait"]

Wait = Literal["final", "ringing"] | None
LadderOf = Callable[[str], Awaitable[str]]
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Lost:
    """What the network said of a peer: its port is closed, or its connection is gone."""

    peer: Address
    why: str


class SipClient:
    """Places and takes calls over UDP or TCP; made by `SipClient.open`.

    addresses   where the elements are: `director`, `primary`, `backup`, by name.
    identity    its name, transport, address and Contact.
    is_simple   whether it ignores Contact and Record-Route, as SIPp's built-in caller does.
    replies     what it answers by itself: a status by method, None for no answer; to be changed.
    losses      closed ports and lost connections that it has heard of, oldest first.
    malformed   what arrived that is no SIP message.
    trail       all that it sent and received.
    """

    __slots__ = ("_exchanges", "_ladder_of", "_news", "_pace", "_serving", "_tasks", "_wire",
                 "addresses", "identity", "is_simple", "losses", "malformed", "replies",
                 "trail")  # fmt: skip

    def __init__(
        self,
        addresses: Mapping[str, Address],
        name: str,
        *,
        simple: bool,
        pace: Pace,
        ladder_of: LadderOf | None,
    ) -> None:
        self.addresses = addresses
        self.is_simple = simple
        self.replies: Replies = dict(DEFAULT_REPLIES)
        self.losses: list[Lost] = []
        self.malformed: list[bytes] = []
        self.trail = Trail(name, {address: each for each, address in addresses.items()})
        self.identity: Identity
        self._pace = pace
        self._ladder_of = ladder_of
        self._exchanges: dict[tuple[bytes, bool], Exchange] = {}
        self._news = asyncio.Event()
        self._serving = Serving(self, pace)
        self._tasks: set[asyncio.Task[None]] = set()
        self._wire: Wire

    @classmethod
    async def open(
        cls,
        addresses: Mapping[str, Address],
        transport: str = "udp",
        *,
        name: str | None = None,
        simple: bool = False,
        password: str | None = None,
        pace: Pace | None = None,
        ladder_of: LadderOf | None = None,
    ) -> Self:
        """Open the sockets. To be closed by `close`, or used as an async context manager.

        `ladder_of` gives the emulator's ladder of a Call-ID, for the texts of failures.
        """
        if transport not in ("udp", "tcp"):
            raise ValueError(f"a client speaks udp or tcp, not {transport!r}")
        name = name or f"caller-{next(_numbers)}"
        client = cls(addresses, name, simple=simple, pace=pace or Pace(), ladder_of=ladder_of)
        host = next(iter(addresses.values()))[0]
        wire = await (open_udp if transport == "udp" else open_tcp)(client, host)
        client._wire = wire
        client.identity = Identity(name, transport, wire.address, password)
        client.trail.owner = f"{name} ({transport} {joined(wire.address)})"
        return client

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every socket and repeat nothing more; what the other side makes of it is its."""
        for exchange in self._exchanges.values():
            exchange.stop()
        self._serving.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._wire.close()

    @property
    def name(self) -> str:
        """The user part of its address of record."""
        return self.identity.name

    @property
    def calls(self) -> list[ClientCall]:
        """Every call that it has placed or been asked to take, oldest first."""
        return self._serving.calls

    # -- calling ----------------------------------------------------------------------------------

    async def invite(
        self,
        to: str,
        *,
        via: str = "director",
        body: bytes | None = None,
        headers: Headers | None = None,
        wait: Wait = "final",
        acks: bool = True,
        within: float = PATIENCE_SECONDS,
    ) -> ClientCall:
        """Call `to`, a group, a person or a URI, by the element `via`.

        `wait`: until the final response has come and its ACK is sent; until it rings or is queued
        (or has its final response); None: not at all. `body` replaces the offer, b"" leaves it
        out. Without `acks` a 2xx is not acknowledged until `call.ack()`. Raises NoAnswer after
        `within` seconds, Unreachable where the port is closed.
        """
        __tracebackhide__ = True
        content = offer_of(self.identity.address[0]) if body is None else body
        lines = [(b"Contact", self.identity.contact), *session_headers(content)]
        invite = self._new_request("INVITE", to, via, lines + lines_of(headers), content)
        call = ClientCall(self, invite, invite.from_tag, via=via, acks=acks)
        self._serving.add(call)
        try:
            await call.start()
        except OSError as error:
            self.trail.note(f"no connection to {via}: {error}", call_id=invite.call_id)
            raise Unreachable(await call.explained(f"no connection to {via}: {error}")) from error
        if wait is not None:
            await call.response(within, is_final=wait == "final")
        return call

    async def request(
        self,
        method: str,
        to: str | None = None,
        *,
        via: str = "director",
        headers: Headers | None = None,
        body: bytes = b"",
        within: float = PATIENCE_SECONDS,
    ) -> Response:
        """Send a request outside dialogs, such as OPTIONS, and give its final response.

        Without `to` it is for the element itself. Raises NoAnswer or Unreachable.
        """
        request = self._new_request(method, to, via, lines_of(headers), body)
        while True:
            try:
                link = await self.link_to(via)
            except OSError as error:
                raise Unreachable(f"no connection to {via}: {error}") from error
            final = await self.begin(request, link).answer(within)
            again = self.identity.with_credentials(request, final)
            if again is None:
                return final
            request = again

    def _new_request(
        self, method: str, to: str | None, via: str, lines: list[tuple[bytes, bytes]], body: bytes
    ) -> Request:
        place = joined(self.addresses[via])
        if to is None:
            to = f"sip:{place}"
        elif not to.lower().startswith(("sip:", "sips:", "tel:")):
            to = f"sip:{to}@{place}"
        return self.identity.request(method.encode(), to, domain=place, lines=lines, body=body)

    # -- being called, and what the network tells -------------------------------------------------

    def take_calls(self) -> None:
        """Keep INVITEs for `expect_call` from now on, in the place of refusing them with 480."""
        self._serving.takes_calls = True

    async def expect_call(self, within: float = PATIENCE_SECONDS) -> ClientCall:
        """The next call that this client is asked to take; raises ExpectationFailed."""
        return await self._serving.next_call(within)

    async def expect_lost(self, element: str, within: float = PATIENCE_SECONDS) -> Lost:
        """Hold that the network says that `element` is gone: a closed port, a lost connection."""
        peer = self.addresses[element]
        deadline = asyncio.get_running_loop().time() + within
        while True:
            self._news.clear()
            for lost in self.losses:
                if lost.peer == peer:
                    return lost
            try:
                async with asyncio.timeout_at(deadline):
                    await self._news.wait()
            except TimeoutError:
                text = f"expected to hear within {within:g} s that {element} is gone"
                raise ExpectationFailed(f"{text}\n\n{self.trail.drawn()}") from None

    # -- what calls build on ----------------------------------------------------------------------

    async def link_to(self, element: str) -> Link:
        """The way to an element; raises OSError where there is none."""
        return await self._wire.link_to(self.addresses[element])

    async def link_for(self, request: Request) -> Link:
        """The way that Route and Request-URI of `request` name (RFC 3261 §8.1.2)."""
        uri = next_hop(request)
        told = uri.decode("utf-8", "replace")
        target = numeric_target(uri)
        transport = self._wire.transport
        trail = self.trail.drawn(request.call_id)
        if target is None:
            raise ExpectationFailed(f"{told} names no numeric address\n\n{trail}")
        if target[0].decode().lower() != transport:
            raise ExpectationFailed(f"{told} is not for {transport}\n\n{trail}")
        try:
            return await self._wire.link_to(target[1])
        except OSError as error:
            self.trail.note(f"no connection: {error}", target[1], request.call_id)
            trail = self.trail.drawn(request.call_id)
            raise Unreachable(f"no connection to {told}: {error}\n\n{trail}") from error

    def begin(
        self,
        request: Request,
        link: Link,
        on_response: OnResponse | None = None,
        *,
        repeats: bool = True,
    ) -> Exchange:
        """Start a client transaction."""
        exchange = Exchange(request, link, self.trail, self._pace, on_response)
        self._exchanges[request.branch, request.method == b"CANCEL"] = exchange
        exchange.start(repeats=repeats)
        return exchange

    def respond(self, request: Request, response: Response) -> None:
        """Send a response to a request that has been received."""
        self._serving.respond(request, response)

    def run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do `work` meanwhile; it ends with the client at the latest."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def ladder_of(self, call_id: str) -> str:
        """The emulator's ladder of a call, or why there is none; empty without an emulator."""
        return "" if self._ladder_of is None else await self._ladder_of(call_id)

    # -- what arrives (for the wire) --------------------------------------------------------------

    def on_data(self, data: bytes, link: Link) -> None:
        """One message."""
        if not data.strip():
            return
        try:
            message = parse_message(data)
        except SipParseError as error:
            self.malformed.append(data)
            self.trail.note(f"not SIP: {error}: {data[:80]!r}", link.peer)
            return
        if isinstance(message, Request):
            self._serving.on_request(message, link)
            return
        exchange = self._exchanges.get((message.branch, message.method == b"CANCEL"))
        is_again = exchange is not None and exchange.final is not None
        self.trail.received(message, link.peer, again=is_again)
        if exchange is not None:
            exchange.on_response(message)

    def on_lost(self, peer: Address, why: str) -> None:
        """A closed port, or a connection that is gone."""
        self.trail.note(why, peer)
        self.losses.append(Lost(peer, why))
        self._news.set()
        for exchange in self._exchanges.values():
            if exchange.link.peer == peer:
                exchange.on_lost(why)
