"""How a pending call stands in the lines of its queue, and in that of the whole deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.groups import HostedGroup

if TYPE_CHECKING:
    from emulator.service.pending import PendingCall

__all__ = ["change_line", "seek_agents", "seek_no_agents"]


def seek_agents(pending: PendingCall) -> None:
    """Let agents who become available be offered this call."""
    number = pending.call.number
    pending.pool.site.seekers.add(number, pending)
    pending.group.seekers.add(number, pending)


def seek_no_agents(pending: PendingCall) -> None:
    """Offer this call to nobody any more."""
    number = pending.call.number
    pending.pool.site.seekers.discard(number)
    pending.group.seekers.discard(number)


def change_line(pending: PendingCall, earlier: HostedGroup, *, is_queued: bool) -> None:
    """Let a call whose group is another than `earlier` now stand in the lines of its queue."""
    number, group = pending.call.number, pending.group
    if earlier.waiting is group.waiting:
        return
    if is_queued:
        earlier.waiting.discard(number)
        group.waiting.add(number, pending)
    if number in earlier.seekers:
        earlier.seekers.discard(number)
        group.seekers.add(number, pending)
