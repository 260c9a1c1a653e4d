"""All cmdlets that administer a running emulator."""

from __future__ import annotations

from emulator.shell.client import ApiClient
from emulator.shell.cmdlets.administered import Administered, with_completion
from emulator.shell.cmdlets.emulator_drills import drill_cmdlets
from emulator.shell.cmdlets.management_store import management_store_cmdlets
from emulator.shell.cmdlets.pools import pool_cmdlets
from emulator.shell.cmdlets.rgs_agent_groups import agent_group_cmdlets
from emulator.shell.cmdlets.rgs_queues import queue_cmdlets
from emulator.shell.cmdlets.rgs_settings import settings_cmdlets
from emulator.shell.cmdlets.rgs_times import time_cmdlets
from emulator.shell.cmdlets.rgs_transfer import transfer_cmdlets
from emulator.shell.cmdlets.rgs_values import VALUE_CMDLETS
from emulator.shell.cmdlets.rgs_workflows import workflow_cmdlets
from emulator.shell.cmdlets.services import service_cmdlets
from emulator.shell.engine import Cmdlet

__all__ = ["lync_cmdlets"]


def lync_cmdlets(client: ApiClient) -> tuple[Cmdlet, ...]:
    """The cmdlets of a session that asks `client`, which whoever made it closes."""
    administered = Administered(client)
    cmdlets = (
        *workflow_cmdlets(administered),
        *queue_cmdlets(administered),
        *agent_group_cmdlets(administered),
        *time_cmdlets(administered),
        *VALUE_CMDLETS,
        *settings_cmdlets(administered),
        *transfer_cmdlets(administered),
        *pool_cmdlets(administered),
        *service_cmdlets(administered),
        *management_store_cmdlets(administered),
        *drill_cmdlets(administered),
    )
    return with_completion(administered, cmdlets)
