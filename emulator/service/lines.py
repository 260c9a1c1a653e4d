"""How a pending call stands in the lines of its queue, and in that of the whole deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.groups import HostedGroup
from emulator.model.ladder import StepKind
from emulator.model.topology import OverflowCandidate

if TYPE_CHECKING:
    from emulator.service.pending import PendingCall

__all__ = ["change_line", "join_queue", "leave_queue", "seek_agents", "seek_no_agents"]


def join_queue(pending: PendingCall) -> bool:
    """Let the call wait; False if it left at once, as the one call too many."""
    call, group = pending.call, pending.group
    pending.queued_at = pending.pool.site.deadlines.clock()
    call.note(StepKind.QUEUED, 0)
    group.waiting.add(call.number, pending)
    seek_agents(pending)
    queue = group.settings.queue
    threshold = queue.overflow_threshold
    if threshold is not None and len(group.waiting) > threshold:
        newest = queue.overflow_candidate is OverflowCandidate.NEWEST
        candidate: PendingCall = group.waiting.newest if newest else group.waiting.oldest
        candidate.leave_by(queue.overflow_action, StepKind.OVERFLOWED)
        return candidate is not pending
    return True


def leave_queue(pending: PendingCall) -> None:
    """Let the call wait no more, if it does."""
    if pending.queued_at is not None:
        site = pending.pool.site
        pending.group.waiting.discard(pending.call.number)
        seek_no_agents(pending)
        site.tally.count_queued(site.deadlines.clock() - pending.queued_at)
        pending.queued_at = None


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


def change_line(pending: PendingCall, earlier: HostedGroup) -> None:
    """Let a call whose group is another than `earlier` now stand in the lines of its queue."""
    number, group = pending.call.number, pending.group
    if earlier.waiting is group.waiting:
        return
    if pending.queued_at is not None:
        earlier.waiting.discard(number)
        group.waiting.add(number, pending)
    if number in earlier.seekers:
        earlier.seekers.discard(number)
        group.seekers.add(number, pending)
