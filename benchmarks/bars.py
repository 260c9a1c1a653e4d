"""The bars: what each figure must reach, what it may hope for, and whether it did."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class Sense(enum.Enum):
    """Which side of a bar is the good one."""

    AT_MOST = "≤"
    AT_LEAST = "≥"


class Outcome(enum.Enum):
    """How a figure stands to its bar."""

    REACHED = "reached"
    MET = "met"
    MISSED = "missed"
    NO_BAR = "–"


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure that is measured, with its two thresholds (None: shown for comparison only)."""

    key: str
    title: str
    unit: str
    must: float | None
    reach: float | None
    sense: Sense = Sense.AT_MOST

    def judge(self, measured: float | None) -> Outcome:
        """Say how `measured` stands to this bar; a figure that could not be taken misses it."""
        if self.must is None or self.reach is None:
            return Outcome.NO_BAR
        if measured is None:
            return Outcome.MISSED
        if self._holds(measured, self.reach):
            return Outcome.REACHED
        return Outcome.MET if self._holds(measured, self.must) else Outcome.MISSED

    def _holds(self, measured: float, threshold: float) -> bool:
        if self.sense is Sense.AT_MOST:
            return measured <= threshold
        return measured >= threshold


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; None where it could not be taken, and then the note says why."""

    bar: Bar
    measured: float | None
    note: str
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """How the figure stands to its bar."""
        return self.bar.judge(self.measured)


NORMAL = Bar("normal", "normal call, SIPp's default caller ÷ SIPp's uas", "×", 1.3, 0.9)
NORMAL_AT_ONCE = Bar("normal_at_once", "the same, agents answer after 0 ms", "×", None, None)
NORMAL_ALL_IN = Bar("normal_all_in", "the same, until 36 s after the last call", "×", None, None)
ANONYMOUS = Bar("anonymous", "anonymous call, two dialogs ÷ SIPp's uas", "×", 1.9, 1.3)
ANONYMOUS_AT_ONCE = Bar("anonymous_at_once", "the same, agents answer after 0 ms", "×", None, None)
PHONE = Bar("phone", "normal call, no header line repeats ÷ SIPp's uas", "×", 2.5, 1.6)
RELAYED = Bar("relayed", "normal call ÷ the same call relayed by Kamailio", "×", 0.4, 0.2)
RELAYED_TUNED = Bar("relayed_tuned", "the same, Kamailio with its fast allocator", "×", None, None)
CAPACITY = Bar(
    "capacity",
    "calls without a failure or retransmission, one core",
    "/s",
    5_000,
    10_000,
    Sense.AT_LEAST,
)
MEMORY = Bar("memory", "memory per open normal call", "bytes", 2_000, 1_000)
DECIDED = Bar("decided", "phase change over the open calls: decided in", "ms", 150, 60)
ABSENCE = Bar("absence", "phase change: longest absence of the loop", "ms", 50, 10)
BYE_RATE = Bar("bye_rate", "BYEs of a phase change, arriving", "/s", 5_000, 9_000, Sense.AT_LEAST)
BYES_LOST = Bar("byes_lost", "BYEs of a phase change, lost", "", 0, 0)
MANY_OPEN = Bar("many_open", "cost per call, many open ÷ 10 open", "×", 1.15, 1.0)


def all_met(figures: Iterable[Figure]) -> bool:
    """True when no figure misses what it must reach."""
    return all(figure.outcome is not Outcome.MISSED for figure in figures)
