"""Calls that the server answers, against SIPp's `uas` answering the same."""

from __future__ import annotations

import contextlib

from benchmarks import bars
from benchmarks.bars import Bar, Figure
from benchmarks.contenders import emulator, sipp_uas
from benchmarks.cost import Task, full_load, measure_costs, ratio_figure
from benchmarks.settings import Bench
from benchmarks.sipp import SCENARIOS, Load


def measure_normal(bench: Bench) -> list[Figure]:
    """Normal calls: the sample's agents (50 ms), agents that answer at once, SIPp's uas."""
    return _against_uas(
        bench, "helpdesk", bars.NORMAL, bars.NORMAL_AT_ONCE, all_in=bars.NORMAL_ALL_IN
    )


def measure_anonymous(bench: Bench) -> list[Figure]:
    """The same with anonymous calls: two dialogs on our side, one on SIPp's."""
    return _against_uas(bench, "hotline", bars.ANONYMOUS, bars.ANONYMOUS_AT_ONCE)


def measure_phone(bench: Bench) -> list[Figure]:
    """Normal calls in which no header line repeats, on both sides."""
    load = Load("helpdesk", bench.sizes.calls, bench.sizes.rate, SCENARIOS / "phone.xml")
    with emulator(bench) as ours, sipp_uas(bench) as theirs:
        costs = measure_costs(bench, [Task(ours, load), Task(theirs, load)])
    return [ratio_figure(bars.PHONE, *costs)]


def _against_uas(
    bench: Bench, group: str, bar: Bar, at_once: Bar, all_in: Bar | None = None
) -> list[Figure]:
    load = full_load(bench, group)
    with contextlib.ExitStack() as servers:
        contenders = (
            servers.enter_context(emulator(bench)),
            servers.enter_context(emulator(bench, answer_after_ms=0)),
            servers.enter_context(sipp_uas(bench)),
        )
        tasks = [Task(contender, load) for contender in contenders]
        ours, ours_at_once, uas = measure_costs(bench, tasks, forget=all_in is not None)
    figures = [ratio_figure(bar, ours, uas), ratio_figure(at_once, ours_at_once, uas)]
    if all_in is not None:
        note = f"per 1,000 calls: ours {ours.all_in:.4f} s; SIPp's uas {uas.all_in:.4f} s"
        figures.append(Figure(all_in, ours.all_in / uas.all_in, note))
    return figures
