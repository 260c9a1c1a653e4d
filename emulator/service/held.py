"""A caller whom a pool has answered, to be transferred to an agent (`handover: transfer`).

What RFC 5589 §7 calls an attended transfer: the pool is the transferor. Either the caller gets an
INVITE with Replaces (RFC 3891) from the agent who has answered, or REFER (RFC 3515) with Replaces
from the pool, and calls again; who is to be rung is rung for that second call then.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.calls import Call, CallState, EndedBy
from emulator.model.groups import HostedGroup
from emulator.model.ladder import Party, StepKind
from emulator.rules import Style, Verdict
from emulator.service.bridge_legs import Leg
from emulator.service.descriptions import answer_for
from emulator.service.waiting_caller import WaitingCaller
from emulator.service.wording import Lines, diagnostic_id, diagnostics, rule_lines
from sip.dialog import Dialog, uri_of
from sip.headers import tag_of
from sip.message import Request, Response
from sip.names import reason_phrase
from sip.transaction.client import ClientTransaction
from sip.transaction.server import InviteServer, ServerTransaction
from sip.uri import escape_param

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.menu import Menu
    from emulator.service.pool import PoolService

__all__ = ["TRANSFER_PARAM", "Ability", "HeldCaller", "referral_of", "replaces_of"]

TRANSFER_PARAM = b"rgs-transfer"
_SDP = [(b"Content-Type", b"application/sdp")]
_FRAGMENT = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2})").match
_ANSWERED = (b"INFO", b"OPTIONS", b"MESSAGE", b"NOTIFY")


class Ability:
    """What a caller says that it can do: be referred, and take an INVITE with Replaces."""

    __slots__ = ("joins", "refers")

    def __init__(self, request: Request) -> None:
        self.refers = b"REFER" in request.values(b"Allow")
        self.joins = b"replaces" in [tag.lower() for tag in request.values(b"Supported")]

    def suits(self, group: HostedGroup) -> bool:
        """Whether a call to `group` can be transferred.

        Only an emulated agent sends an INVITE with Replaces when the pool wants it to.
        """
        if self.refers:
            return True
        return self.joins and all(each.is_emulated and not each.bindings for each in group.agents)


class HeldCaller:
    """The pool's answered dialog with a caller, until the caller is in one with an agent.

    A call's `carrier` gets nothing of it: what comes in this dialog comes here, found by its tag.
    """

    __slots__ = ("_has_left", "_is_confirmed", "_leg", "_referral", "_then", "_waits", "ability",
                 "call", "element", "menu", "pool", "request", "tag", "transaction")  # fmt: skip

    is_gone = False

    def __init__(
        self,
        pool: PoolService,
        call: Call,
        transaction: InviteServer,
        request: Request,
        element: Element,
        ability: Ability,
    ) -> None:
        self.pool = pool
        self.call = call
        self.transaction = transaction
        self.request = request
        self.element = element
        self.menu: Menu | None = None  # that asks the caller now
        self.ability = ability
        self.tag = element.endpoint.new_tag()
        self._leg = Leg(
            pool.site,
            call,
            Party.CALLER,
            pool.party,
            Dialog.of_server(request, self.tag),
            pool.element.endpoint,
            pool.contact(transaction.flow.transport),
            transaction.flow,
        )
        self._leg.on_no_ack = self._on_no_ack
        self._leg.on_over = self._forget
        self._is_confirmed = False
        self._waits: Callable[[], None] | None = None  # for the ACK
        self._then: Callable[[], None] | None = None  # once the caller has called again
        self._referral: bytes | None = None
        self._has_left = False

    def answer(self) -> bool:
        """Answer the INVITE with 200 and hold music; False (488 sent) if its offer is no use."""
        body = self._description(self.request)
        if body is None:
            self.transaction.respond(488, to_tag=self.tag)
            return False
        self.pool.site.held[self.tag] = self
        self._leg.answer(self.transaction, self.request, body, _SDP)
        self.call.saw(self.element.steps.answer)
        return True

    # -- as a pending call's caller ---------------------------------------------------------------

    def owns(self, request: Request) -> bool:
        """Never: see `owns_dialog`."""
        return False

    def tell(self, status: int, headers: bytes) -> None:
        """Nothing: the caller hears music."""

    def let_go(self) -> None:
        """Nothing: an answered call does not hang on its connection."""

    def end(
        self,
        status: int,
        ended_by: str,
        why: Lines = (),
        *,
        ruling: Verdict | None = None,
        reason: str | None = None,
    ) -> None:
        """End the call with BYE, which says what the status would have said."""
        told = b'SIP;cause=%d;text="%b"' % (status, reason_phrase(status))
        self._leg.hang_up(why or ((b"Reason", told),))
        self.pool.site.end_call(
            self.call,
            ended_by,
            reason=ruling.cell if ruling is not None else reason,
            ruling=ruling,
        )

    def dismiss(self, ruling: Verdict, style: Style) -> None:
        """A phase change has ended the call: BYE, or silence for ever."""
        if style is not Style.GRACEFUL:
            self.abandon()
            return
        call = self.call
        fqdn = self.pool.site.topology.pools[call.host].fqdn
        lines = rule_lines(ruling, call.host, call.is_imported)
        call.note(StepKind.DIAGNOSED, diagnostic_id(ruling.cell, is_bye=True))
        self._leg.hang_up(lines + diagnostics(ruling.cell, fqdn, is_bye=True))

    def abandon(self) -> None:
        """The pool is dead: no packet of this dialog is ever sent again."""
        self._leg.abandon()

    # -- the transfer -----------------------------------------------------------------------------

    def must_refer(self, agents: list[Agent]) -> bool:
        """Whether the caller has to call again before `agents` are rung.

        One who can't be referred is introduced to a client that has registered meanwhile.
        """
        ability = self.ability
        return ability.refers and (not ability.joins or any(each.bindings for each in agents))

    @property
    def is_referred(self) -> bool:
        """Whether the caller has been asked to call again, and hasn't done so yet."""
        return self._referral is not None and not self._has_left

    def when_confirmed(self, do: Callable[[], None]) -> None:
        """Do something once the caller has acknowledged the pool's 200."""
        if self._is_confirmed:
            do()
        else:
            self._waits = do

    def refer(self, then: Callable[[], None]) -> None:
        """Ask the caller to call again; `then` is done when it has, with the new call as caller."""
        self._then = then
        if self._referral is None:
            self._referral = self.pool.element.endpoint.new_tag()
            self.pool.site.referrals[self._referral] = self
            self.when_confirmed(self._send_refer)

    def _send_refer(self) -> None:
        site, call = self.pool.site, self.call
        if call.ended is not None or self._referral is None:
            return
        director = site.elements.director.endpoint
        group = call.group.name.encode() if call.group is not None else b"transfer"
        replaced = b"%b@%b;to-tag=%b;from-tag=%b" % (
            self._referral,
            director.advertise.encode(),
            director.new_tag(),
            director.new_tag(),
        )
        where = uri_of(director.contact(group, self.transaction.flow.transport))
        uri = b"%b;%b=%b?Replaces=%b" % (
            where,
            TRANSFER_PARAM,
            self._referral,
            escape_param(replaced),
        )
        domain = site.topology.domain.encode()
        headers = [
            (b"Contact", self._leg.contact),
            (b"Refer-To", b"<%b>" % uri),
            (b"Referred-By", b"<sip:%b@%b>" % (group, domain)),
        ]
        self._leg.send(b"REFER", headers, b"", self)
        site.deadlines.after(site.timers.timeout, HeldCaller._lose_patience, self)

    def on_called_again(
        self, transaction: InviteServer, request: Request, element: Element
    ) -> None:
        """The caller does as it was asked: from now on the call waits in this second INVITE."""
        call, site = self.call, self.pool.site
        pending, then = call.carrier, self._then
        if call.ended is not None or then is None or pending is None:
            transaction.respond(481, to_tag=element.endpoint.new_tag())
            return
        self._has_left = True
        self._then = None
        self._drop_referral()
        if call.agent_call_id is None:
            call.agent_call_id = request.call_id
            site.calls.index(request.call_id, call)
        call.saw(element.steps.invite)
        _take_off_what_was_for_us(request)
        pending.continue_with(WaitingCaller(site, call, transaction, request, element))
        site.deadlines.after(site.timers.timeout, HeldCaller._leave_when_done, self)
        then()

    def leave(self) -> None:
        """The caller is with an agent: it hangs up here, or the pool does after a while."""
        self._has_left = True
        site = self.pool.site
        site.deadlines.after(site.timers.timeout, HeldCaller._leave_when_done, self)

    def hang_up(self, why: Lines = ()) -> None:
        """End this dialog, and no more."""
        self._leg.hang_up(why)

    def _leave_when_done(self) -> None:
        if self.call.state == CallState.PENDING:  # NOTIFY says when the second call has an answer
            self.leave()
        else:
            self.hang_up()

    def _lose_patience(self) -> None:
        if self.is_referred:
            self._fail()

    def _fail(self) -> None:
        """The caller can't be referred, or doesn't do it."""
        if self._has_left or self._referral is None:
            return
        self._drop_referral()
        self.ability.refers = False
        then, self._then = self._then, None
        carrier = self.call.carrier
        if carrier is None:
            return
        if self.ability.joins and then is not None:
            then()
        else:
            carrier.refuse(480, EndedBy.FAULT, (), None)

    def _drop_referral(self) -> None:
        if self._referral is not None:
            self.pool.site.referrals.pop(self._referral, None)
            self._referral = None

    # -- what comes in the dialog -----------------------------------------------------------------

    def owns_dialog(self, request: Request) -> bool:
        """Whether `request` is within this dialog."""
        return self._leg.owns(request)

    def on_ack(self, request: Request) -> None:
        """The caller has the 200."""
        self.call.saw(self.element.steps.ack)
        self._is_confirmed = True
        waits, self._waits = self._waits, None
        self._leg.acknowledged()
        if waits is not None:
            waits()

    def on_request(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """A request within the dialog: a pool answers as whoever plays music does."""
        method, leg = request.method, self._leg
        self.call.saw_request(Party.CALLER, element.party, method)
        status, body = 405, b""
        if not leg.dialog.accepts(request):
            status = 500
        elif method == b"BYE" or method in _ANSWERED:
            status = 200
        elif method in (b"INVITE", b"UPDATE"):
            leg.dialog.refresh_target(request)
            found = self._description(request) if method == b"INVITE" or request.body else b""
            status, body = (200, found) if found is not None else (488, b"")
        self.call.saw_response(element.party, Party.CALLER, status, method)
        if isinstance(transaction, InviteServer) and status == 200:
            leg.answer(transaction, request, body, _SDP)
            return
        lines = b"Contact: %b\r\n" % leg.contact if method == b"UPDATE" else b""
        lines += b"Content-Type: application/sdp\r\n" if body else b""
        transaction.respond(status, headers=lines, body=body)
        if method == b"BYE" and status == 200:
            self._on_bye()
        elif method == b"NOTIFY" and status == 200:
            self._on_notify(request)
        elif method == b"INFO" and self.menu is not None:
            self.menu.hear(request)

    def on_response(self, transaction: ClientTransaction, response: Response) -> None:
        """What the caller says to REFER; whether it does as it is asked is seen later."""
        if response.status >= 300:
            self._fail()

    def on_client_timeout(self, transaction: ClientTransaction) -> None:
        """Silence."""
        self._fail()

    def on_transport_error(self, transaction: ClientTransaction) -> None:
        """The caller can't be reached."""
        self._fail()

    def _on_bye(self) -> None:
        self._leg.finish()
        carrier = self.call.carrier
        if not self._has_left and carrier is not None:
            self._drop_referral()
            carrier.give_up(EndedBy.CALLER, ())

    def _on_notify(self, request: Request) -> None:
        found = _FRAGMENT(request.body.lstrip())
        status = int(found[1]) if found else 0
        if self._has_left:
            if status >= 200:
                self.hang_up()
        elif status >= 300:
            self._fail()

    def _on_no_ack(self) -> None:
        carrier = self.call.carrier
        if not self._has_left and carrier is not None:
            carrier.refuse(408, EndedBy.FAULT, (), None)
        else:
            self.hang_up()

    def _forget(self) -> None:
        self._drop_referral()
        self.pool.site.held.pop(self.tag, None)

    def _description(self, request: Request) -> bytes | None:
        host = self.pool.element.endpoint.advertise.encode()
        port = self.pool.site.elements.media_port
        return answer_for(request, host=host, port=port, session=self.call.number)


def referral_of(request: Request) -> bytes:
    """The referral that a new INVITE follows: by its Replaces, or by its Request-URI alone."""
    replaces = request.first(b"Replaces")
    if replaces is not None:
        return replaces.partition(b"@")[0].strip()
    _, _, rest = request.uri.partition(b";" + TRANSFER_PARAM + b"=")
    return rest.partition(b";")[0].partition(b"?")[0]


def _take_off_what_was_for_us(request: Request) -> None:
    """Let no agent look for the dialog that the caller has replaced."""
    request.remove_header(b"Replaces")
    required = request.values(b"Require")
    left = [tag for tag in required if tag.lower() != b"replaces"]
    if len(left) != len(required):
        request.remove_header(b"Require")
        if left:
            request.add_header(b"Require", b", ".join(left))


def replaces_of(request: Request, tag: bytes) -> bytes:
    """The Replaces value that names our dialog with the caller of `request` (RFC 3891 §3).

    The tags are meant as the receiver has them: to-tag is its own.
    """
    return b"%b;to-tag=%b;from-tag=%b" % (request.call_id, tag_of(request.from_value), tag)
