"""What every use case works on: the deployment, and what only administration knows of it."""

from __future__ import annotations

from emulator.deployment import Deployment
from emulator.operations.records import Recorder
from emulator.rules import Pool
from emulator.service.site import Site
from emulator.storage.records import MemoryRecords, RecordStore

__all__ = ["Administration"]


class Administration:
    """One deployment as its administrator sees it.

    `databases` says of each pool whether its back-end database answers; `recorder` keeps the
    records of its calls.
    """

    __slots__ = ("databases", "deployment", "recorder")

    def __init__(self, deployment: Deployment, records: RecordStore | None = None) -> None:
        """Without `records`, they are in memory."""
        self.deployment = deployment
        self.databases = dict.fromkeys(Pool, True)
        keep = deployment.site.topology.keep_calls
        self.recorder = Recorder(deployment.site, records or MemoryRecords(keep))

    @property
    def site(self) -> Site:
        """The state that the pools work on."""
        return self.deployment.site
