"""Every endpoint there is, in the order of the documentation."""

from __future__ import annotations

from typing import Final

from emulator.api.endpoint import Endpoint
from emulator.api.routes import (
    agents,
    calls,
    configuration,
    documents,
    events,
    health,
    imports,
    ladders,
    objects,
    phases,
    records,
)

__all__ = ["ENDPOINTS"]

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *phases.ENDPOINTS,
    *imports.ENDPOINTS,
    *calls.ENDPOINTS,
    *ladders.ENDPOINTS,
    *records.ENDPOINTS,
    *agents.ENDPOINTS,
    *configuration.ENDPOINTS,
    *objects.ENDPOINTS,
    *events.ENDPOINTS,
    *health.ENDPOINTS,
    *documents.ENDPOINTS,
)
