"""An anonymous call with a registered agent: the host pool is a B2BUA between two dialogs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from emulator.model.calls import Call, EndedBy
from emulator.model.ladder import Party
from emulator.service.bridge_legs import Leg
from emulator.service.descriptions import content_of, hidden
from emulator.service.wording import ALLOW, Lines
from sip.message import Request, Response
from sip.transaction.client import ClientTransaction
from sip.transaction.server import InviteServer, ServerTransaction
from sip.transport.flow import Flow

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.registered import RegisteredBranch
    from emulator.service.site import Site

__all__ = ["BridgedCall", "Host", "Identity", "bridge_invite"]

_ALLOW = b"Allow: %b\r\n" % ALLOW
_RELAYED = frozenset((b"INVITE", b"UPDATE", b"INFO", b"MESSAGE", b"OPTIONS"))


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a bridge shows to the callee instead of the caller (RFC 3325)."""

    uri: bytes
    display_name: str | None = None
    tel: str | None = None

    @property
    def name_addr(self) -> bytes:
        """As it stands in From, without a tag."""
        if not self.display_name:
            return b"<%b>" % self.uri
        quoted = self.display_name.replace("\\", "\\\\").replace('"', '\\"')
        return b'"%b" <%b>' % (quoted.encode(), self.uri)

    @property
    def asserted(self) -> list[tuple[bytes, bytes]]:
        """The lines that assert it: its URI, and its number if it has one."""
        values = [self.name_addr]
        if self.tel:
            values.append(b"<tel:%b>" % self.tel.removeprefix("tel:").encode())
        return [(b"P-Asserted-Identity", value) for value in values]


class Host(Protocol):
    """Who stands between two dialogs: a pool, or the director where no pool may.

    `passes_offers` says whether who is rung hears the caller's offer, or makes one itself;
    `identity` whom it sees instead of the caller, None for the caller as From has it.
    """

    @property
    def site(self) -> Site:
        """What it is part of."""
        ...

    @property
    def element(self) -> Element:
        """Its listener."""
        ...

    @property
    def party(self) -> Party:
        """What it is called in ladders."""
        ...

    @property
    def passes_offers(self) -> bool:
        """As above."""
        ...

    @property
    def identity(self) -> Identity | None:
        """As above."""
        ...

    def contact(self, transport: bytes) -> bytes:
        """Its Contact for a dialog over `transport`."""
        ...


def bridge_invite(
    pool: Host, call: Call, request: Request, aor: bytes, uri: bytes, flow: Flow
) -> Request:
    """The INVITE of the agent's leg: From shows the caller, all else is the host's own.

    Where the host speaks for somebody else, From shows them.
    """
    director = pool.site.elements.director.endpoint
    endpoint = pool.element.endpoint
    call_id = call.agent_call_id or b""
    identity = pool.identity
    shown = _without_tag(request.from_value) if identity is None else identity.name_addr
    from_value = shown + b";tag=" + endpoint.new_tag()
    headers = [
        (b"Record-Route", b"<%b;lr>" % director.contact(b"", flow.transport)[1:-1]),
        (b"Contact", pool.contact(flow.transport)),
        (b"Allow", ALLOW),
        *(identity.asserted if identity is not None else ()),
        *(content_of(request) if pool.passes_offers else ()),
    ]
    host = endpoint.advertise.encode()
    body = hidden(request, host=host, session=call.number) if pool.passes_offers else b""
    return Request.build(
        b"INVITE",
        uri,
        via=None,
        from_value=from_value,
        to_value=b"<%b>" % aor,
        call_id=call_id,
        cseq=1,
        max_forwards=max(request.max_forwards - 1, 0),
        headers=headers,
        body=body,
    )


