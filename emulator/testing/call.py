"""A call of a client, placed or taken: what arrives in it, what is expected, what is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Literal

from emulator.testing.exchange import Exchange
from emulator.testing.failures import ExpectationFailed, NoAnswer
from emulator.testing.inbox import Expected, Inbox, matching
from emulator.testing.links import Link
from emulator.testing.replies import answer_of, offer_of, reply_to, session_headers
from emulator.testing.served import ServedRequest
from emulator.testing.trail import told
from sip.dialog import Dialog
from sip.message import Message, Request, Response

if TYPE_CHECKING:
    from emulator.testing.client import SipClient

__all__ = ["PATIENCE_SECONDS", "ClientCall", "Headers", "lines_of"]

PATIENCE_SECONDS = 5.0
Headers = dict[str, str]
State = Literal["calling", "ringing", "connected", "ended"]


class ClientCall:
    """One call. `served` is the INVITE that was received, None for a call that was placed."""

    __slots__ = ("_acking", "_acks", "_cseq", "_exchange", "_inbox", "_is_ended", "_served", "acks",
                 "client", "dialog", "invite", "local_tag", "via")  # fmt: skip

    def __init__(
        self,
        client: SipClient,
        invite: Request,
        local_tag: bytes,
        *,
        via: str = "director",
        acks: bool = True,
        served: ServedRequest | None = None,
    ) -> None:
        self.client = client
        self.invite = invite
        self.local_tag = local_tag
        self.via = via
        self.acks = acks
        self.dialog: Dialog | None = None
        self._served = served
        self._exchange: Exchange | None = None
        self._inbox = Inbox()
        self._acks: dict[int, tuple[Request, Link]] = {}
        self._acking: asyncio.Task[None] | None = None
        self._cseq = invite.cseq if served is None else 0
        self._is_ended = False
        if served is not None:
            self.dialog = Dialog.of_server(invite, local_tag)
            self._inbox.add(invite)

    # -- what is known ----------------------------------------------------------------------------

    @property
    def call_id(self) -> str:
        """Its Call-ID."""
        return self.invite.call_id.decode("utf-8", "replace")

    @property
    def messages(self) -> list[Request | Response]:
        """What has arrived in this call, oldest first; repeated messages are left out."""
        return list(self._inbox.messages)

    @property
    def unexpected(self) -> list[Request]:
        """The requests that have arrived and that nobody has expected; ACKs are left out."""
        return self._inbox.unclaimed_requests()

    @property
    def status(self) -> int:
        """The status of the newest response to its INVITE, received or sent; 0 without one."""
        if self._served is not None:
            return self._served.response.status if self._served.response else 0
        responses = self._exchange.responses if self._exchange else []
        return responses[-1].status if responses else 0

    @property
    def state(self) -> State:
        """How far it is: calling (nothing but 100 has come), ringing, connected, ended."""
        status = self.status
        if self._is_ended or status >= 300:
            return "ended"
        if status >= 200:
            return "connected"
        return "ringing" if status > 100 else "calling"

    @property
    def remote_target(self) -> str | None:
        """The URI of the other side's Contact."""
        target = self.dialog.remote_target if self.dialog else b""
        return target.decode("utf-8", "replace") or None

    # -- what is expected -------------------------------------------------------------------------

    async def expect(self, what: Expected, within: float = PATIENCE_SECONDS) -> Message:
        """The next request of method `what`, or response of that status to an INVITE.

        Each message satisfies one expectation, those that came before it was uttered too. Raises
        ExpectationFailed after `within` seconds, at once where it can't be fulfilled any more.
        """
        __tracebackhide__ = True
        found = await self._inbox.claim_within(
            matching(what), within, lambda: self._is_hopeless(what)
        )
        if found is not None:
            await self.acknowledged()
            return found
        wish = f"a response {what} to INVITE" if isinstance(what, int) else what
        raise ExpectationFailed(
            await self.explained(f"expected {wish} within {within:g} s; {self._what_came()}")
        )

    async def expect_nothing(
        self, within: float = 0.2, *, until: Awaitable[object] | None = None
    ) -> None:
        """Hold that nothing comes for `within` seconds, or before `until` is done.

        A request that came earlier and that nobody has expected counts as well.
        """
        count = len(self._inbox.messages)
        if until is not None:
            await until
            comes = len(self._inbox.messages) > count
        else:
            comes = not self._inbox.unclaimed_requests() and await self._inbox.comes_more_than(
                count, within
            )
        found = self._inbox.unclaimed_requests()
        if not found and not comes:
            return
        first = found[0] if found else self._inbox.messages[count]
        raise ExpectationFailed(await self.explained(f"expected nothing, but got {told(first)}"))

    def _is_hopeless(self, what: Expected) -> bool:
        if self._served is not None or self.status < 300:
            return False
        return isinstance(what, int) or what != "ACK"

    def _what_came(self) -> str:
        came = [told(message) for message in self._inbox.messages]
        return f"what came in this call: {', '.join(came)}" if came else "nothing came in this call"

    async def explained(self, text: str) -> str:
        """`text`, what this client saw of the call, and the emulator's own ladder of it."""
        trail = self.client.trail.drawn(self.invite.call_id)
        ladder = await self.client.ladder_of(self.call_id)
        return f"{text}\n\n{trail}" + (f"\n{ladder}" if ladder else "")

    # -- what a caller does -----------------------------------------------------------------------

    async def start(self) -> None:
        """Send the INVITE; a client's `invite` does it. Raises OSError without a connection."""
        link = await self.client.link_to(self.via)
        self._exchange = self.client.begin(self.invite, link, self._on_invite_response)

    async def response(
        self, within: float = PATIENCE_SECONDS, *, is_final: bool = True
    ) -> Response:
        """The final response to the INVITE, or with `is_final=False` any but 100.

        Where it asks for credentials that the client has, it is answered with them. The ACK is on
        its way then. Raises NoAnswer after `within` seconds, Unreachable.
        """
        __tracebackhide__ = True
        assert self._exchange is not None, "only a call that was placed has a response to wait for"
        while True:
            response = await self._answer_to(self._exchange, within, 200 if is_final else 101)
            again = self.client.identity.with_credentials(self.invite, response)
            if again is None:
                await self.acknowledged()
                return response
            self.invite, self._cseq = again, again.cseq
            await self.start()

    async def ack(self) -> None:
        """Acknowledge the newest 2xx, once more if that has been done."""
        final = self._exchange.final if self._exchange else None
        if final is None or final.status >= 300:
            raise ExpectationFailed(await self.explained("there is no 2xx to acknowledge"))
        await self._acknowledge(self.invite, final)

    async def acknowledged(self) -> None:
        """Wait until the automatic ACK to a 2xx that has come is on its way."""
        if self._acking is not None:
            await self._acking

    async def cancel(self, within: float = PATIENCE_SECONDS) -> Response:
        """Send CANCEL and give the response to it; the 487 is to be expected apart from it."""
        assert self._exchange is not None, "only a call that was placed is cancelled"
        invite = self.invite
        cancel = Request.build(
            b"CANCEL",
            invite.uri,
            via=invite.vias[0],
            from_value=invite.from_value,
            to_value=invite.to_value,
            call_id=invite.call_id,
            cseq=invite.cseq,
        )
        return await self._answer_to(
            self.client.begin(cancel, self._exchange.link, self._on_response), within
        )

    # -- what a callee does -----------------------------------------------------------------------

    async def ring(self, status: int = 180, headers: Headers | None = None) -> None:
        """Answer the INVITE with a provisional response."""
        self.reply(self.invite, status, headers=headers)

    async def answer(self, body: bytes | None = None, headers: Headers | None = None) -> None:
        """Answer the INVITE with 200, which is repeated until its ACK comes."""
        self.reply(self.invite, 200, headers=headers, body=body)

    async def decline(self, status: int = 603, headers: Headers | None = None) -> None:
        """Refuse the INVITE."""
        self.reply(self.invite, status, headers=headers)
        self._is_ended = True

    def reply(
        self,
        request: Request,
        status: int,
        *,
        headers: Headers | None = None,
        body: bytes | None = None,
    ) -> None:
        """Answer a request of this call by hand, where no automatic answer has been sent."""
        response = reply_to(
            request,
            status,
            tag=self.local_tag,
            contact=self.client.identity.contact,
            host=self.client.identity.address[0],
            headers=lines_of(headers),
            body=body,
        )
        self.client.respond(request, response)

    # -- what both do -----------------------------------------------------------------------------

    async def request(
        self,
        method: str,
        *,
        headers: Headers | None = None,
        body: bytes | None = None,
        via: str | None = None,
        within: float = PATIENCE_SECONDS,
    ) -> Response:
        """Send a request within the dialog and give its final response.

        It goes where the dialog says, or to the element that `via` names. A re-INVITE makes an
        offer unless there is a `body`, and its 2xx is acknowledged. Raises NoAnswer.
        """
        exchange = await self.send(method, headers=headers, body=body, via=via)
        final = await self._answer_to(exchange, within)
        if method == "INVITE" and final.status < 300:
            await self._acknowledge(exchange.request, final, via)
        return final

    async def send(
        self,
        method: str,
        *,
        headers: Headers | None = None,
        body: bytes | None = None,
        via: str | None = None,
        repeats: bool = True,
    ) -> Exchange:
        """Send a request within the dialog and don't wait for an answer."""
        if self.dialog is None:
            raise ExpectationFailed(await self.explained(f"{method}: there is no dialog yet"))
        offer = (
            offer_of(self.client.identity.address[0])
            if method == "INVITE" and body is None
            else b""
        )
        content = offer if body is None else body
        lines = lines_of(headers)
        if method in ("INVITE", "UPDATE"):
            lines.append((b"Contact", self.client.identity.contact))
        lines += session_headers(content) if method in ("INVITE", "UPDATE") else []
        self._cseq += 1
        request = self._within_dialog(method.encode(), self._cseq, lines, content)
        link = await self._link_for(request, via)
        self.client.identity.sign(request)
        return self.client.begin(request, link, self._on_response, repeats=repeats)

    async def hang_up(
        self, within: float = PATIENCE_SECONDS, headers: Headers | None = None
    ) -> Response:
        """End the call, by BYE or, while it is not answered, by CANCEL: the final response."""
        if self._served is None and self.status < 200:
            return await self.cancel(within)
        self._is_ended = True
        return await self.request("BYE", within=within, headers=headers)

    def _within_dialog(
        self, method: bytes, cseq: int, lines: list[tuple[bytes, bytes]], body: bytes = b""
    ) -> Request:
        assert self.dialog is not None
        if self.client.is_simple and self._served is None:
            # What ignores Contact and Record-Route goes on asking for whom it has called.
            self.dialog.contact, self.dialog.route_set = b"<%b>" % self.invite.uri, ()
        return self.dialog.request(method, headers=lines, body=body, cseq=cseq)

    async def _link_for(self, request: Request, via: str | None) -> Link:
        if via is not None:
            return await self.client.link_to(via)
        if self.client.is_simple and self._exchange is not None:
            return self._exchange.link
        return await self.client.link_for(request)

    async def _answer_to(self, exchange: Exchange, within: float, least: int = 200) -> Response:
        try:
            return await exchange.answer(within, least)
        except NoAnswer as failure:
            raise type(failure)(await self.explained(str(failure))) from None

    # -- what arrives -----------------------------------------------------------------------------

    def on_request(self, served: ServedRequest) -> None:
        """A request within the dialog, or the CANCEL of the INVITE (for the client)."""
        request = served.request
        if request.method in (b"INVITE", b"UPDATE") and self.dialog is not None:
            self.dialog.refresh_target(request)
        status = self.client.replies.get(request.method.decode("utf-8", "replace"), 405)
        if status is not None:
            self.reply(request, status)
        if request.method == b"BYE":
            self._is_ended = True
        elif request.method == b"CANCEL" and status == 200 and self._is_waiting:
            self.reply(self.invite, 487)
            self._is_ended = True
        self._inbox.add(request)

    @property
    def _is_waiting(self) -> bool:
        return self._served is not None and not self._served.is_answered

    def on_ack(self, request: Request) -> None:
        """The ACK to a 2xx (for the client)."""
        self._inbox.add(request)

    def _on_response(self, exchange: Exchange, response: Response) -> None:
        """A response to a request within the dialog, or to CANCEL."""
        if response in exchange.responses:
            self._inbox.add(response)
        elif response.cseq in self._acks:
            self._acknowledge_again(response.cseq)

    def _on_invite_response(self, exchange: Exchange, response: Response) -> None:
        if response not in exchange.responses:
            if response.cseq in self._acks:
                self._acknowledge_again(response.cseq)
            return
        if response.to_tag and 100 < response.status < 300:
            self.dialog = Dialog.of_client(self.invite, response)
        self._inbox.add(response)
        if 200 <= response.status < 300 and self.acks:
            self._acking = self.client.run(self._acknowledge(exchange.request, response))

    async def _acknowledge(
        self, invite: Request, response: Response, via: str | None = None
    ) -> None:
        if response.cseq in self._acks:
            self._acknowledge_again(response.cseq)
            return
        # An INVITE without an offer has got one in its 2xx: the answer is due in the ACK.
        body = b"" if invite.body else answer_of(response.body, self.client.identity.address[0])
        ack = self._within_dialog(b"ACK", response.cseq, session_headers(body), body)
        link = await self._link_for(ack, via)
        self.client.identity.sign(ack)
        self._acks[response.cseq] = (ack, link)
        self._acknowledge_again(response.cseq)

    def _acknowledge_again(self, cseq: int) -> None:
        ack, link = self._acks[cseq]
        self.client.trail.sent(ack, link.peer)
        link.send(ack.to_bytes())


def lines_of(headers: Headers | None) -> list[tuple[bytes, bytes]]:
    """Header fields as messages are built with."""
    return [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
