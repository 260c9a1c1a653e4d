"""All cmdlets that are PowerShell's own, and the aliases that no cmdlet declares."""

from __future__ import annotations

from emulator.shell.cmdlets.filtering import FOREACH_OBJECT, WHERE_OBJECT
from emulator.shell.cmdlets.formatting import (
    FORMAT_LIST,
    FORMAT_TABLE,
    OUT_DEFAULT,
    OUT_FILE,
    OUT_NULL,
    OUT_STRING,
)
from emulator.shell.cmdlets.helping import HELPING
from emulator.shell.cmdlets.jsons import CONVERT_FROM_JSON, CONVERT_TO_JSON
from emulator.shell.cmdlets.moments import MOMENTS
from emulator.shell.cmdlets.objects import OBJECTS
from emulator.shell.cmdlets.paths import PATHS
from emulator.shell.cmdlets.shaping import (
    GROUP_OBJECT,
    MEASURE_OBJECT,
    SELECT_OBJECT,
    SORT_OBJECT,
)
from emulator.shell.cmdlets.speaking import SPEAKING
from emulator.shell.cmdlets.variables import VARIABLES
from emulator.shell.engine import Cmdlet

__all__ = ["GENERIC_CMDLETS"]

GENERIC_CMDLETS: tuple[Cmdlet, ...] = (
    CONVERT_FROM_JSON,
    CONVERT_TO_JSON,
    FOREACH_OBJECT,
    FORMAT_LIST,
    FORMAT_TABLE,
    GROUP_OBJECT,
    MEASURE_OBJECT,
    OUT_DEFAULT,
    OUT_FILE,
    OUT_NULL,
    OUT_STRING,
    SELECT_OBJECT,
    SORT_OBJECT,
    WHERE_OBJECT,
    *HELPING,
    *MOMENTS,
    *OBJECTS,
    *PATHS,
    *SPEAKING,
    *VARIABLES,
)
