"""The command line: `python -m benchmarks`, which is what `./run bench` runs."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import tools
from benchmarks.bars import Figure, all_met
from benchmarks.contenders import this_checkout
from benchmarks.cost import RowFailed
from benchmarks.micro import baseline, check
from benchmarks.processes import ProcessFailed
from benchmarks.report import print_table, results_for_machines, write_results
from benchmarks.rows import ROWS, Row
from benchmarks.settings import FULL, QUICK, Bench, NotEnoughCores, two_cores

_MET, _MISSED, _USAGE, _COULD_NOT_START, _INTERRUPTED = 0, 1, 2, 3, 130
_QUIET_LOAD = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for; the exit status.

    0 every bar met (with --check: nothing slower) · 1 a bar missed (something slower) · 2 usage ·
    3 a tool or a second core is missing · 130 interrupted.
    """
    options = _parser().parse_args(arguments)
    try:
        if options.check or options.update_baseline:
            _fix_hashes()
            return check.run(update=options.update_baseline, say=_say)
        return _run_rows(options)
    except KeyboardInterrupt:
        _say("interrupted")
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench",
        description="What the emulator costs, against SIPp and Kamailio in the same run.",
    )
    parser.add_argument(
        "--rows",
        type=_rows,
        default=list(ROWS),
        metavar="ROW,…",
        help=f"only these rows: {', '.join(ROWS)}",
    )
    parser.add_argument(
        "--quick", action="store_true", help="small sizes: a first look, no verdict to rely on"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument(
        "--server-command",
        type=shlex.split,
        metavar="COMMAND",
        help="how to start the emulator, without `up` (default: as this checkout does, compiled)",
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--check",
        action="store_true",
        help=f"only the micro-benchmarks, against the kept baseline ({baseline.PATH.name})",
    )
    group.add_argument(
        "--update-baseline",
        action="store_true",
        help="only the micro-benchmarks, and keep what they measure as the baseline",
    )
    return parser


def _rows(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in ROWS:
            raise argparse.ArgumentTypeError(f"no row {name!r}; there are {', '.join(ROWS)}")
    if not names:
        raise argparse.ArgumentTypeError("no row named")
    return names


def _run_rows(options: argparse.Namespace) -> int:
    rows = {name: ROWS[name] for name in options.rows}
    absent = tools.missing(tool for row in rows.values() for tool in row.tools)
    if absent:
        _say("missing: " + ", ".join(absent))
        return _COULD_NOT_START
    try:
        cores = two_cores()
    except NotEnoughCores as error:
        _say(str(error))
        return _COULD_NOT_START
    # This process waits and counts; it must not do so on the server's core.
    os.sched_setaffinity(0, {cores.generator})
    others = os.getloadavg()[0]
    if others > _QUIET_LOAD:
        _say(f"this machine is not idle (load {others:.1f}): the figures won't be worth much")
    command = options.server_command or this_checkout(_say)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch:
        bench = Bench(
            server_command=tuple(command),
            cores=cores,
            sizes=QUICK if options.quick else FULL,
            scratch=Path(scratch),
            say=_say,
        )
        for name, row in rows.items():
            _say(f"{name}:")
            figures += _measure(bench, row)
    print_table(figures)
    if options.json:
        results = results_for_machines(figures, quick=options.quick, load_at_start=others)
        write_results(results, options.json)
    return _MET if all_met(figures) else _MISSED


def _fix_hashes() -> None:
    """Start again with a fixed seed of hashes, which decides how well a dict's keys fall."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        command = [sys.executable, "-m", "benchmarks", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, "PYTHONHASHSEED": "0"})


def _measure(bench: Bench, row: Row) -> list[Figure]:
    """The row's figures; when it fails, its bars without a value, and why."""
    try:
        return row.measure(bench)
    except (RowFailed, ProcessFailed, OSError, KeyError, ValueError) as error:
        # The rows before and after are worth having all the same.
        reason = str(error) or repr(error)
        _say(f"  failed: {reason}")
        return [Figure(bar, None, reason) for bar in row.bars]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
