"""How a workflow receives a new call: it may not be active, be closed, or ask the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.calls import EndedBy
from emulator.model.groups import HostedGroup

if TYPE_CHECKING:
    from emulator.service.pending import PendingCall
    from emulator.service.site import Site

__all__ = ["is_queued_at_once", "receive"]


def is_queued_at_once(group: HostedGroup, site: Site) -> bool:
    """Whether a call to `group` that comes now gets into its queue without further ado."""
    if group.is_plain:
        return True
    opening = group.opening
    is_let_through = opening is None or opening.action_at(site.wall_clock()) is None
    return group.settings.active and is_let_through


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
