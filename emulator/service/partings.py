"""How a connected call is ended from here: in the books at once, on the wire in its turn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from emulator.model.calls import Call
from emulator.service.pacing import Pacer
from emulator.service.wording import Lines

if TYPE_CHECKING:
    from emulator.service.site import Site

__all__ = ["end_in_turn", "hang_up"]


def end_in_turn(
    site: Site,
    pacer: Pacer,
    call: Call,
    ended_by: str,
    *,
    why: Lines = (),
    reason: str | None = None,
) -> None:
    """End a connected call now; its BYE goes out when the pacer comes to it.

    One that has to wait for an ACK (RFC 3261 §15) waits from now on, so that the ACK is heard.
    """
    carrier = call.carrier
    site.end_call(call, ended_by, reason=reason)
    if carrier is None:
        return
    if carrier.awaits_ack:
        carrier.hang_up(why)
    else:
        pacer.add(partial(carrier.hang_up, why))


def hang_up(call: Call, carrier: Any, why: Lines) -> None:
    """Let the ends of a call hear BYE, as far as nothing has to be waited for.

    Until now `carrier` has heard what came for the call.
    """
    call.carrier = None  # it takes the place again if it has to wait for an ACK first
    carrier.hang_up(why)
