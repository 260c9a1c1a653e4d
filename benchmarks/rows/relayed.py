"""A normal call against the same call relayed by Kamailio to a SIPp `uas`."""

from __future__ import annotations

from benchmarks import bars
from benchmarks.bars import Figure
from benchmarks.contenders import emulator, kamailio
from benchmarks.cost import Task, full_load, measure_costs, ratio_figure
from benchmarks.settings import Bench


def measure_relayed(bench: Bench) -> list[Figure]:
    """Our cost of a normal call ÷ Kamailio's for relaying it; its uas is not counted."""
    # Its one worker is nearly busy at this rate. That flatters it: at half of it a call costs it
    # half as much again, as nearly every message has to wake a process that sleeps.
    load = full_load(bench, "helpdesk")
    with emulator(bench) as ours, kamailio(bench) as theirs:
        costs = measure_costs(bench, [Task(ours, load), Task(theirs, load)])
    return [ratio_figure(bars.RELAYED, *costs)]
