"""Calls that stay open while something else is measured."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping

from benchmarks.contenders import Emulator
from benchmarks.processes import ProcessFailed, RunningProcess
from benchmarks.settings import Bench
from benchmarks.sipp import Load, holding

_TAIL_SECONDS = 30.0
_STILL_SECONDS = 5.0
_POLL_SECONDS = 0.25
# SIPp gives up a call now and then on a busy machine; a hundredth less is measured as well.
_ENOUGH = 0.99


@contextlib.contextmanager
def open_calls(bench: Bench, server: Emulator, numbers: Mapping[str, int]) -> Iterator[int]:
    """Open so many calls to each group, by SIPp; yields how many the server counts then.

    ProcessFailed when it is over a hundredth fewer. When the block ends the callers vanish; the
    server keeps the calls, so stop it as well.
    """
    rate = bench.sizes.rate // len(numbers)
    patience = max(numbers.values()) / rate * 2 + _TAIL_SECONDS
    holders: list[RunningProcess] = []
    with contextlib.ExitStack() as callers:
        for group, number in numbers.items():
            bench.say(f"  opening {number:,} calls to {group}")
            load = Load(group, number, rate)
            holders.append(callers.enter_context(holding(bench, load, server.port)))
        connected = _wait_for_all(server, sum(numbers.values()), patience)
        # From here on they are scenery: what measures on their core goes first.
        for holder in holders:
            holder.give_way()
        yield connected


def _wait_for_all(server: Emulator, wanted: int, patience: float) -> int:
    """How many calls are connected, once it is all of them or no more come."""
    connected, now = 0, time.monotonic()
    deadline, grown = now + patience, now
    while connected < wanted and now < deadline:
        count = server.connected_calls()
        now = time.monotonic()
        if count > connected:
            connected, grown = count, now
        elif connected >= wanted * _ENOUGH and now > grown + _STILL_SECONDS:
            break
        time.sleep(_POLL_SECONDS)
    if connected < wanted * _ENOUGH:
        raise ProcessFailed(f"{connected:,} of {wanted:,} calls connected in {patience:.0f} s")
    return connected
