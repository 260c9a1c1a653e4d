"""What carries a pending call while its held caller is called back: an INVITE with Replaces.

Whoever takes up that INVITE (RFC 3891) leaves the dialog with the pool for the one that it makes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.calls import Call
from emulator.model.ladder import Party
from emulator.rules import Style, Verdict
from emulator.service.held import HeldCaller, replaces_of
from emulator.service.wording import ALLOW, Lines, rule_lines
from sip.dialog import uri_of
from sip.endpoint import Endpoint
from sip.headers import parse_name_addr
from sip.message import Request, Response
from sip.transaction.client import ClientTransaction
from sip.transaction.server import ServerTransaction

if TYPE_CHECKING:
    from emulator.service.bridge import BridgedCall
    from emulator.service.dialogs import ServedDialog
    from emulator.service.element import Element
    from emulator.service.pending import PendingCall
    from emulator.service.site import Site

__all__ = ["Replacing"]


class Replacing(ABC):
    """Calls the caller in the name of the agent who answered, as `party`."""

    __slots__ = ("_invite", "_pending", "_site", "_transaction", "call", "caller")

    party: Party

    def __init__(self, site: Site, pending: PendingCall, caller: HeldCaller) -> None:
        self._site = site
        self._pending = pending
        self.call: Call = pending.call
        self.caller = caller
        self._invite: Request | None = None
        self._transaction: ClientTransaction | None = None

    def start(self) -> None:
        """Call the caller, once it has acknowledged the pool's answer."""
        self.call.carrier = self
        self.caller.when_confirmed(self._send)

    def _send(self) -> None:
        if self.call.carrier is self:
            self._invite_caller()

    def _invite_as(
        self,
        agent: Agent,
        endpoint: Endpoint,
        call_id: bytes,
        contact: bytes,
        content: list[tuple[bytes, bytes]],
        body: bytes,
    ) -> None:
        """Send the INVITE in the name of `agent`, by `endpoint`."""
        held, flow = self.caller.request, self.caller.transaction.flow
        self._invite = Request.build(
            b"INVITE",
            uri_of(held.contact or held.from_value),
            via=None,
            from_value=b"<%b>;tag=%b" % (agent.aor.encode(), endpoint.new_tag()),
            to_value=b"<%b>" % parse_name_addr(held.from_value).uri,
            call_id=call_id,
            cseq=1,
            headers=[
                *((b"Route", route) for route in held.record_routes),
                (b"Contact", contact),
                (b"Replaces", replaces_of(held, self.caller.tag)),
                (b"Require", b"replaces"),
                (b"Supported", b"replaces"),
                (b"Allow", ALLOW),
                *content,
            ],
            body=body,
        )
        self.call.saw_request(self.party, Party.CALLER, b"INVITE")
        self._transaction = endpoint.send_request(self._invite, self, flow)
        if self._transaction is None:
            self._fail()

    def _hand_over(self, agent: Agent | None, carrier: BridgedCall | ServedDialog) -> None:
        """The caller is with `agent` now, and `carrier` carries the call."""
        call, site = self.call, self._site
        call.agent = agent
        call.carrier = carrier
        site.calls.connect(call)
        site.tell(call)
        self.caller.leave()

    def _fail(self) -> None:
        """The caller does not let itself be replaced: the call is pending as before."""
        if self.call.carrier is self:
            self.call.carrier = self._pending
            self._try_otherwise()

    # -- what is different ------------------------------------------------------------------------

    @abstractmethod
    def _invite_caller(self) -> None:
        """Call `_invite_as`."""

    @abstractmethod
    def _on_accepted(
        self, transaction: ClientTransaction, invite: Request, response: Response
    ) -> None:
        """The caller's 2xx makes the call; it is acknowledged each time that it comes."""

    @abstractmethod
    def _try_otherwise(self) -> None:
        """Do what is left to do for a caller who does not let itself be replaced."""

    @abstractmethod
    def _dismiss_agent(self) -> None:
        """The call ends before the agent has got it."""

    # -- what the caller says to it ---------------------------------------------------------------

    def on_response(self, transaction: ClientTransaction, response: Response) -> None:
        """A 2xx makes the call; a failure is the end of the attempt."""
        status = response.status
        self.call.saw_response(Party.CALLER, self.party, status, b"INVITE")
        if status < 200:
            return
        if status >= 300:
            self._fail()
            return
        assert self._invite is not None
        self._on_accepted(transaction, self._invite, response)

    def on_client_timeout(self, transaction: ClientTransaction) -> None:
        """The caller is silent."""
        self._fail()

    def on_transport_error(self, transaction: ClientTransaction) -> None:
        """The caller can't be reached."""
        self._fail()

    # -- as a pending call's carrier --------------------------------------------------------------

    def owns(self, request: Request) -> bool:
        """Nothing: the caller's dialog with the pool is found by its tag."""
        return False

    def on_request(  # noqa: B027 - a carrier must have it
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """Never called, as it owns nothing."""

    def on_ack(self, request: Request) -> None:  # noqa: B027 - a carrier must have it
        """Never called, as it owns nothing."""

    def rung_agents(self) -> set[Agent]:
        """Nobody: the agent has answered."""
        return set()

    def forsake(self, agent: Agent, why: Lines) -> None:  # noqa: B027 - a carrier must have it
        """Never called, as nobody is rung."""

    def give_up(self, ended_by: str, why: Lines) -> None:
        """The caller hangs up before it is with the agent."""
        self._stop(why)
        self.caller.end(487, ended_by, why)

    def refuse(self, status: int, ended_by: str, why: Lines, ruling: Verdict | None) -> None:
        """End the call."""
        self._stop(why)
        self.caller.end(status, ended_by, why, ruling=ruling)

    def disconnect(self, ruling: Verdict, style: Style) -> None:
        """A phase change has ended the call."""
        self._stop(rule_lines(ruling, self.call.host, self.call.is_imported))
        self.caller.dismiss(ruling, style)

    def _stop(self, why: Lines) -> None:
        self.call.carrier = None
        if self._transaction is not None:
            self._transaction.cancel(why)
        self._dismiss_agent()
