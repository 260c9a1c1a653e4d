"""A normal call against the same call relayed by Kamailio to a SIPp `uas`."""

from __future__ import annotations

from benchmarks import bars
from benchmarks.bars import Figure
from benchmarks.contenders import emulator, kamailio
from benchmarks.cost import Task, measure_costs, ratio_figure
from benchmarks.settings import Bench
from benchmarks.sipp import Load


def measure_relayed(bench: Bench) -> list[Figure]:
    """Our cost of a normal call ÷ Kamailio's for relaying it; its uas is not counted.

    Kamailio runs as Debian ships it, and beside that with its faster allocator.
    """
    # A quarter of the usual rate: as it is shipped, Kamailio's one worker is busy with half of it.
    load = Load("helpdesk", bench.sizes.calls // 3, bench.sizes.rate // 4)
    with (
        emulator(bench) as ours,
        kamailio(bench) as shipped,
        kamailio(bench, allocator="fm") as tuned,
    ):
        tasks = [Task(contender, load) for contender in (ours, shipped, tuned)]
        costs = measure_costs(bench, tasks)
    return [
        ratio_figure(bars.RELAYED, costs[0], costs[1]),
        ratio_figure(bars.RELAYED_TUNED, costs[0], costs[2]),
    ]
