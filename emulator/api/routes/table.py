"""Every endpoint there is, in the order of the documentation."""

from __future__ import annotations

from typing import Final

from emulator.api.endpoint import Endpoint
from emulator.api.routes import calls, health, phases

__all__ = ["ENDPOINTS"]

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *health.ENDPOINTS,
    *phases.ENDPOINTS,
    *calls.ENDPOINTS,
)
