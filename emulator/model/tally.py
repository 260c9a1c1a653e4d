"""What is counted for metrics: calls by group and outcome, verdicts by cell, times in queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.model.calls import Call

__all__ = ["QUEUE_BOUNDS", "Tally"]

QUEUE_BOUNDS = (0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0)


class Tally:
    """Plain numbers, read when somebody asks for the metrics.

    Keys come from the topology and the rules, never from the network.
    """

    __slots__ = ("_cells", "_cell_names", "ended", "placed", "queue_seconds", "queue_times",
                 "verdicts")  # fmt: skip

    def __init__(self) -> None:
        self.placed: dict[str, int] = {}
        self.ended: dict[tuple[str, str], int] = {}
        self.verdicts: dict[str, int] = {}
        self.queue_times = [0] * (len(QUEUE_BOUNDS) + 1)
        self.queue_seconds = 0.0
        self._cells: dict[str, int] = {}
        self._cell_names: list[str] = []

    def count_verdict(self, cell: str, times: int = 1) -> None:
        """Count that the rules were applied by one cell."""
        self.verdicts[cell] = self.verdicts.get(cell, 0) + times

    def count_placed(self, group: str) -> None:
        """Count a new call to `group` (a person's calls count as `persons`)."""
        self.placed[group] = self.placed.get(group, 0) + 1

    def count_ended(self, call: Call) -> None:
        """Count the end of a call, by group and by who ended it."""
        key = (call.group.name if call.group is not None else "persons", call.ended_by or "")
        self.ended[key] = self.ended.get(key, 0) + 1

    def count_queued(self, seconds: float) -> None:
        """Count how long a call waited until an agent was rung for it."""
        self.queue_seconds += seconds
        for index, bound in enumerate(QUEUE_BOUNDS):
            if seconds <= bound:
                self.queue_times[index] += 1
                return
        self.queue_times[-1] += 1

    def cell_number(self, cell: str) -> int:
        """A small number for a cell, for the steps of a ladder."""
        number = self._cells.get(cell)
        if number is None:
            number = self._cells[cell] = len(self._cell_names)
            self._cell_names.append(cell)
        return number

    def cell_name(self, number: int) -> str:
        """The cell of a number that `cell_number` gave."""
        return self._cell_names[number]
