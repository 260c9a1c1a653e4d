"""How a caller tells that a call lives: a request goes through, and BYE ends it as it should."""

from __future__ import annotations

from contextlib import suppress

from emulator.demo.calls import HOMES, SOON_SECONDS, PlacedCall
from emulator.demo.evidence import Differs
from emulator.demo.expectations import Stage
from emulator.rules import Phase, Pool, agents_cell
from emulator.testing import ClientCall, ExpectationFailed, NoAnswer
from emulator.testing.trail import told

__all__ = [
    "agent_of",
    "answer_to",
    "carries_on",
    "end_quietly",
    "hangs_up",
    "is_connected_at_last",
]

_CLEAN_UP_SECONDS = 0.5
_METHODS = ("OPTIONS", "INFO", "INVITE")


async def carries_on(placed: PlacedCall, turn: int) -> str:
    """Hold that a kept call is as it was, and still carries a request; raises Differs.

    `turn` says which request.
    """
    _is_undisturbed(placed.call)
    if placed.stage is Stage.PENDING:
        if placed.call.status >= 200:
            raise Differs("the call to wait on", f"{placed.call.status} to INVITE")
        await _goes_through(placed.call, "OPTIONS")
        return "goes on waiting, OPTIONS goes through"
    method = _METHODS[turn % len(_METHODS)]
    await _goes_through(placed.call, method)
    name = "re-INVITE" if method == "INVITE" else method
    return f"kept, {name} goes through"


async def hangs_up(placed: PlacedCall) -> str:
    """Hold that the caller can end a kept call, by BYE or CANCEL; raises Differs."""
    method = "CANCEL" if placed.stage is Stage.PENDING else "BYE"
    try:
        answer = await placed.call.hang_up(within=SOON_SECONDS)
        if answer.status == 200 and method == "CANCEL":
            await placed.call.expect(487, within=SOON_SECONDS)
    except ExpectationFailed as failure:
        raise Differs(f"200 to {method}", str(failure).partition("\n")[0]) from failure
    if answer.status != 200:
        raise Differs(f"200 to {method}", str(answer.status))
    return f"kept, ended by {method}"


async def is_connected_at_last(placed: PlacedCall, phase: Phase) -> str:
    """Hold that a call that waited for agents of the primary pool has reached one of them."""
    _is_undisturbed(placed.call)
    try:
        await placed.call.expect(200, within=SOON_SECONDS)
    except ExpectationFailed as failure:
        raise Differs(
            "200, as agents homed on the primary pool can be reached",
            str(failure).partition("\n")[0],
            agents_cell(phase) if placed.call.status < 300 else None,
        ) from failure
    agent = agent_of(placed.call)
    if HOMES.get(agent) is not Pool.PRIMARY:
        raise Differs("an agent homed on the primary pool", f"Contact {placed.call.remote_target}")
    placed.stage = Stage.CONNECTED
    return "waited, and is connected now"


async def end_quietly(call: ClientCall) -> None:
    """End a call of which no more is expected."""
    if call.state != "ended":
        with suppress(ExpectationFailed, OSError):
            await call.hang_up(within=_CLEAN_UP_SECONDS)


def answer_to(call: ClientCall) -> str:
    """What the newest response to the INVITE says, in words."""
    rule = call.messages[-1].header("X-RGS-Rule") if call.messages else None
    return f"{call.status or 'nothing'} to INVITE" + (f" ({rule})" if rule else "")


def agent_of(call: ClientCall) -> str:
    """The agent that a normal call's Contact names."""
    target = call.remote_target or ""
    return target.removeprefix("sip:").partition("@")[0]


def _is_undisturbed(call: ClientCall) -> None:
    if call.unexpected:
        raise Differs("the call to be kept", ", ".join(told(each) for each in call.unexpected))


async def _goes_through(call: ClientCall, method: str) -> None:
    try:
        answer = await call.request(method, within=SOON_SECONDS)
    except NoAnswer as failure:
        raise Differs(f"200 to {method}", str(failure).partition("\n")[0]) from failure
    except ExpectationFailed as failure:
        raise Differs(f"200 to {method}", str(failure).partition("\n")[0]) from failure
    if answer.status != 200:
        raise Differs(f"200 to {method}", str(answer.status))
