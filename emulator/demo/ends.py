"""How a caller tells that a call is over, in each style of a pool's going down (docs/sip.md)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.demo.calls import SOON_SECONDS, PlacedCall
from emulator.demo.evidence import Differs
from emulator.demo.expectations import Stage
from emulator.rules import Phase, Pool, Style
from emulator.testing import ExpectationFailed, NoAnswer, Unreachable
from sip.message import Message

__all__ = ["Ending", "explains", "hears_the_end", "is_unknown", "stays_silent"]

_SILENCE_SECONDS = 0.3
_EARLY_SHARE = 0.8  # of blackhole_seconds, before which no 408 may come


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends calls, and how: the rule's cell, the phase, the style in which their pool dies."""

    cell: str
    phase: Phase
    style: Style
    began: float  # of the phase, in the loop's time
    blackhole_seconds: float


async def hears_the_end(placed: PlacedCall, ending: Ending, *, cancels: bool) -> str:
    """Hold that the caller of a dropped call sees what the style promises; say what it saw.

    `cancels`: the caller of a pending call that met silence gives up. Raises Differs.
    """
    if ending.style is not Style.GRACEFUL and placed.call.unexpected:
        raise Differs("no packet of this dialog", _names(placed.call.unexpected))
    if placed.stage is Stage.CONNECTED:
        return await _bridged_call_ends(placed, ending)
    if placed.via == "primary" and ending.style is not Style.GRACEFUL:
        return await _own_listener_is_gone(placed, ending)
    if ending.style is Style.BLACKHOLE:
        return await _nobody_answers(placed, ending, cancels=cancels)
    return await _is_refused_late(placed, ending)


async def _bridged_call_ends(placed: PlacedCall, ending: Ending) -> str:
    call = placed.call
    if ending.style is Style.GRACEFUL:
        try:
            bye = await call.expect("BYE", within=SOON_SECONDS)
        except ExpectationFailed as failure:
            raise Differs("BYE from the pool", _first_line(failure)) from failure
        explains(bye, ending.cell, ending.phase, placed.host)
        await is_unknown(placed, 481)
        return "BYE with the cell"
    unknown = 481 if ending.style is Style.CRASH else 408
    await is_unknown(placed, unknown)
    if ending.style is Style.CRASH:
        await _port_is_closed(placed)
        return "no packet; 481 by the director, the pool's port is closed"
    await call.send("OPTIONS", repeats=False)  # into the dark: `stays_silent` looks again later
    placed.heard = len(call.messages)
    return "no packet; 408 by the director, silence at the pool's port"


async def _port_is_closed(placed: PlacedCall) -> None:
    try:
        answer = await placed.call.request("OPTIONS", within=SOON_SECONDS)
    except Unreachable:
        pass
    except NoAnswer as failure:
        # Other systems than Linux don't tell an unconnected socket of closed ports.
        if placed.transport == "tcp" or sys.platform == "linux":
            raise Differs("a closed port of the pool", _first_line(failure)) from failure
    else:
        raise Differs("a closed port of the pool", f"{answer.status} to OPTIONS")
    placed.heard = len(placed.call.messages)


async def _own_listener_is_gone(placed: PlacedCall, ending: Ending) -> str:
    """Pending at the dead pool's own listener: nothing more, whatever the caller does."""
    call = placed.call
    is_crash = ending.style is Style.CRASH
    try:
        answer = await call.cancel(within=SOON_SECONDS if is_crash else _SILENCE_SECONDS)
    except Unreachable as failure:
        if not is_crash:
            raise Differs("silence", _first_line(failure)) from failure
    except NoAnswer as failure:
        if is_crash and (placed.transport == "tcp" or sys.platform == "linux"):
            raise Differs("a closed port of the pool", _first_line(failure)) from failure
    else:
        raise Differs("nothing more", f"{answer.status} to CANCEL")
    if call.status >= 200:
        raise Differs("nothing more", f"{call.status} to INVITE")
    placed.heard = len(call.messages)
    return "nothing more; its port is closed" if is_crash else "nothing more; silence at its port"


async def _nobody_answers(placed: PlacedCall, ending: Ending, *, cancels: bool) -> str:
    """The director waits for a pool that is silent: 408 after a while, or 487 if cancelled."""
    call = placed.call
    try:
        if cancels:
            answer = await call.cancel(within=SOON_SECONDS)
            if answer.status != 200:
                raise Differs("200 to CANCEL", str(answer.status))
        final = await call.response(ending.blackhole_seconds + SOON_SECONDS)
    except ExpectationFailed as failure:
        raise Differs("487" if cancels else "408 in the end", _first_line(failure)) from failure
    waited = asyncio.get_running_loop().time() - ending.began
    if cancels and final.status == 487:
        return "silence; 200 to CANCEL, and 487"
    # On a machine that is busy enough the CANCEL may come too late.
    if final.status != 408 or waited < ending.blackhole_seconds * _EARLY_SHARE:
        raise Differs(
            f"408 after {ending.blackhole_seconds:g} s", f"{final.status} after {waited:.1f} s"
        )
    explains(final, ending.cell, ending.phase, placed.host)
    return "silence, then 408"


async def _is_refused_late(placed: PlacedCall, ending: Ending) -> str:
    try:
        final = await placed.call.expect(503, within=SOON_SECONDS)
    except ExpectationFailed as failure:
        raise Differs("503 to INVITE", _first_line(failure)) from failure
    explains(final, ending.cell, ending.phase, placed.host)
    return "503 with the cell"


async def is_unknown(placed: PlacedCall, status: int, via: str = "director") -> None:
    """Hold that an element answers requests of an ended call with `status`; raises Differs."""
    try:
        answer = await placed.call.request("OPTIONS", via=via, within=SOON_SECONDS)
    except NoAnswer as failure:
        raise Differs(f"{status} to OPTIONS by the {via}", _first_line(failure)) from failure
    if answer.status != status:
        raise Differs(f"{status} to OPTIONS by the {via}", str(answer.status))
    if placed.heard is not None:
        placed.heard += 1


def stays_silent(placed: PlacedCall) -> None:
    """Hold that nothing has come in a call since it was declared dead; raises Differs."""
    if placed.heard is None:
        return
    late = placed.call.messages[placed.heard :]
    if late:
        raise Differs("no packet of this dialog ever again", _names(late))


def explains(message: Message, cell: str, phase: Phase, host: Pool) -> None:
    """Hold that a message says by which cell it ends a call; raises Differs."""
    expected = {
        "Reason": f'Q.850;cause=41;text="{cell}"',
        "X-RGS-Rule": f"cell={cell}; phase={phase}; pool={host}; ",
    }
    for name, value in expected.items():
        if not (message.header(name) or "").startswith(value):
            raise Differs(f"{name}: {value}", f"{name}: {message.header(name)}")


def _names(messages: Sequence[Message]) -> str:
    return ", ".join(repr(message).strip("<>") for message in messages)


def _first_line(failure: Exception) -> str:
    return str(failure).partition("\n")[0]
