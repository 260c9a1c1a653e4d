"""The command: starts a server, sends it mutations, says what went wrong.

    ./run mutate --count N --seed N [--target HOST:PORT] [--keep FILE]
                 [--rate N] [--settle SECONDS]

Exit codes: 0 nothing went wrong, 1 something did, 2 usage, 3 no server, 130 interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from tests.mutation.campaign import Campaign, say
from tests.mutation.draft import Duty, Offence
from tests.mutation.lane import ServerSilent
from tests.mutation.seeds import Address
from tests.support.emulator_process import EmulatorProcess, StartFailed, resident_settles
from tests.support.plain_caller import CallFailed, PlainCaller

__all__ = ["main"]

_TOPOLOGY = Path(__file__).parent / "topology.yaml"
_WARM_UP_CALLS = 1_000
_MOST_GROWTH = 1.10


@dataclass(slots=True)
class _Memory:
    """Resident memory in KiB: after the warm-up, right after the last message, and later."""

    before: int
    peak: int = 0
    after: int = 0
    is_settled: bool = False


def main(arguments: list[str] | None = None) -> int:
    """Run a campaign as the command line says; gives the exit code."""
    options = _parser().parse_args(arguments)
    began = time.monotonic()
    with ExitStack() as stack:
        process: EmulatorProcess | None = None
        server: Address | None = options.target
        if server is None:
            try:
                process = stack.enter_context(EmulatorProcess("--topology", _TOPOLOGY))
            except StartFailed as failure:
                say(str(failure))
                return 3
            server = process.director
        campaign = Campaign(server, options.seed, options.count, options.rate, _watch(process), say)
        try:
            memory = asyncio.run(_run(campaign, process))
            if memory is not None and not campaign.complaints:
                _let_settle(process, memory, options.settle)
            _check_calls(campaign)
        except KeyboardInterrupt:
            return 130
        except (ServerSilent, OSError) as failure:
            say(str(failure))
            campaign.complaints.append(str(failure))
            memory = None
        if process is not None and not process.is_alive:
            campaign.complaints.append("the server has ended")
        return _sum_up(campaign, memory, options, time.monotonic() - began)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run mutate", description="Sends mutations of valid SIP messages to a server."
    )
    parser.add_argument("--count", type=_natural, default=20_000, help="messages (20000)")
    parser.add_argument("--seed", type=int, default=1, help="makes the same messages again (1)")
    parser.add_argument(
        "--target", type=_loopback, help="HOST:PORT of a running server on 127.0.0.0/8; else one is"
        " started, and watched from outside",
    )  # fmt: skip
    parser.add_argument("--keep", type=Path, help="a file for what went wrong, JSON lines")
    parser.add_argument(
        "--rate", type=float, default=450.0,
        help="messages a second; 0 sends as fast as the server answers (450)",
    )  # fmt: skip
    parser.add_argument(
        "--settle", type=float, default=40.0,
        help="seconds after the last message in which memory has to come back (40)",
    )  # fmt: skip
    return parser


def _natural(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _loopback(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    # A server may send to any address that stands in a message: it has to stay on this machine.
    if not colon or not port.isdigit() or not ip_address(host).is_loopback:
        raise argparse.ArgumentTypeError("HOST:PORT on the loopback interface")
    return host, int(port)


def _watch(process: EmulatorProcess | None) -> Callable[[], str | None]:
    """What gives new complaints of the server: tracebacks, or its end."""
    if process is None:
        return lambda: None
    seen = 0

    def trouble() -> str | None:
        nonlocal seen
        if not process.is_alive:
            return f"the server has ended: {process.stderr(seen)[-2_000:]}"
        now = process.stderr_bytes()
        if now == seen:
            return None
        found = process.trouble(seen)
        seen = now
        return found

    return trouble


async def _run(campaign: Campaign, process: EmulatorProcess | None) -> _Memory | None:
    await campaign.open()
    try:
        await campaign.warm_up(_WARM_UP_CALLS)
        memory = _Memory(process.resident_kib()) if process is not None else None
        await campaign.run()
        if memory is not None and process is not None and process.is_alive:
            memory.peak = process.resident_kib()
        return memory
    finally:
        campaign.close()


def _let_settle(process: EmulatorProcess | None, memory: _Memory, seconds: float) -> None:
    assert process is not None
    say(f"waiting up to {seconds:g} s for the server's memory to come back")
    limit = memory.before * _MOST_GROWTH
    memory.is_settled, memory.after = resident_settles(process, limit, within_seconds=seconds)


def _check_calls(campaign: Campaign) -> None:
    for transport in ("UDP", "TCP"):
        for group in ("helpdesk", "hotline"):
            try:
                with PlainCaller(campaign.server, transport) as caller:
                    caller.call(group)
            except (CallFailed, OSError) as failure:
                campaign.complaints.append(f"calls do not work afterwards: {failure}")


def _sum_up(
    campaign: Campaign, memory: _Memory | None, options: argparse.Namespace, seconds: float
) -> int:
    for offence in campaign.offences:
        sys.stderr.write(f"{offence}\n")
    for complaint in campaign.complaints:
        sys.stderr.write(f"{complaint}\n")
    if options.keep is not None and campaign.offences:
        _keep(options.keep, campaign.offences)
    has_grown = memory is not None and bool(memory.after) and not memory.is_settled
    is_well = not campaign.offences and not campaign.complaints and not has_grown
    for name, value in _figures(campaign, memory, options, seconds):
        sys.stdout.write(f"{name:<12} {value}\n")
    sys.stdout.write("nothing went wrong\n" if is_well else "something went wrong\n")
    return 0 if is_well else 1


def _figures(
    campaign: Campaign, memory: _Memory | None, options: argparse.Namespace, seconds: float
) -> list[tuple[str, str]]:
    transports = ", ".join(f"{name} {count}" for name, count in sorted(campaign.transports.items()))
    statuses = ", ".join(f"{code} {count}" for code, count in sorted(campaign.statuses.items()))
    duties = campaign.duties
    figures = [
        ("messages", f"{campaign.sent} ({transports}), seed {options.seed}, in {seconds:.0f} s"),
        ("duties", ", ".join(f"{duties[duty]} {duty.value}" for duty in Duty)),
        ("answers", statuses),
        (
            "connections",
            f"{campaign.reconnections} made anew after a message that no stream survives",
        ),
        ("offences", str(len(campaign.offences) + len(campaign.complaints))),
    ]
    if memory is not None:
        growth = (memory.after / memory.before - 1) * 100 if memory.after else 0.0
        value = (
            f"{memory.before / 1024:.1f} MiB after {_WARM_UP_CALLS} calls,"
            f" {memory.peak / 1024:.1f} MiB after the last message,"
            f" {memory.after / 1024:.1f} MiB within {options.settle:g} s of it ({growth:+.1f} %)"
        )
        figures.append(("memory", value))
    return figures


def _keep(path: Path, offences: list[Offence]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for offence in offences:
            draft = offence.draft
            record = {
                "what": offence.what,
                "index": draft.index,
                "transport": draft.transport,
                "origin": draft.origin,
                "mutators": draft.mutators,
                "hex": draft.data.hex(),
            }
            file.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    sys.exit(main())
