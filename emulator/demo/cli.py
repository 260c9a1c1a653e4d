"""`rgs demo`: starts the emulator, walks, judges, prints."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from emulator.demo.doors import TRANSPORTS, Door
from emulator.demo.evidence import Evidence
from emulator.demo.plans import STATEMENTS
from emulator.demo.report import print_report, report_as_json
from emulator.demo.show import is_all_shown, show_statements
from emulator.resources import resource
from emulator.rules import Statement, Style, load_rules, load_statements
from emulator.testing import Emulator, EmulatorFailed

__all__ = ["run"]

_AS_EXPECTED, _DIFFERS, _USAGE, _COULD_NOT_START, _TIMED_OUT = range(5)
_MOST_SECONDS = 240.0


class _Misused(Exception):
    """An argument that can't be followed."""


def run(
    style: str, transports: list[str], only: list[str], rules: Path | None, as_json: bool
) -> int:
    """Show the statements and give the exit code: 0 all shown, 1 one differs.

    `only` names statements; none: all. `rules` is a rules file for the emulator alone. Results go
    to stdout, progress to stderr. 2: an argument is wrong; 3: the emulator did not start; 4: it
    took too long.
    """
    progress = Console(stderr=True, highlight=False)
    try:
        chosen = _chosen(only)
        doors = _transports(transports)
        options = _options(style, rules)
        evidence = asyncio.run(_demonstrate(Style(style), doors, chosen, options, progress))
    except _Misused as error:
        progress.print(f"rgs: demo: {error}", markup=False, soft_wrap=True)
        return _USAGE
    except EmulatorFailed as error:
        progress.print(f"rgs: demo: {error}", markup=False, soft_wrap=True)
        return _USAGE if error.exit_code == _USAGE else _COULD_NOT_START
    except TimeoutError:
        progress.print(f"rgs: demo: not done after {_MOST_SECONDS:g} s")
        return _TIMED_OUT
    if as_json:
        cells = load_rules().statements
        print(report_as_json(evidence, chosen, doors, cells, style))  # noqa: T201
    else:
        print_report(Console(), evidence, chosen, doors, style)
    is_whole = is_all_shown(evidence, [each.id for each in chosen], doors)
    return _AS_EXPECTED if is_whole else _DIFFERS


def _chosen(only: Sequence[str]) -> list[Statement]:
    statements = load_statements()
    for name in only:
        if name not in statements:
            raise _Misused(f"there is no statement {name}; {STATEMENTS[0]} is the first")
    return [statements[name] for name in STATEMENTS if not only or name in only]


def _transports(names: Sequence[str]) -> list[Door]:
    unknown = [each for each in names if each not in TRANSPORTS]
    if unknown or not names:
        raise _Misused(f"transports are {' and '.join(TRANSPORTS)}, not {', '.join(unknown)}")
    return [Door(each) for each in names]


def _options(style: str, rules: Path | None) -> list[str]:
    options = ["--topology", str(resource("demo.yaml")), "--style", style]
    return options if rules is None else [*options, "--rules", str(rules)]


async def _demonstrate(
    style: Style,
    transports: Sequence[Door],
    chosen: Sequence[Statement],
    options: Sequence[str],
    progress: Console,
) -> Evidence:
    names = [each.id for each in chosen]
    async with asyncio.timeout(_MOST_SECONDS), Emulator.start(options) as rgs:
        return await show_statements(
            rgs, names, transports, style, lambda told: progress.print(told, end="")
        )
