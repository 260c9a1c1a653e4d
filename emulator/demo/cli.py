"""`rgs demo`: starts the emulator, walks, judges, prints."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import aiohttp
from rich.console import Console

from emulator.demo.configuration import Configurations
from emulator.demo.console import Consoles
from emulator.demo.doors import TRANSPORTS, Door, doors_of, row_of
from emulator.demo.evidence import Difference, Evidence
from emulator.demo.on_behalf import CallsOnBehalf
from emulator.demo.plans import STATEMENTS, Plan, plans_for
from emulator.demo.report import print_report, report_as_json
from emulator.demo.scene import Scene
from emulator.demo.telephones import Telephones
from emulator.demo.walk import take_walk
from emulator.demo.witness import Witness
from emulator.resources import resource
from emulator.rules import Statement, Style, load_rules, load_statements
from emulator.testing import Emulator, EmulatorFailed, ExpectationFailed, RequestRefused

__all__ = ["run"]

_AS_EXPECTED, _DIFFERS, _USAGE, _COULD_NOT_START, _TIMED_OUT = range(5)
_MOST_SECONDS = 240.0
# What ends a walk early: the emulator refuses, or is gone.
_BROKEN_OFF = (RequestRefused, ExpectationFailed, LookupError, aiohttp.ClientError)


class _Misused(Exception):
    """An argument that can't be followed."""


def run(
    style: str, transports: list[str], only: list[str], rules: Path | None, as_json: bool
) -> int:
    """Show the statements on the wire and give the exit code: 0 all shown, 1 one differs.

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
    is_whole = all(evidence.is_shown(each.id, doors_of(each.id, doors)) for each in chosen)
    return _AS_EXPECTED if is_whole and not evidence.differences_of("") else _DIFFERS


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
    evidence = Evidence()
    names = [each.id for each in chosen]
    async with asyncio.timeout(_MOST_SECONDS), Emulator.start(options) as rgs:
        for plan in plans_for(names):
            progress.print(f"{plan.name}: normal", end="")
            witness = Witness(evidence, plan.name, names)
            scenes = _scenes(rgs, plan, style, transports, names, witness)
            try:
                await take_walk(
                    rgs, plan, scenes, lambda phase: progress.print(f", {phase}", end="")
                )
            except _BROKEN_OFF as error:
                evidence.differ(_broken_off(plan, error))
            progress.print("")
    return evidence


def _scenes(
    rgs: Emulator,
    plan: Plan,
    style: Style,
    transports: Sequence[Door],
    statements: Sequence[str],
    witness: Witness,
) -> list[Scene]:
    """What must be played in a walk for the rows that the statements are of."""
    rows = {row_of(each) for each in statements}
    scenes: list[Scene] = []
    if rows & {"R1", "R2", "R3"}:
        scenes.append(Telephones(rgs, plan, style, transports, witness))
    if "R4" in rows:
        scenes.append(CallsOnBehalf(rgs, plan, transports, witness))
    if "R5" in rows:
        scenes.append(Consoles(rgs, plan, witness))
    if "R6" in rows:
        scenes.append(Configurations(rgs, plan, witness))
    return scenes


def _broken_off(plan: Plan, error: Exception) -> Difference:
    """That a walk could not be taken to its end."""
    seen = f"{type(error).__name__}: {error}"
    situation = f"{plan.name}: the emulator"
    return Difference("", "none", "every door", situation, "the walk to go on", seen, "")