class BridgedCall:
    """Two dialogs of one host, and what passes from one to the other."""

    __slots__ = ("_agent", "_caller", "_pool", "call", "is_dead", "is_ended", "site")

    def __init__(
        self,
        pool: Host,
        call: Call,
        caller: Leg,
        agent: Leg,
    ) -> None:
        self.site: Site = pool.site
        self.call = call
        self._pool = pool
        self._caller = caller
        self._agent = agent
        self.is_ended = False
        self.is_dead = False  # no packet is sent any more
        caller.on_no_ack = agent.on_no_ack = self._on_no_ack
        caller.on_expired = agent.on_expired = self._on_expired

    def owns(self, request: Request) -> bool:
        """Whether `request` is within one of the two dialogs."""
        return self._caller.owns(request) or self._agent.owns(request)

    def on_ack(self, request: Request) -> None:
        """One end has our 2xx: the other end's 2xx is acknowledged with what came along."""
        leg, other = self._legs(request)
        leg.acknowledged()
        if request.body:
            other.acknowledge(self.hide(request), content_of(request))
        else:
            other.acknowledge(b"", [])

    def on_answer_again(self, branch: RegisteredBranch, response: Response) -> None:
        """The agent repeats its 2xx: so is the ACK, if it has been sent."""
        self._agent.acknowledge_again()

    def on_request(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """Relay a request to the other dialog, or end both."""
        leg, other = self._legs(request)
        method = request.method
        self.call.saw_request(leg.party, element.party, method)
        if self.is_ended:
            transaction.respond(481)
        elif not leg.dialog.accepts(request):
            transaction.respond(500)
        elif method == b"BYE":
            self.is_ended = True
            self.call.saw_response(element.party, leg.party, 200, method)
            transaction.respond(200)
            leg.finish()
            self.site.end_call(self.call, EndedBy.CALLER if leg is self._caller else EndedBy.AGENT)
            other.hang_up((), keep=self)
        elif method not in _RELAYED:
            transaction.respond(405, headers=_ALLOW)
        elif method == b"UPDATE" and not request.body:  # a refresh, which is this leg's own affair
            leg.dialog.refresh_target(request)
            lines = b"Contact: %b\r\n" % leg.contact + leg.agree_on_timer(request)
            transaction.respond(200, headers=lines)
        elif method in (b"INVITE", b"UPDATE") and (leg.is_busy or other.is_busy):
            transaction.respond(491)  # §14.2, RFC 3311 §5.2: glare
        else:
            _Passage(self, transaction, request, leg, other).start()

    @property
    def awaits_ack(self) -> bool:
        """Whether a BYE of ours would have to wait for an ACK on either leg."""
        return self._caller.awaits_ack or self._agent.awaits_ack

    def hang_up(self, why: Lines) -> None:
        """BYE on both legs; one whose ACK has not come waits for it (§15)."""
        self.is_ended = True
        self._caller.hang_up(why, keep=self)
        self._agent.hang_up(why, keep=self)

    def abandon(self) -> None:
        """The host pool is dead: no packet of either dialog is ever sent again."""
        self.is_ended = self.is_dead = True
        self._caller.abandon()
        self._agent.abandon()

    def stop_repeating(self) -> None:
        """The listener that took the INVITE is gone: its 2xx is not repeated."""
        self._caller.stop_repeating()

    @property
    def pool(self) -> Host:
        """The host."""
        return self._pool

    def hide(self, message: Request | Response) -> bytes:
        """The body of `message` as the other leg may see it."""
        host = self._pool.element.endpoint.advertise.encode()
        return hidden(message, host=host, session=self.call.number)

    def _on_no_ack(self) -> None:
        self.site.end_call(self.call, EndedBy.FAULT, reason="no ACK")
        self.hang_up(())

    def _on_expired(self) -> None:
        self.site.end_call(self.call, EndedBy.FAULT, reason="the session was not refreshed")
        self.hang_up(())

    def _legs(self, request: Request) -> tuple[Leg, Leg]:
        if self._caller.owns(request):
            return self._caller, self._agent
        return self._agent, self._caller


class _Passage:
    """One request on its way through the bridge, and its responses on their way back."""

    __slots__ = ("_bridge", "_client", "_leg", "_other", "_request", "_transaction")

    def __init__(
        self,
        bridge: BridgedCall,
        transaction: ServerTransaction,
        request: Request,
        leg: Leg,
        other: Leg,
    ) -> None:
        self._bridge = bridge
        self._transaction = transaction
        self._request = request
        self._leg = leg
        self._other = other
        self._client: ClientTransaction | None = None

    def start(self) -> None:
        """Send it on the other leg."""
        request, bridge = self._request, self._bridge
        if isinstance(self._transaction, InviteServer):
            self._transaction.user = self
            self._leg.has_passage = self._other.has_passage = True
        headers = [(b"Contact", self._other.contact), *content_of(request)]
        body = bridge.hide(request)
        self._client = self._other.send(request.method, headers, body, self)
        if self._client is None:
            self._settle(480, b"", [])

    def on_cancel(self, transaction: InviteServer, cancel: Request) -> None:
        """The re-INVITE is given up."""
        if self._client is not None:
            self._client.cancel()

    def on_server_timeout(self, transaction: InviteServer) -> None:
        """The failure was not acknowledged: nothing is left to be done."""

    def on_response(self, transaction: ClientTransaction, response: Response) -> None:
        """Give a response back with its status; of a 2xx its body too."""
        bridge, status, method = self._bridge, response.status, self._request.method
        bridge.call.saw_response(self._other.party, bridge.pool.party, status, method)
        if status < 200 or bridge.is_dead:
            return
        other = self._other
        if status >= 300:
            self._settle(status, b"", [])
            return
        if method == b"INVITE":
            if self._transaction.is_answered:  # the other end repeats its 2xx
                other.acknowledge_again()
                return
            other.must_acknowledge(transaction.request.cseq)
            if bridge.is_ended:  # §15.1.2: by a BYE meanwhile
                other.acknowledge(b"", [])
                self._settle(487, b"", [])
                return
        if method in (b"INVITE", b"UPDATE"):
            other.dialog.refresh_target(response)
            self._leg.dialog.refresh_target(self._request)
        self._settle(status, bridge.hide(response), content_of(response))

    def on_client_timeout(self, transaction: ClientTransaction) -> None:
        """The other end is silent."""
        self._settle(408, b"", [])

    def on_transport_error(self, transaction: ClientTransaction) -> None:
        """The other end is gone."""
        self._settle(503, b"", [])

    def _settle(self, status: int, body: bytes, content: list[tuple[bytes, bytes]]) -> None:
        leg, bridge, method = self._leg, self._bridge, self._request.method
        leg.has_passage = self._other.has_passage = False
        if bridge.is_dead:
            return
        bridge.call.saw_response(bridge.pool.party, leg.party, status, method)
        transaction = self._transaction
        if isinstance(transaction, InviteServer) and status < 300:
            leg.answer(transaction, self._request, body, content)
            return
        lines = b""
        if status < 300:
            lines = b"Contact: %b\r\n" % leg.contact
            if method == b"UPDATE":
                lines += leg.agree_on_timer(self._request)
        for name, value in content:
            lines += b"%b: %b\r\n" % (name, value)
        transaction.respond(status, headers=lines, body=body)


def _without_tag(value: bytes) -> bytes:
    head, _, tail = value.rpartition(b";tag=")
    if not head:
        return value
    rest = tail.partition(b";")
    return head + rest[1] + rest[2]
