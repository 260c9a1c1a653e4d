"""The endpoints of the admin API, a file for each subject."""

from emulator.api.routes.table import ENDPOINTS

__all__ = ["ENDPOINTS"]
