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
    # Half the usual rate: at all of it Kamailio's one worker can't keep up as it is shipped.
    load = Load("helpdesk", bench.sizes.calls // 2, bench.sizes.rate // 2)
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
