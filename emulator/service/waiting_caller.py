"""A caller whose INVITE has no final answer yet: one early dialog, whatever rings behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.calls import Call, EndedBy
from emulator.model.ladder import Party
from emulator.rules import Style, Verdict
from emulator.service.silence import SilentRefusal
from emulator.service.wording import Lines, rendered, rule_lines
from sip.message import Request
from sip.transaction.server import InviteServer, ServerTransaction

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.menu import Menu
    from emulator.service.site import Site

__all__ = ["WaitingCaller"]

_ALLOW = b"Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO\r\n"


class WaitingCaller:
    """Tells the caller how the call is getting on, and hears when the caller gives up.

    What it hears it tells the call's carrier, by `give_up`.
    """

    __slots__ = ("call", "element", "menu", "request", "site", "tag", "transaction")

    def __init__(
        self, site: Site, call: Call, transaction: InviteServer, request: Request, element: Element
    ) -> None:
        self.site = site
        self.call = call
        self.transaction = transaction
        self.request = request
        self.element = element
        self.menu: Menu | None = None  # that asks the caller now
        self.tag = element.endpoint.new_tag()
        transaction.user = self
        flow = transaction.flow
        if flow.reliable:
            flow.watch(self, self._lose)

    @property
    def is_gone(self) -> bool:
        """Whether no answer can reach the caller: the listener that it called has died."""
        return self.transaction.request is None

    def owns(self, request: Request) -> bool:
        """Whether `request` is within the early dialog."""
        return request.to_tag == self.tag and request.from_tag == self.request.from_tag

    def tell(self, status: int, headers: bytes) -> None:
        """Send a provisional response."""
        element = self.element
        if status == 180:
            self.call.saw(element.steps.ringing)
        else:
            self.call.saw_response(element.party, Party.CALLER, status, b"INVITE")
        self.transaction.respond(status, to_tag=self.tag, headers=headers)

    def let_go(self) -> None:
        """The call has its answer: what becomes of the connection is no longer heeded."""
        flow = self.transaction.flow
        if flow.reliable:
            flow.unwatch(self)

    # -- what the caller does ---------------------------------------------------------------------

    def on_cancel(self, transaction: InviteServer, cancel: Request) -> None:
        """The caller gives up: 487."""
        self.call.saw_request(Party.CALLER, self.element.party, b"CANCEL")
        self._give_up(tuple((b"Reason", value) for value in cancel.values(b"Reason")))

    def on_server_timeout(self, transaction: InviteServer) -> None:
        """The refusal was not acknowledged: nothing is left to be done."""

    def on_request(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """BYE ends it, INFO (menus) and OPTIONS are answered, the rest has no place here."""
        method, party = request.method, element.party
        self.call.saw_request(Party.CALLER, party, method)
        status = 200 if method in (b"BYE", b"INFO", b"OPTIONS") else 405
        self.call.saw_response(party, Party.CALLER, status, method)
        transaction.respond(status, headers=_ALLOW if status == 405 else b"")
        if method == b"BYE":
            self._give_up(())
        elif method == b"INFO" and self.menu is not None:
            self.menu.hear(request)

    def _give_up(self, why: Lines) -> None:
        carrier = self.call.carrier
        if carrier is None:  # ended by rule; what the caller is to be told is on its way
            self.transaction.respond(487, to_tag=self.tag)
        else:
            carrier.give_up(EndedBy.CALLER, why)

    def _lose(self) -> None:
        """The connection that the INVITE came by has closed: nobody is there any more."""
        carrier = self.call.carrier
        if carrier is not None and not self.transaction.is_answered:
            carrier.give_up(EndedBy.FAULT if self.element.is_down else EndedBy.CALLER, ())

    # -- the end ----------------------------------------------------------------------------------

    def end(
        self,
        status: int,
        ended_by: str,
        why: Lines = (),
        *,
        ruling: Verdict | None = None,
        reason: str | None = None,
    ) -> None:
        """End the call with a final status that says why."""
        self.call.saw_response(self.element.party, Party.CALLER, status, b"INVITE")
        self._refuse(status, why)
        self.site.end_call(
            self.call,
            ended_by,
            status=status,
            reason=ruling.cell if ruling is not None else reason,
            ruling=ruling,
        )

    def dismiss(self, ruling: Verdict, style: Style) -> None:
        """A phase change has ended the call: what the caller finds out, and when.

        A pool that lives, or goes down gracefully, says so. Of one that dies otherwise, a call that
        came to its own listener hears nothing more; for others the director answers, 503 for a pool
        that crashed, and for one that fell silent 408 after a while.
        """
        call, element = self.call, self.element
        why = rule_lines(ruling, call.host, call.is_imported)
        if style is Style.GRACEFUL:
            call.status = self.site.topology.responses.get(ruling.cell, 503)
        elif element.pool is call.host:
            self.let_go()
            self.transaction.abandon()
            return
        elif style is Style.CRASH:
            call.status = 503
        else:
            self.let_go()
            SilentRefusal(self.site, self.transaction, element, call, self.tag, why)
            return
        call.saw_response(element.party, Party.CALLER, call.status, b"INVITE")
        self._refuse(call.status, why)

    def _refuse(self, status: int, why: Lines) -> None:
        self.let_go()
        self.transaction.respond(status, to_tag=self.tag, headers=rendered(why) if why else b"")
