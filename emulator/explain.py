"""What `rgs explain` says of a cell or a statement: outcome, meaning, reason and source."""

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import fill, indent
from typing import Final

from emulator.documents import nearest, quoted
from emulator.rules import (
    AGENTS_HOMED_ON_PRIMARY,
    LITERAL_CELLS,
    Outcome,
    Phase,
    Reading,
    Rules,
    Statement,
)

__all__ = [
    "CellExplained",
    "StatementExplained",
    "UnknownTopic",
    "explain",
    "explain_cell",
    "explain_statement",
]

_WIDTH: Final = 88


class UnknownTopic(LookupError):
    """Neither a cell nor a statement; says which was probably meant."""


@dataclass(frozen=True, slots=True)
class CellExplained:
    """A cell: what it is about, what its outcome means, why it is so, what the source says."""

    cell: str
    outcome: Outcome
    about: str
    meaning: str
    why: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class StatementExplained:
    """A statement, the cells that carry it, and how it is shown where no call is left to do so."""

    statement: Statement
    cells: tuple[CellExplained, ...]
    shown: str


_ABOUT: Final = {
    "connected/normal": "Normal calls connected to an agent, at the moment {phase} is entered.",
    "connected/anonymous/primary": (
        "Anonymous calls connected to an agent and hosted by the primary pool, at the moment "
        "{phase} is entered."
    ),
    "connected/anonymous/backup": (
        "Anonymous calls connected to an agent and hosted by the backup pool, at the moment "
        "{phase} is entered."
    ),
    "pending/primary": (
        "Calls hosted by the primary pool that have no agent yet (greeting, menu, queue, "
        "ringing), at the moment {phase} is entered."
    ),
    "pending/backup": (
        "Calls hosted by the backup pool that have no agent yet (greeting, menu, queue, "
        "ringing), at the moment {phase} is entered."
    ),
    "new/not_imported": (
        "New calls during {phase} to a group of the primary pool of which no copy was imported."
    ),
    "new/imported": (
        "New calls during {phase} to a group of the primary pool whose copy is on the backup pool."
    ),
    "on_behalf/not_imported": (
        "Calls during {phase} that an agent makes on behalf of a group without an imported copy."
    ),
    "on_behalf/imported": (
        "Calls during {phase} that an agent makes on behalf of a group with an imported copy."
    ),
    "console/primary": "Agent groups owned by the primary pool on the agent console in {phase}.",
    "console/backup": "Agent groups owned by the backup pool on the agent console in {phase}.",
    "console/imported": "Imported copies of agent groups on the agent console in {phase}.",
    "config/primary": "Configuration of groups owned by the primary pool in {phase}.",
    "config/backup": "Configuration of groups owned by the backup pool in {phase}.",
    "config/imported": "Configuration of imported copies in {phase}.",
    AGENTS_HOMED_ON_PRIMARY: (
        "Agents whose account is homed on the primary pool, in {phase}, for groups of either owner."
    ),
}

_MEANING: Final[Mapping[Outcome, str]] = {
    Outcome.STAY: "The calls go on.",
    Outcome.DISCONNECT: "They are disconnected.",
    Outcome.NONE_EXIST: "No such call is left when the phase begins.",
    Outcome.CONNECT_TO_PRIMARY: "The primary pool takes the call.",
    Outcome.CONNECT_TO_BACKUP: "The backup pool takes the call.",
    Outcome.SUCCEED: "The call is made.",
    Outcome.FAIL: "The call fails.",
    Outcome.DISABLED: "The feature is off, and the call refused.",
    Outcome.VIEW_AND_SIGN_IN: "They are displayed, and agents can sign in.",
    Outcome.VIEW_ONLY: "They are displayed, and agents cannot sign in.",
    Outcome.HIDDEN: "They are not displayed.",
    Outcome.VIEW_AND_MODIFY: "It can be viewed and modified.",
    Outcome.VIEW_IF_DATABASE_UP: (
        "It can be viewed while the primary pool's back-end database answers, and not modified."
    ),
    Outcome.SHELL_ONLY: (
        "Control Panel and Configuration Tool do not show it; Management Shell configures it."
    ),
    Outcome.REACHABLE: "They are rung.",
    Outcome.UNREACHABLE: (
        "They are not rung at all: the call waits or goes to others, as if they were unavailable."
    ),
}

_PRIMARY_SERVES: Final = "The primary pool serves."
_LITERALLY: Final = (
    'The literal reading takes the source\'s flat "calls are disconnected" at its word, for calls '
    "on the backup pool too."
)
_SIGN_IN_NEEDS_OWNER: Final = (
    "Signing in is recorded at the pool that owns the group, and that one does not take it now."
)

