"""Which cell rules a situation, and what it then means: the table of verdicts that Rules keeps."""

from collections.abc import Mapping

from emulator.rules.cells import Kind, Outcome, Pool, Row, agents_cell, cell_id
from emulator.rules.phases import Phase
from emulator.rules.situation import Situation, Verdict, every_situation

__all__ = ["agent_verdicts", "call_verdicts", "ruling_cell"]

_RULED_BY_OWNER = (Row.CONSOLE, Row.CONFIG)


def ruling_cell(situation: Situation, phase: Phase) -> str:
    """Give the id of the cell that rules `situation` in `phase`.

    The rows of calls are about groups owned by the primary pool. Calls of groups owned by the
    backup pool are ruled by the cells of phase normal, in every phase; console and config have a
    column for them.
    """
    row = situation.row
    if row in _RULED_BY_OWNER or situation.owner is Pool.PRIMARY:
        return cell_id(row, phase, _column(situation))
    return cell_id(row, Phase.NORMAL, _column(situation))


def call_verdicts(cells: Mapping[str, Outcome]) -> dict[tuple[Situation, Phase], Verdict]:
    """Give the verdict on every situation in every phase."""
    table = {}
    for situation in every_situation():
        for phase in Phase:
            cell = ruling_cell(situation, phase)
            table[situation, phase] = Verdict(cell, _meant(cells[cell], situation), phase)
    return table


def agent_verdicts(cells: Mapping[str, Outcome]) -> dict[tuple[Pool, Phase], Verdict]:
    """Give, for every home and phase, whether agents homed there may be rung.

    Nothing rules agents homed on the backup pool: they are reachable always. Their verdict names
    the cell of phase normal, as what works undisturbed does.
    """
    table = {}
    for phase in Phase:
        cell = agents_cell(phase)
        table[Pool.PRIMARY, phase] = Verdict(cell, cells[cell], phase)
        table[Pool.BACKUP, phase] = Verdict(agents_cell(Phase.NORMAL), Outcome.REACHABLE, phase)
    return table


def _column(situation: Situation) -> str:
    match situation.row:
        case Row.CONNECTED if situation.kind is Kind.NORMAL:
            return "normal"
        case Row.CONNECTED:
            return f"anonymous/{situation.host}"
        case Row.PENDING:
            return f"{situation.host}"
        case Row.NEW | Row.ON_BEHALF:
            return "imported" if _is_imported(situation) else "not_imported"
        case _:
            return "imported" if _is_imported(situation) else f"{situation.owner}"


def _is_imported(situation: Situation) -> bool:
    return situation.imported and situation.owner is Pool.PRIMARY


def _meant(outcome: Outcome, situation: Situation) -> Outcome:
    """Turn `connect-to-primary`, for a group owned by the backup pool, into its own pool."""
    if situation.owner is Pool.BACKUP and outcome is Outcome.CONNECT_TO_PRIMARY:
        return Outcome.CONNECT_TO_BACKUP
    return outcome
