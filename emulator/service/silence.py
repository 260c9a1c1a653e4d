"""A call that met silence: the director waits, and answers 408 in the dead pool's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.calls import Call
from emulator.model.ladder import Party
from emulator.service.wording import Lines, rendered
from sip.message import Request
from sip.transaction.server import InviteServer

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.site import Site

__all__ = ["SilentRefusal"]


class SilentRefusal:
    """Answers 408 after `blackhole_seconds`, or 487 at once if the caller gives up before."""

    __slots__ = ("_call", "_deadline", "_element", "_tag", "_transaction", "_why")

    def __init__(
        self,
        site: Site,
        transaction: InviteServer,
        element: Element,
        call: Call,
        tag: bytes,
        why: Lines,
    ) -> None:
        self._transaction = transaction
        self._element = element
        self._call = call
        self._tag = tag
        self._why = why
        transaction.user = self
        self._deadline = site.deadlines.after(
            site.topology.blackhole_seconds, SilentRefusal._give_up, self
        )

    def on_cancel(self, transaction: InviteServer, cancel: Request) -> None:
        """The caller gives up first."""
        self._deadline.cancel()
        self._call.saw_request(Party.CALLER, self._element.party, b"CANCEL")
        self._answer(487)

    def on_server_timeout(self, transaction: InviteServer) -> None:
        """The refusal was not acknowledged: nothing is left to be done."""

    def _give_up(self) -> None:
        self._answer(408)

    def _answer(self, status: int) -> None:
        self._call.status = status
        self._call.saw_response(self._element.party, Party.CALLER, status, b"INVITE")
        self._transaction.respond(status, to_tag=self._tag, headers=rendered(self._why))
