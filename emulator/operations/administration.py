"""What every use case works on: the deployment, and what only administration knows of it."""

from __future__ import annotations

from emulator.deployment import Deployment
from emulator.operations.records import Recorder
from emulator.operations.stores import Stores
from emulator.service.site import Site
from emulator.storage.records import MemoryRecords, RecordStore

__all__ = ["Administration"]


class Administration:
    """One deployment as its administrator sees it, and where its configuration is kept.

    `recorder` keeps the records of its calls.
    """

    __slots__ = ("deployment", "recorder", "stores")

    def __init__(
        self,
        deployment: Deployment,
        stores: Stores | None = None,
        records: RecordStore | None = None,
    ) -> None:
        """Without `stores` and `records`, everything is in memory."""
        self.deployment = deployment
        self.stores = stores or Stores(deployment.site)
        keep = deployment.site.topology.keep_calls
        self.recorder = Recorder(deployment.site, records or MemoryRecords(keep))

    @property
    def site(self) -> Site:
        """The state that the pools work on."""
        return self.deployment.site
