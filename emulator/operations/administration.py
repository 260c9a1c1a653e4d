"""What every use case works on: the deployment, and what only administration knows of it."""

from __future__ import annotations

from emulator.deployment import Deployment
from emulator.rules import Pool
from emulator.service.site import Site

__all__ = ["Administration"]


class Administration:
    """One deployment as its administrator sees it.

    `databases` says of each pool whether its back-end database answers.
    """

    __slots__ = ("databases", "deployment")

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.databases = dict.fromkeys(Pool, True)

    @property
    def site(self) -> Site:
        """The state that the pools work on."""
        return self.deployment.site