# (row and column, outcome) -> why. What is not here is a rule of the user's own.
_WHY: Final[Mapping[tuple[str, Outcome], str]] = {
    ("connected/normal", Outcome.STAY): (
        "After the agent answered, the dialog is between caller and agent: no pool is in its path."
    ),
    ("connected/anonymous/primary", Outcome.STAY): _PRIMARY_SERVES,
    ("connected/anonymous/primary", Outcome.DISCONNECT): (
        "The hosting pool stays in the path of an anonymous call as a B2BUA; both legs die with it."
    ),
    ("connected/anonymous/primary", Outcome.NONE_EXIST): (
        "The primary pool went down before, and its anonymous calls with it."
    ),
    ("connected/anonymous/backup", Outcome.STAY): (
        "The backup pool hosts them, and it lives in every phase."
    ),
    ("connected/anonymous/backup", Outcome.DISCONNECT): _LITERALLY,
    ("pending/primary", Outcome.STAY): _PRIMARY_SERVES,
    ("pending/primary", Outcome.DISCONNECT): (
        "A call without an agent is a dialog with the pool itself, and dies with it."
    ),
    ("pending/primary", Outcome.NONE_EXIST): (
        "The primary pool went down before, and its waiting calls with it."
    ),
    ("pending/backup", Outcome.STAY): "The backup pool hosts them, and it serves.",
    ("pending/backup", Outcome.DISCONNECT): (
        "The groups go back to the primary pool: the copy's queues on the backup pool are given up."
    ),
    ("new/not_imported", Outcome.CONNECT_TO_PRIMARY): _PRIMARY_SERVES,
    ("new/not_imported", Outcome.DISCONNECT): (
        "The primary pool does not serve, and no other pool knows the group."
    ),
    ("new/not_imported", Outcome.CONNECT_TO_BACKUP): (
        "The rules file in use says so; but without an import the backup pool has no copy of the "
        "group, and the call is refused."
    ),
    ("new/imported", Outcome.CONNECT_TO_PRIMARY): _PRIMARY_SERVES,
    ("new/imported", Outcome.CONNECT_TO_BACKUP): (
        "The primary pool does not serve, and the backup pool has a copy of the group."
    ),
    ("on_behalf/not_imported", Outcome.SUCCEED): _PRIMARY_SERVES,
    ("on_behalf/not_imported", Outcome.DISABLED): (
        "While a pool goes down or comes back, nobody calls on behalf of its groups."
    ),
    ("on_behalf/not_imported", Outcome.FAIL): "No pool that serves knows the group.",
    ("on_behalf/imported", Outcome.SUCCEED): "A pool that serves knows the group.",
    ("on_behalf/imported", Outcome.DISABLED): (
        "While a pool goes down or comes back, nobody calls on behalf of its groups."
    ),
    ("console/primary", Outcome.VIEW_AND_SIGN_IN): _PRIMARY_SERVES,
    ("console/primary", Outcome.VIEW_ONLY): _SIGN_IN_NEEDS_OWNER,
    ("console/backup", Outcome.VIEW_AND_SIGN_IN): "The backup pool serves in every phase.",
    ("console/imported", Outcome.VIEW_AND_SIGN_IN): (
        "The copies stand in for the originals while the backup pool serves in their place."
    ),
    ("console/imported", Outcome.HIDDEN): "The originals are what agents are to see.",
    ("config/primary", Outcome.VIEW_AND_MODIFY): _PRIMARY_SERVES,
    ("config/primary", Outcome.VIEW_IF_DATABASE_UP): (
        "The configuration is in the primary pool's database, and is read-only until it serves."
    ),
    ("config/backup", Outcome.VIEW_AND_MODIFY): "The backup pool serves in every phase.",
    ("config/imported", Outcome.SHELL_ONLY): (
        "The copies are still owned by the primary pool: the two tools show only what is owned by "
        "the pool that it is on."
    ),
    (AGENTS_HOMED_ON_PRIMARY, Outcome.REACHABLE): "A pool serves their account.",
    (AGENTS_HOMED_ON_PRIMARY, Outcome.UNREACHABLE): (
        "Until a failover or failback is complete, no pool serves their account."
    ),
}

_RULES_OF_ONES_OWN: Final = "The rules file in use says so; the source does not."
_SHOWN_BY_ABSENCE: Final = (
    "Shown by absence: in a walk without import from normal through every phase, no such call from "
    "before is left at the moment the phase is entered."
)
# Their cells rule calls that are new since failing back; the statements are about those of before.
_ABOUT_CALLS_OF_BEFORE: Final = ("P5-R1-b", "P5-R2-a")


