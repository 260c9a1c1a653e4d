"""The requests that follow from an INVITE of ours: its CANCEL and the ACK to a failure."""

from __future__ import annotations

from collections.abc import Iterable

from sip.message import Request

__all__ = ["ack_for_failure", "cancel_of"]


def cancel_of(invite: Request, headers: Iterable[tuple[bytes, bytes]] = ()) -> Request:
    """The CANCEL of `invite`: same branch, same route (§9.1); `headers` say why."""
    return _derived(invite, b"CANCEL", invite.to_value, headers)


def ack_for_failure(invite: Request, to_value: bytes) -> Request:
    """The ACK to a final response other than 2xx, whose To was `to_value` (§17.1.1.3)."""
    return _derived(invite, b"ACK", to_value, ())


def _derived(
    invite: Request, method: bytes, to_value: bytes, headers: Iterable[tuple[bytes, bytes]]
) -> Request:
    lines = [(b"Route", route) for route in invite.routes]
    lines.extend(headers)
    return Request.build(
        method,
        invite.uri,
        via=invite.vias[0],
        from_value=invite.from_value,
        to_value=to_value,
        call_id=invite.call_id,
        cseq=invite.cseq,
        headers=lines,
    )
