"""What a call costs a server that already carries many, against one that carries ten."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace

from benchmarks import bars
from benchmarks.bars import Figure
from benchmarks.contenders import emulator
from benchmarks.cost import Task, full_load, measure_costs, ratio_figure
from benchmarks.open_calls import open_calls
from benchmarks.settings import Bench

_FEW = 10


def measure_many_open(bench: Bench) -> list[Figure]:
    """Two emulators side by side on the server's core, the same load on each in turn."""
    load = full_load(bench, "helpdesk")
    many = bench.sizes.open_calls
    with contextlib.ExitStack() as held:
        crowded = held.enter_context(emulator(bench))
        quiet = held.enter_context(emulator(bench))
        held.enter_context(open_calls(bench, crowded, {"helpdesk": many}))
        held.enter_context(open_calls(bench, quiet, {"helpdesk": _FEW}))
        time.sleep(bench.sizes.forget_seconds)
        tasks = [
            Task(replace(crowded, name=f"with {many:,} open"), load),
            Task(replace(quiet, name=f"with {_FEW} open"), load),
        ]
        costs = measure_costs(bench, tasks)
    return [ratio_figure(bars.MANY_OPEN, *costs)]
