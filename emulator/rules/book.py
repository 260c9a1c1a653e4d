"""The rules as loaded: the outcome of every cell, the transitions, the statements."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from emulator.rules.cells import LITERAL_CELLS, Outcome, Pool, every_cell
from emulator.rules.phases import Cause, Phase, Reading
from emulator.rules.ruling import agent_verdicts, call_verdicts
from emulator.rules.situation import Situation, Verdict

__all__ = ["Rules"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a rules file says, under one reading, ready to be asked.

    written      the outcome of every cell as the file has it; keys are the ids of cells.
    transitions  for each phase the phases that may follow, with their cause.
    statements   for each statement of the source the cells that carry it.
    reading      `hosted` takes the cells as written; `literal` turns the four cells that it is
                 about into `disconnect`.
    cells        the outcome of every cell under the reading.

    Raises ValueError if `written` has not exactly the cells that there are.
    """

    written: Mapping[str, Outcome]
    transitions: Mapping[Phase, Mapping[Phase, Cause]]
    statements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reading: Reading = Reading.HOSTED
    cells: Mapping[str, Outcome] = field(init=False, repr=False, compare=False)
    call_verdicts: Mapping[tuple[Situation, Phase], Verdict] = field(
        init=False, repr=False, compare=False
    )
    agent_verdicts: Mapping[tuple[Pool, Phase], Verdict] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if self.written.keys() != set(every_cell()):
            raise ValueError("the rules have an outcome for every cell, and for nothing else")
        cells = dict(self.written)
        if self.reading is Reading.LITERAL:
            cells |= dict.fromkeys(LITERAL_CELLS, Outcome.DISCONNECT)
        object.__setattr__(self, "cells", cells)
        object.__setattr__(self, "call_verdicts", call_verdicts(cells))
        object.__setattr__(self, "agent_verdicts", agent_verdicts(cells))

    def under(self, reading: Reading) -> "Rules":
        """Give the same rules under `reading`."""
        return self if reading is self.reading else replace(self, reading=reading)

    def statements_of(self, cell: str) -> tuple[str, ...]:
        """Give the ids of the statements that `cell` carries."""
        return tuple(name for name, cells in self.statements.items() if cell in cells)
