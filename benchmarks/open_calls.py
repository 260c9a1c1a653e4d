"""Calls that stay open while something else is measured."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from benchmarks.contenders import Emulator
from benchmarks.processes import RunningProcess
from benchmarks.settings import Bench
from benchmarks.sipp import Load, holding

_TAIL_SECONDS = 30.0


@contextlib.contextmanager
def open_calls(bench: Bench, server: Emulator, numbers: Mapping[str, int]) -> Iterator[None]:
    """Open so many calls to each group, by SIPp; yields when the server counts them all.

    When the block ends the callers vanish; the server keeps the calls, so stop it as well.
    """
    already = server.connected_calls()
    total = already + sum(numbers.values())
    rate = bench.sizes.rate // len(numbers)
    holders: list[RunningProcess] = []
    with contextlib.ExitStack() as callers:
        for group, number in numbers.items():
            bench.say(f"  opening {number:,} calls to {group}")
            load = Load(group, number, rate)
            holders.append(callers.enter_context(holding(bench, load, server.port)))
        server.process.wait_until(
            lambda: server.connected_calls() >= total,
            within=max(numbers.values()) / rate * 2 + _TAIL_SECONDS,
            what=f"taking {total:,} calls",
        )
        # From here on they are scenery: what measures on their core goes first.
        for holder in holders:
            holder.give_way()
        yield
