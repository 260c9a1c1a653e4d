"""The requests that a client receives: sorted into calls, and answered where a phone would."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from emulator.testing.call import ClientCall
from emulator.testing.exchange import Pace
from emulator.testing.failures import ExpectationFailed
from emulator.testing.links import Link
from emulator.testing.replies import reply_to
from emulator.testing.served import Key, ServedRequest, key_of
from sip.message import Request, Response

if TYPE_CHECKING:
    from emulator.testing.client import SipClient

__all__ = ["Serving"]


class Serving:
    """The server side of one client."""

    __slots__ = ("_by_dialog", "_client", "_invited", "_pace", "_served", "calls", "takes_calls")

    def __init__(self, client: SipClient, pace: Pace) -> None:
        self._client = client
        self._pace = pace
        self._served: dict[Key, ServedRequest] = {}
        self._by_dialog: dict[tuple[bytes, bytes], ClientCall] = {}
        self._invited: asyncio.Queue[ClientCall] = asyncio.Queue()
        self.calls: list[ClientCall] = []
        self.takes_calls = False

    def add(self, call: ClientCall) -> None:
        """Let requests within the dialog of `call` find it."""
        self._by_dialog[call.invite.call_id, call.local_tag] = call
        self.calls.append(call)

    async def next_call(self, within: float) -> ClientCall:
        """The next call that came in; raises ExpectationFailed."""
        try:
            async with asyncio.timeout(within):
                return await self._invited.get()
        except TimeoutError:
            trail = self._client.trail.drawn()
            raise ExpectationFailed(f"expected INVITE within {within:g} s\n\n{trail}") from None

    def respond(self, request: Request, response: Response) -> None:
        """Send a response."""
        self._served[key_of(request)].respond(response)

    def close(self) -> None:
        """Repeat nothing any more."""
        for served in self._served.values():
            served.stop()

    def on_request(self, request: Request, link: Link) -> None:
        """One request has arrived."""
        key = key_of(request)
        known = self._served.get(key)
        is_ack = request.method == b"ACK"
        self._client.trail.received(request, link.peer, again=known is not None and not is_ack)
        if is_ack:
            self._on_ack(request)
        elif known is not None:
            known.on_again()
        else:
            served = ServedRequest(request, link, self._client.trail, self._pace)
            self._served[key] = served
            self._on_new(served)

    def _on_new(self, served: ServedRequest) -> None:
        request = served.request
        if request.method == b"CANCEL":
            self._on_cancel(served)
        elif request.to_tag:
            call = self._by_dialog.get((request.call_id, request.to_tag))
            if call is None:
                self._refuse(served, 481)
            else:
                call.on_request(served)
        elif request.method == b"INVITE" and self.takes_calls:
            call = ClientCall(self._client, request, secrets.token_hex(6).encode(), served=served)
            self.add(call)
            self._refuse(served, 100)  # not a refusal: it stops the sender's repeating
            self._invited.put_nowait(call)
        else:
            status = {b"INVITE": 480, b"OPTIONS": 200}.get(request.method, 405)
            self._refuse(served, status)

    def _on_cancel(self, served: ServedRequest) -> None:
        invited = self._served.get(key_of(served.request, b"INVITE"))
        call = next(
            (each for each in self.calls if invited and each.invite is invited.request), None
        )
        if call is None:
            self._refuse(served, 481)
        else:
            call.on_request(served)

    def _on_ack(self, request: Request) -> None:
        invited = self._served.get(key_of(request, b"INVITE"))
        if invited is not None and invited.response is not None and invited.response.status >= 300:
            invited.stop()
            call = self._call_of(invited.request, invited.response.to_tag)
        else:
            call = self._by_dialog.get((request.call_id, request.to_tag))
            for served in self._served.values():
                same = served.request.call_id == request.call_id
                if same and served.request.cseq == request.cseq and served.response is not None:
                    served.stop()
        if call is not None:
            call.on_ack(request)

    def _call_of(self, invite: Request, tag: bytes) -> ClientCall | None:
        return self._by_dialog.get((invite.call_id, tag))

    def _refuse(self, served: ServedRequest, status: int) -> None:
        client = self._client
        served.respond(
            reply_to(
                served.request,
                status,
                tag=b"" if status == 100 else secrets.token_hex(6).encode(),
                contact=client.identity.contact,
                host=client.identity.address[0],
                body=b"",
            )
        )
