"""All cmdlets that administer a running emulator."""

from __future__ import annotations

from emulator.shell.client import ApiClient
from emulator.shell.cmdlets.administered import Administered
from emulator.shell.cmdlets.rgs_agent_groups import agent_group_cmdlets
from emulator.shell.cmdlets.rgs_queues import queue_cmdlets
from emulator.shell.engine import Cmdlet

__all__ = ["lync_cmdlets"]


def lync_cmdlets(client: ApiClient) -> tuple[Cmdlet, ...]:
    """The cmdlets of a session that asks `client`, which whoever made it closes."""
    administered = Administered(client)
    return (
        *agent_group_cmdlets(administered),
        *queue_cmdlets(administered),
    )
