"""A normal call against the same call relayed by Kamailio to a SIPp `uas`."""

from __future__ import annotations

from benchmarks import bars
from benchmarks.bars import Figure
from benchmarks.contenders import emulator, kamailio
from benchmarks.cost import Task, measure_costs, ratio_figure
from benchmarks.settings import Bench
from benchmarks.sipp import Load


def measure_relayed(bench: Bench) -> list[Figure]:
    """Our cost of a normal call ÷ Kamailio's for relaying it; its uas is not counted."""
    # Kamailio's one worker is at its end near the usual rate, where it would look cheaper.
    load = Load("helpdesk", bench.sizes.calls // 2, bench.sizes.rate // 2)
    with emulator(bench) as ours, kamailio(bench) as theirs:
        costs = measure_costs(bench, [Task(ours, load), Task(theirs, load)])
    return [ratio_figure(bars.RELAYED, *costs)]
