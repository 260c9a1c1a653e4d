"""What WIRE says that callers see: the table of styles, as checks on a caller's call."""

from __future__ import annotations

import pytest

from emulator.rules import Kind, Phase, Pool, Style
from emulator.testing import ClientCall, NoAnswer, Unreachable
from sip.message import Message

__all__ = [
    "bridged_call_ends",
    "call_goes_on",
    "pending_call_ends",
    "pending_call_goes_on",
    "says_why",
]

_SILENCE_SECONDS = 0.1


def says_why(message: Message, cell: str, phase: Phase, host: Pool) -> None:
    """Hold that `message` names the cell that ends the call."""
    rule = message.header("X-RGS-Rule") or ""
    assert message.header("Reason") == f'Q.850;cause=41;text="{cell}"'
    assert rule.startswith(f"cell={cell}; phase={phase}; pool={host}; imported="), rule


async def call_goes_on(call: ClientCall, kind: Kind) -> None:
    """A connected call carries every request end to end, and its caller can end it."""
    assert not call.unexpected
    for method in ("OPTIONS", "INFO", "INVITE", *(("UPDATE",) if kind is Kind.NORMAL else ())):
        assert (await call.request(method)).status == 200
    assert not call.unexpected
    assert (await call.hang_up()).status == 200


async def pending_call_goes_on(call: ClientCall) -> None:
    """A waiting call still has its early dialog, and its caller can cancel it."""
    assert call.status in (180, 182)
    assert (await call.request("OPTIONS")).status == 200
    assert (await call.cancel()).status == 200
    await call.expect(487)


async def bridged_call_ends(
    call: ClientCall, style: Style, cell: str, phase: Phase, host: Pool
) -> None:
    """A bridged call is over as `style` says."""
    if style is Style.GRACEFUL:
        says_why(await call.expect("BYE"), cell, phase, host)
    options = await call.request("OPTIONS", via="director")
    assert options.status == (408 if style is Style.BLACKHOLE else 481)
    if style is Style.CRASH:
        with pytest.raises(Unreachable):
            await call.request("OPTIONS")
    elif style is Style.BLACKHOLE:
        with pytest.raises(NoAnswer):
            await call.request("OPTIONS", within=_SILENCE_SECONDS)
    else:
        assert (await call.request("BYE", via="director")).status == 481
    await call.expect_nothing(within=_SILENCE_SECONDS)


async def pending_call_ends(
    call: ClientCall, style: Style, cell: str, phase: Phase, host: Pool
) -> None:
    """A pending call is over as `style` says, by the door that its INVITE came through."""
    if call.via == host and style is not Style.GRACEFUL:
        if style is Style.CRASH:
            with pytest.raises(Unreachable):
                await call.cancel()
        else:
            with pytest.raises(NoAnswer):
                await call.cancel(within=_SILENCE_SECONDS)
        await call.expect_nothing(within=_SILENCE_SECONDS)
        assert call.status < 200
        return
    status = 408 if style is Style.BLACKHOLE else 503
    says_why(await call.expect(status), cell, phase, host)
