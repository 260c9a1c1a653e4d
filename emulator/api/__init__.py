"""The admin API: REST, events and metrics over HTTP."""

from emulator.api.server import ApiServer, ApiSettings

__all__ = ["ApiServer", "ApiSettings"]
