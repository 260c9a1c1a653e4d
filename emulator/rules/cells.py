"""The words of the rules: rows, columns, the outcomes that each row knows, the ids of cells."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from emulator.rules.phases import Phase

__all__ = [
    "AGENTS_HOMED_ON_PRIMARY",
    "AGENT_OUTCOMES",
    "COLUMNS",
    "LITERAL_CELLS",
    "OUTCOMES",
    "Kind",
    "Outcome",
    "Pool",
    "Row",
    "agents_cell",
    "cell_id",
    "every_cell",
    "outcomes_of",
]


class Row(StrEnum):
    """What the rules rule on."""

    CONNECTED = "connected"
    PENDING = "pending"
    NEW = "new"
    ON_BEHALF = "on_behalf"
    CONSOLE = "console"
    CONFIG = "config"


class Pool(StrEnum):
    """One of the two pools."""

    PRIMARY = "primary"
    BACKUP = "backup"


class Kind(StrEnum):
    """Whether a call is handed over to its agent, or bridged to hide the agent."""

    NORMAL = "normal"
    ANONYMOUS = "anonymous"


class Outcome(StrEnum):
    """The word in a cell."""

    STAY = "stay"
    DISCONNECT = "disconnect"
    NONE_EXIST = "none-exist"
    CONNECT_TO_PRIMARY = "connect-to-primary"
    CONNECT_TO_BACKUP = "connect-to-backup"
    SUCCEED = "succeed"
    FAIL = "fail"
    DISABLED = "disabled"
    VIEW_AND_SIGN_IN = "view-and-sign-in"
    VIEW_ONLY = "view-only"
    HIDDEN = "hidden"
    VIEW_AND_MODIFY = "view-and-modify"
    VIEW_IF_DATABASE_UP = "view-if-database-up"
    SHELL_ONLY = "shell-only"
    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"


AGENTS_HOMED_ON_PRIMARY: Final = "agents_homed_on_primary"

# Columns are the rest of a cell's path, behind row and phase.
COLUMNS: Final[Mapping[Row, tuple[str, ...]]] = {
    Row.CONNECTED: ("normal", "anonymous/primary", "anonymous/backup"),
    Row.PENDING: ("primary", "backup"),
    Row.NEW: ("not_imported", "imported"),
    Row.ON_BEHALF: ("not_imported", "imported"),
    Row.CONSOLE: ("primary", "backup", "imported"),
    Row.CONFIG: ("primary", "backup", "imported"),
}

_OF_CALLS = (Outcome.STAY, Outcome.DISCONNECT, Outcome.NONE_EXIST)

OUTCOMES: Final[Mapping[Row, tuple[Outcome, ...]]] = {
    Row.CONNECTED: _OF_CALLS,
    Row.PENDING: _OF_CALLS,
    Row.NEW: (Outcome.CONNECT_TO_PRIMARY, Outcome.CONNECT_TO_BACKUP, Outcome.DISCONNECT),
    Row.ON_BEHALF: (Outcome.SUCCEED, Outcome.FAIL, Outcome.DISABLED),
    Row.CONSOLE: (Outcome.VIEW_AND_SIGN_IN, Outcome.VIEW_ONLY, Outcome.HIDDEN),
    Row.CONFIG: (Outcome.VIEW_AND_MODIFY, Outcome.VIEW_IF_DATABASE_UP, Outcome.SHELL_ONLY),
}

AGENT_OUTCOMES: Final = (Outcome.REACHABLE, Outcome.UNREACHABLE)


def cell_id(row: Row, phase: Phase, column: str) -> str:
    """Give the id of a cell, such as `connected/outage/anonymous/primary`."""
    return f"{row}/{phase}/{column}"


def agents_cell(phase: Phase) -> str:
    """Give the id of the cell that says whether agents homed on the primary pool may be rung."""
    return f"{AGENTS_HOMED_ON_PRIMARY}/{phase}"


def every_cell() -> Iterator[str]:
    """Give the ids of all cells that a rules file has, in its order."""
    yield from map(agents_cell, Phase)
    for row, columns in COLUMNS.items():
        for phase in Phase:
            for column in columns:
                yield cell_id(row, phase, column)


def outcomes_of(cell: str) -> tuple[Outcome, ...]:
    """Give the words that the cell may carry; raises ValueError if there is no such row."""
    row = cell.partition("/")[0]
    return AGENT_OUTCOMES if row == AGENTS_HOMED_ON_PRIMARY else OUTCOMES[Row(row)]


# `reading: literal` turns exactly these into `disconnect`.
LITERAL_CELLS: Final = (
    cell_id(Row.CONNECTED, Phase.OUTAGE, "anonymous/backup"),
    cell_id(Row.CONNECTED, Phase.FAILING_OVER, "anonymous/backup"),
    cell_id(Row.PENDING, Phase.OUTAGE, "backup"),
    cell_id(Row.PENDING, Phase.FAILING_OVER, "backup"),
)
