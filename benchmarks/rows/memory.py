"""How much memory an open normal call takes."""

from __future__ import annotations

import time

from benchmarks import bars
from benchmarks.bars import Figure
from benchmarks.contenders import emulator
from benchmarks.figures import bytes_each
from benchmarks.open_calls import open_calls
from benchmarks.settings import Bench
from benchmarks.sipp import Load, run_calls


def measure_memory(bench: Bench) -> list[Figure]:
    """Growth of resident memory per call, once the transactions have been forgotten."""
    number = bench.sizes.open_calls
    with emulator(bench) as server:
        # The first calls load code and fill caches; that is not the calls' memory.
        run_calls(bench, Load("helpdesk", 500, 500), server.port)
        before = server.process.resident_bytes()
        with open_calls(bench, server, {"helpdesk": number}) as opened:
            connected = server.process.resident_bytes()
            time.sleep(bench.sizes.forget_seconds)
            settled = server.process.resident_bytes()
            still = server.connected_calls()
    each = bytes_each(before, settled, opened)
    at_first = bytes_each(before, connected, opened)
    note = f"{still:,} open after {bench.sizes.forget_seconds:.0f} s; {at_first:,.0f} at first"
    details = {"before": before, "connected": connected, "settled": settled, "open": still}
    if still < opened:
        return [Figure(bars.MEMORY, None, f"only {still:,} of {opened:,} are still open", details)]
    return [Figure(bars.MEMORY, each, note, details)]