def explain(topic: str, rules: Rules, statements: Mapping[str, Statement]) -> str:
    """Give the text about a cell or a statement, as named in `topic`; raises UnknownTopic."""
    name = topic.strip()
    if name in rules.cells:
        return _cell_text(explain_cell(name, rules, statements))
    if _statement_id(name) in statements:
        return _statement_text(explain_statement(_statement_id(name), rules, statements))
    raise _unknown(name, rules, statements)


def explain_cell(cell: str, rules: Rules, statements: Mapping[str, Statement]) -> CellExplained:
    """Give what there is to say about `cell` under `rules`; raises UnknownTopic."""
    if cell not in rules.cells:
        raise _unknown(cell, rules, statements)
    row, phase, *column = cell.split("/")
    place = "/".join((row, *column))
    outcome = rules.cells[cell]
    return CellExplained(
        cell,
        outcome,
        _ABOUT[place].format(phase=phase),
        _MEANING[outcome],
        _why(cell, place, rules),
        tuple(statements[name] for name in rules.statements_of(cell) if name in statements),
    )


def explain_statement(
    name: str, rules: Rules, statements: Mapping[str, Statement]
) -> StatementExplained:
    """Give what there is to say about the statement `name` under `rules`; raises UnknownTopic."""
    if name not in statements:
        raise _unknown(name, rules, statements)
    cells = rules.statements.get(name, ())
    by_absence = name in _ABOUT_CALLS_OF_BEFORE or any(
        rules.cells[cell] is Outcome.NONE_EXIST for cell in cells
    )
    return StatementExplained(
        statements[name],
        tuple(explain_cell(cell, rules, statements) for cell in cells),
        _SHOWN_BY_ABSENCE if by_absence else "",
    )


def _why(cell: str, place: str, rules: Rules) -> str:
    outcome = rules.cells[cell]
    if cell in LITERAL_CELLS and outcome is Outcome.DISCONNECT:
        is_literal = rules.reading is Reading.LITERAL
        return _LITERALLY if is_literal else _RULES_OF_ONES_OWN
    return _WHY.get((place, outcome), _RULES_OF_ONES_OWN)


def _statement_id(name: str) -> str:
    head, dash, letter = name.rpartition("-")
    return f"{head.upper()}{dash}{letter.lower()}"


def _unknown(topic: str, rules: Rules, statements: Mapping[str, Statement]) -> UnknownTopic:
    close = nearest(topic, (*rules.cells, *statements))
    return UnknownTopic(
        f"{quoted(topic)} is neither a cell, such as connected/outage/normal, "
        f"nor a statement, such as P1-R1-a{close}"
    )


def _cell_text(explained: CellExplained) -> str:
    parts = [
        f"{explained.cell}: {explained.outcome}",
        _paragraph(explained.about, explained.meaning),
        _paragraph("Why:", explained.why),
        _sources(explained),
    ]
    return "\n".join(parts)


def _sources(explained: CellExplained) -> str:
    if explained.statements:
        return "\n".join(_quotation(each) for each in explained.statements)
    if explained.cell.split("/")[1] == Phase.NORMAL:
        return _paragraph("The source has no column for normal: it is the service as it should be.")
    if explained.cell in LITERAL_CELLS:
        return _paragraph(
            "The source does not tell these calls from those on the primary pool. The hosted "
            "reading keeps them, the literal reading disconnects them."
        )
    return _paragraph("No statement of the source is about this cell.")


def _statement_text(explained: StatementExplained) -> str:
    said = explained.statement
    head = f"{said.id}: {said.phase_title}, {said.row_title[0].lower()}{said.row_title[1:]}"
    parts = [
        f"{head} (scope: {said.scope}; calls: {said.call_type})",
        _paragraph(f'"{said.text}"'),
    ]
    if explained.shown:
        parts.append(_paragraph(explained.shown))
    for cell in explained.cells:
        parts.append(f"{cell.cell}: {cell.outcome}")
        parts.append(_paragraph(cell.about, cell.meaning))
        parts.append(_paragraph("Why:", cell.why))
    return "\n".join(parts)


def _quotation(statement: Statement) -> str:
    return _paragraph(f'{statement.id}: "{statement.text}"')


def _paragraph(*sentences: str) -> str:
    return indent(fill(" ".join(sentences), _WIDTH, break_on_hyphens=False), "  ")
