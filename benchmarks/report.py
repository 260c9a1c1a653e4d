"""The table at the end, and the same for machines."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bars import Bar, Figure, Outcome
from benchmarks.tools import MissingTool, path_of

_COLOURS = {
    Outcome.REACHED: "green",
    Outcome.MET: "green",
    Outcome.MISSED: "bold red",
    Outcome.NO_BAR: "dim",
}
_WIDTH_WITHOUT_TERMINAL = 150


def print_table(figures: Sequence[Figure]) -> None:
    """One line for each figure on stdout, the notes below."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_WITHOUT_TERMINAL)
    table = Table(title="Response Group Emulator, benchmarks", title_justify="left")
    for heading, side in (("what", "left"), ("measured", "right"), ("must", "right")):
        table.add_column(heading, justify="right" if side == "right" else "left")
    table.add_column("reach for", justify="right")
    table.add_column("outcome")
    for number, figure in enumerate(figures, 1):
        colour = _COLOURS[figure.outcome]
        table.add_row(
            f"{number}  {figure.bar.title}",
            shown(figure.measured, figure.bar.unit),
            threshold(figure.bar, figure.bar.must),
            threshold(figure.bar, figure.bar.reach),
            f"[{colour}]{figure.outcome.value}[/]",
        )
    console.print(table)
    for number, figure in enumerate(figures, 1):
        console.print(f"{number}  {figure.note}", highlight=False, markup=False)


def shown(value: float | None, unit: str) -> str:
    """A value with its unit, with as many digits as mean something."""
    if value is None:
        return "no figure"
    digits = 2 if unit == "×" else 1 if unit == "ms" else 0
    return f"{value:,.{digits}f} {unit}".rstrip()


def threshold(bar: Bar, value: float | None) -> str:
    """A threshold with its sense, a dash where there is none."""
    return "–" if value is None else f"{bar.sense.value} {value:,g}"


def results_for_machines(
    figures: Sequence[Figure], *, quick: bool, load_at_start: float
) -> dict[str, object]:
    """What was measured, where and when; what `benchmarks.chart` draws."""
    return {
        "taken": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "machine": machine(),
        "load_at_start": load_at_start,
        "figures": [
            {
                "key": figure.bar.key,
                "title": figure.bar.title,
                "unit": figure.bar.unit,
                "measured": figure.measured,
                "must": figure.bar.must,
                "reach": figure.bar.reach,
                "sense": figure.bar.sense.value,
                "outcome": figure.outcome.value,
                "note": figure.note,
                "details": dict(figure.details),
            }
            for figure in figures
        ],
    }


def write_results(content: Mapping[str, object], path: Path) -> None:
    """Write results as JSON."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "sipp": _version("sipp", "SIPp v"),
        "kamailio": _version("kamailio", "version: kamailio "),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(tool: str, before: str) -> str | None:
    try:
        answer = subprocess.run(
            [path_of(tool), "-v"], capture_output=True, text=True, timeout=10, check=False
        )
    except (MissingTool, subprocess.TimeoutExpired):
        return None
    words = (answer.stdout + answer.stderr).partition(before)[2].split()
    return words[0].rstrip(".") if words else None
