"""A user agent: takes calls and makes them, on an endpoint of its own (RFC 3261 §8, §13)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sip.admission import ACCEPT_SDP
from sip.clockwork import Clockwork
from sip.deadlines import Deadlines
from sip.dialog import Dialog
from sip.endpoint import Endpoint
from sip.errors import TransportError
from sip.message import Request, Response
from sip.names import METHODS
from sip.session import ALLOW, Session
from sip.timers import Timers
from sip.transaction.server import InviteServer, ServerTransaction
from sip.transport.flow import Flow

if TYPE_CHECKING:
    from sip.transport.lookup import Resolver

__all__ = ["UserAgent"]

_ALLOW = b"Allow: %b\r\n" % ALLOW


class UserAgent:
    """Calls `on_invite` with the session of each call that comes in, and makes calls.

    To be made in a running loop. `user` is its name in Contact and From. `on_request` is told of
    requests outside of dialogs other than INVITE and OPTIONS, and answers them; without it they
    are refused. `endpoint` and `sessions` are there to be looked at.
    """

    def __init__(
        self,
        on_invite: Callable[[Session], None] | None = None,
        *,
        user: bytes = b"anonymous",
        host: str = "127.0.0.1",
        advertise: str | None = None,
        timers: Timers | None = None,
        resolver: Resolver | None = None,
        on_request: Callable[[ServerTransaction, Request], None] | None = None,
        on_error: Callable[[Exception, int], None] | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        deadlines = Deadlines(time.monotonic)
        self._clockwork = Clockwork(loop, deadlines)
        self._on_invite = on_invite
        self._on_request = on_request
        self._user = user
        self._invites: set[tuple[bytes, bytes, int]] = set()
        self.sessions: dict[tuple[bytes, bytes], Session] = {}
        self.endpoint = Endpoint(
            "user agent",
            self,
            loop,
            deadlines,
            timers or Timers(),
            host=host,
            advertise=advertise,
            resolver=resolver,
            on_error=on_error,
        )

    async def open(self, port: int = 5060) -> None:
        """Listen on `port` over UDP and TCP (0: one that is free). Raises TransportError."""
        await self.endpoint.open(port)

    def close(self) -> None:
        """Close the sockets at once; calls that stand are not ended (`Session.bye` does that)."""
        self._clockwork.stop()
        self.endpoint.close()
        self.sessions.clear()
        self._invites.clear()

    def call(
        self, uri: bytes, body: bytes = b"", *, headers: Iterable[tuple[bytes, bytes]] = ()
    ) -> Session:
        """Send an INVITE for `uri` with the session description `body`.

        The session tells how it goes on. Raises TransportError if `uri` leads nowhere, SipError
        if it is no URI of SIP.
        """
        endpoint = self.endpoint
        transport = b"TCP" if b";transport=tcp" in uri.lower() else b"UDP"
        contact = endpoint.contact(self._user, transport)
        own, tag = endpoint.contact(self._user, b"UDP"), endpoint.new_tag()
        lines = [(b"Contact", contact), (b"Allow", ALLOW), *headers]
        if body:
            lines.append((b"Content-Type", b"application/sdp"))
        request = Request.build(
            b"INVITE",
            uri,
            via=None,
            from_value=b"%b;tag=%b" % (own, tag),
            to_value=b"<%b>" % uri,
            call_id=endpoint.new_call_id(),
            cseq=1,
            headers=lines,
            body=body,
        )
        session = Session(endpoint, request, contact, None, None, self._forget)
        transaction = endpoint.send_request(request, session)
        if transaction is None:
            raise TransportError(f"nowhere to send a call for {uri.decode(errors='replace')}")
        session.start(transaction)
        self.sessions[request.call_id, tag] = session
        return session

    # -- what the endpoint tells ------------------------------------------------------------------

    def on_request(self, transaction: ServerTransaction, request: Request) -> None:
        """Find whom a request is for (for the endpoint)."""
        if request.to_tag:
            session = self._session_of(request)
            if session is None:
                transaction.respond(481)
            else:
                session.on_request(transaction, request)
        elif isinstance(transaction, InviteServer):
            self._take_call(transaction, request)
        elif request.method == b"OPTIONS":
            self._answer(transaction, 200, _ALLOW + ACCEPT_SDP)
        elif self._on_request is not None:
            self._on_request(transaction, request)
        elif request.method == b"BYE":
            self._answer(transaction, 481)
        else:
            self._answer(transaction, 405 if request.method in METHODS else 501, _ALLOW)

    def on_ack(self, request: Request, flow: Flow) -> None:
        """Hand an ACK to its session (for the endpoint)."""
        session = self._session_of(request)
        if session is not None:
            session.on_ack()

    def on_stray_response(self, response: Response, flow: Flow) -> None:
        """Nothing: nobody waits for it (for the endpoint)."""

    def _take_call(self, transaction: InviteServer, request: Request) -> None:
        if self._on_invite is None:
            self._answer(transaction, 480)
            return
        invite = _name_of(request)
        if invite in self._invites:
            self._answer(transaction, 482)  # §8.2.2.2: it has come by another way already
            return
        dialog = Dialog.of_server(request, self.endpoint.new_tag())
        contact = self.endpoint.contact(self._user, transaction.flow.transport)
        session = Session(self.endpoint, request, contact, dialog, transaction.flow, self._forget)
        session.take_invite(transaction)
        self.sessions[dialog.call_id, dialog.local_tag] = session
        self._invites.add(invite)
        self._on_invite(session)

    def _answer(self, transaction: ServerTransaction, status: int, headers: bytes = b"") -> None:
        transaction.respond(status, to_tag=self.endpoint.new_tag(), headers=headers)

    def _session_of(self, request: Request) -> Session | None:
        session = self.sessions.get((request.call_id, request.to_tag))
        return session if session is not None and session.owns(request) else None

    def _forget(self, session: Session) -> None:
        dialog = session.dialog
        tag = session.request.from_tag if dialog is None else dialog.local_tag
        self.sessions.pop((session.request.call_id, tag), None)
        self._invites.discard(_name_of(session.request))


def _name_of(request: Request) -> tuple[bytes, bytes, int]:
    """What a request has in common with itself, whichever way it comes."""
    return request.call_id, request.from_tag, request.cseq
