"""`rgs demo`: starts the emulator, walks, judges, prints."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import aiohttp
from rich.console import Console

from emulator.demo.evidence import Evidence
from emulator.demo.expectations import NEW_CALLS, OLD_CALLS, STATEMENTS, NewCalls, OldCalls
from emulator.demo.report import print_report, report_as_json
from emulator.demo.walk import WALKS, Plan, Walk
from emulator.resources import resource
from emulator.rules import Statement, Style, load_rules, load_statements
from emulator.testing import Emulator, EmulatorFailed, ExpectationFailed, RequestRefused

__all__ = ["run"]

_AS_EXPECTED, _DIFFERS, _USAGE, _COULD_NOT_START, _TIMED_OUT = range(5)
_MOST_SECONDS = 240.0
_TRANSPORTS = ("udp", "tcp")
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
        _judge_transports(transports)
        options = _options(style, rules)
        evidence = asyncio.run(_demonstrate(Style(style), transports, chosen, options, progress))
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
        print(report_as_json(evidence, chosen, transports, cells, style))  # noqa: T201
    else:
        print_report(Console(), evidence, chosen, transports, style)
    is_whole = all(evidence.is_shown(each.id, transports) for each in chosen)
    return _AS_EXPECTED if is_whole and not evidence.differences_of("") else _DIFFERS


def _chosen(only: Sequence[str]) -> list[Statement]:
    statements = load_statements()
    for name in only:
        if name not in statements:
            raise _Misused(f"there is no statement {name}; {STATEMENTS[0]} is the first")
        if name not in STATEMENTS:
            raise _Misused(f"{name} is not shown yet: only rows R1 to R3 are")
    return [statements[name] for name in STATEMENTS if not only or name in only]


def _judge_transports(transports: Sequence[str]) -> None:
    unknown = [each for each in transports if each not in _TRANSPORTS]
    if unknown or not transports:
        raise _Misused(f"transports are {' and '.join(_TRANSPORTS)}, not {', '.join(unknown)}")


def _options(style: str, rules: Path | None) -> list[str]:
    options = ["--topology", str(resource("demo.yaml")), "--style", style]
    return options if rules is None else [*options, "--rules", str(rules)]


async def _demonstrate(
    style: Style,
    transports: Sequence[str],
    chosen: Sequence[Statement],
    options: Sequence[str],
    progress: Console,
) -> Evidence:
    evidence = Evidence()
    async with asyncio.timeout(_MOST_SECONDS), Emulator.start(options) as rgs:
        for plan in _needed(chosen):
            progress.print(f"{plan.name}: normal", end="")
            walk = Walk(rgs, plan, style, transports, evidence)
            try:
                await walk.take(lambda phase: progress.print(f", {phase}", end=""))
            except _BROKEN_OFF as error:
                await walk.give_up(error)
            progress.print("")
    return evidence


def _needed(chosen: Sequence[Statement]) -> list[Plan]:
    """The walks that show the chosen statements, each no longer than it must be."""
    names = {each.id for each in chosen}
    claims: tuple[OldCalls | NewCalls, ...] = (*OLD_CALLS, *NEW_CALLS)
    plans = []
    for plan in WALKS:
        shown = [
            claim.phase
            for claim in claims
            if claim.statement in names
            and claim.phase in plan.phases
            and claim.imported in (None, plan.imported)
        ]
        if shown:
            last = max(plan.phases.index(phase) for phase in shown)
            plans.append(Plan(plan.name, plan.imported, plan.phases[: last + 1]))
    return plans
