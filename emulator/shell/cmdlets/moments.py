"""Get-Date, New-TimeSpan and Start-Sleep."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from emulator.shell.engine import Call, Cmdlet, CmdletError, Parameter
from emulator.shell.engine.times import format_moment

__all__ = ["MOMENTS"]

_SPACE = "Microsoft.PowerShell.Commands."
_PARTS = ("Year", "Month", "Day", "Hour", "Minute", "Second")


def _now() -> datetime:
    return datetime.now()  # noqa: DTZ005 (local, as a DateTime is)


async def _get_date(call: Call) -> AsyncIterator[Any]:
    moment: datetime = call.get("Date") or _now()
    parts = {part.lower(): call[part] for part in _PARTS if part in call}
    try:
        moment = moment.replace(**parts)
    except ValueError as error:
        raise CmdletError(f"The parts make no date: {error}.", "ArgumentOutOfRange") from None
    if "Format" in call:
        yield format_moment(moment, call["Format"])
    else:
        yield moment


async def _new_span(call: Call) -> AsyncIterator[Any]:
    if "Start" in call or "End" in call:
        yield (call.get("End") or _now()) - (call.get("Start") or _now())
        return
    try:
        yield timedelta(
            days=call.get("Days", 0),
            hours=call.get("Hours", 0),
            minutes=call.get("Minutes", 0),
            seconds=call.get("Seconds", 0),
        )
    except OverflowError:
        raise CmdletError("The span is too long.", "TimeSpanOverflow") from None


async def _sleep(call: Call) -> None:
    await asyncio.sleep(call.get("Seconds", 0) + call.get("Milliseconds", 0) / 1000)


MOMENTS = (
    Cmdlet(
        name="Get-Date",
        synopsis="Gives the date and time, or another with the parts that are named.",
        run=_get_date,
        class_name=f"{_SPACE}GetDateCommand",
        parameters=(
            Parameter(name="Date", type="DateTime", position=0, from_pipeline=True),
            *(Parameter(name=part, type="Int32") for part in _PARTS),
            Parameter(name="Format", help="A .NET format, such as yyyy-MM-dd."),
        ),
    ),
    Cmdlet(
        name="New-TimeSpan",
        synopsis="Gives a span of time.",
        run=_new_span,
        class_name=f"{_SPACE}NewTimeSpanCommand",
        default_set="Date",
        parameters=(
            Parameter(name="Start", type="DateTime", position=0, sets=("Date",)),
            Parameter(name="End", type="DateTime", position=1, sets=("Date",)),
            *(
                Parameter(name=part, type="Int32", sets=("Time",))
                for part in ("Days", "Hours", "Minutes", "Seconds")
            ),
        ),
    ),
    Cmdlet(
        name="Start-Sleep",
        synopsis="Waits.",
        run=_sleep,
        aliases=("sleep",),
        class_name=f"{_SPACE}StartSleepCommand",
        default_set="Seconds",
        parameters=(
            Parameter(
                name="Seconds", type="Double", position=0, sets=("Seconds",), least=0, most=2147483
            ),
            Parameter(
                name="Milliseconds", type="Int32", sets=("Milliseconds",), aliases=("ms",), least=0
            ),
        ),
    ),
)
