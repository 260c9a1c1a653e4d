"""The rows of the table: what each measures, which outside tools it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import bars
from benchmarks.bars import Bar, Figure
from benchmarks.rows.answered import measure_anonymous, measure_normal, measure_phone
from benchmarks.rows.byes import measure_byes
from benchmarks.rows.capacity import measure_capacity
from benchmarks.rows.many_open import measure_many_open
from benchmarks.rows.memory import measure_memory
from benchmarks.rows.phase_change import measure_phase_change
from benchmarks.rows.relayed import measure_relayed
from benchmarks.settings import Bench


@dataclass(frozen=True, slots=True)
class Row:
    """A measurement that gives one or more figures."""

    measure: Callable[[Bench], list[Figure]]
    bars: tuple[Bar, ...]
    tools: tuple[str, ...] = ("sipp",)


ROWS = {
    "normal": Row(measure_normal, (bars.NORMAL,)),
    "anonymous": Row(measure_anonymous, (bars.ANONYMOUS,)),
    "phone": Row(measure_phone, (bars.PHONE,)),
    "relayed": Row(measure_relayed, (bars.RELAYED,), ("sipp", "kamailio")),
    "capacity": Row(measure_capacity, (bars.CAPACITY,)),
    "memory": Row(measure_memory, (bars.MEMORY,)),
    "phase-change": Row(measure_phase_change, (bars.DECIDED, bars.ABSENCE)),
    "byes": Row(measure_byes, (bars.BYE_RATE, bars.BYES_LOST), ()),
    "many-open": Row(measure_many_open, (bars.MANY_OPEN,)),
}
