"""Writes to the log what the journal tells: phases, imports, and what the rules have ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import structlog

from emulator.model.calls import Call, CallState, EndedBy
from emulator.model.journal import Event
from emulator.operations.administration import Administration
from emulator.operations.times import as_text

__all__ = ["Chronicle"]

_EVERY_SECONDS = 0.5
_MOST_AT_ONCE = 200

_log = structlog.get_logger("rgs")


@dataclass(frozen=True, slots=True)
class _Line:
    time: float
    text: str
    about: dict[str, Any]
    is_detail: bool = False


class Chronicle:
    """Looks at the journal twice a second, so that a call pays nothing for being logged.

    Of a burst only the newest events are looked at; phases are never missed, and calls that the
    rules have ended are counted at least.
    """

    __slots__ = ("_administration", "_epoch", "_handle", "_has_details", "_loop", "_number",
                 "_ruled")  # fmt: skip

    def __init__(
        self,
        administration: Administration,
        loop: asyncio.AbstractEventLoop,
        *,
        has_details: bool = True,
    ) -> None:
        """Without `has_details`, lines that are for debugging are not even made."""
        self._administration = administration
        self._loop = loop
        self._has_details = has_details
        self._number = administration.site.journal.number
        self._epoch = administration.site.entry.epoch
        self._ruled = self._ended_by_rule()
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin."""
        self._handle = self._loop.call_later(_EVERY_SECONDS, self._turn)

    def stop(self) -> None:
        """Write what is left, and end."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
            self.write()

    def write(self) -> None:
        """Write what has happened since the last time, in order."""
        lines = sorted((*self._phases(), *self._events()), key=lambda line: line.time)
        for line in lines:
            write = _log.debug if line.is_detail else _log.info
            about = {name: value for name, value in line.about.items() if value is not None}
            write(line.text, timestamp=as_text(line.time), **about)

    def _turn(self) -> None:
        self.write()
        self._handle = self._loop.call_later(_EVERY_SECONDS, self._turn)

    def _phases(self) -> Iterator[_Line]:
        site = self._administration.site
        since, self._epoch = self._epoch, site.entry.epoch
        if since != self._epoch:
            for entry in site.phase_log.entries:
                if entry.epoch > since:
                    about = {"phase": entry.phase, "epoch": entry.epoch, "style": entry.style}
                    yield _Line(entry.time, "phase", about)

    def _events(self) -> Iterator[_Line]:
        journal = self._administration.site.journal
        since, self._number = self._number, journal.number
        ruled, self._ruled = self._ruled, self._ended_by_rule()
        events, _ = journal.since(max(since, self._number - _MOST_AT_ONCE))
        shown = 0
        for event in events:
            is_detail = _is_detail(event)
            if is_detail and not self._has_details:
                continue
            shown += event.kind == "call" and not is_detail
            yield from _told(event, is_detail)
        more = self._ruled - ruled - shown
        if more > 0 and events:
            yield _Line(
                events[-1].time, "more calls were ended or refused by rule", {"calls": more}
            )

    def _ended_by_rule(self) -> int:
        ended = self._administration.site.tally.ended
        return sum(count for (_, by), count in ended.items() if by == EndedBy.RULE)


def _is_detail(event: Event) -> bool:
    """Whether it is for debugging: of calls, all but what the rules have ended."""
    return event.kind == "call" and (
        event.payload[1] != CallState.ENDED or event.payload[0].ended_by != EndedBy.RULE
    )


def _told(event: Event, is_detail: bool) -> Iterator[_Line]:
    payload: Any = event.payload
    if event.kind == "import":
        about = {"imported": payload["imported"], "groups": ",".join(payload["groups"])}
        yield _Line(event.time, "import", about)
    elif event.kind == "call":
        text, about = _call_line(payload[0], payload[1])
        yield _Line(event.time, text, about, is_detail)


def _call_line(call: Call, state: str) -> tuple[str, dict[str, Any]]:
    about: dict[str, Any] = {
        "call": call.number,
        "call_id": call.call_id.decode("utf-8", "replace"),
        "group": call.group.name if call.group is not None else None,
        "host": call.host,
        "cell": call.verdict.cell if call.verdict is not None else None,
    }
    if state != CallState.ENDED:
        return f"call {state}", about
    about["status"] = call.status
    if call.ended_by == EndedBy.RULE:
        is_refused = call.first_verdict is not None and call.first_verdict.disconnects
        return "call refused by rule" if is_refused else "call ended by rule", about
    return "call ended", {"by": call.ended_by, **about}
