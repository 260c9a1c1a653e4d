"""How a workflow receives a new call: it may not be active, be closed, or ask the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.calls import EndedBy

if TYPE_CHECKING:
    from emulator.service.pending import PendingCall

__all__ = ["receive"]


def receive(pending: PendingCall) -> None:
    """Let `pending` into its group's queue, or let become of it what its workflow says."""
    group = pending.group
    if not group.settings.active:
        pending.refuse(480, EndedBy.QUEUE, (), None)
        return
    action = None
    if group.opening is not None:
        action = group.opening.action_at(pending.pool.site.wall_clock())
    if action is None:
        pending.begin()
    else:
        pending.leave_by(action)
