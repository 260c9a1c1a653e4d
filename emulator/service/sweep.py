"""Looks at every live call now and then: writes off those of which nothing is heard any more.

No timer of its own for each call, so that an open one costs no memory for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emulator.model.calls import QUIET_LIMIT_SECONDS, Call, CallState, EndedBy
from emulator.service.pacing import Pacer
from emulator.service.partings import end_in_turn
from emulator.service.wording import Lines

if TYPE_CHECKING:
    from emulator.service.site import Site

__all__ = ["Sweep"]

_AT_MOST_EVERY_SECONDS = 60.0  # §13.3.1.1: a caller who waits longer hears that it still does
_ROUNDS = 10  # within the time until a silent call is written off
_AT_ONCE = 1_000
_SENDS_AT_ONCE = 100
_PAUSE_SECONDS = 0.01
_HOURS = QUIET_LIMIT_SECONDS / 2
_WHY: Lines = ((b"Reason", b'SIP;cause=408;text="Nothing was heard of this call for too long"'),)


class Sweep:
    """Goes through the live calls every minute, or more often where calls are written off early.

    A few at a time, so that everything else goes on meanwhile.
    """

    __slots__ = ("_calls", "_every_seconds", "_limit_seconds", "_next_reminder", "_pacer", "_quiet",
                 "_site", "_still_quiet")  # fmt: skip

    def __init__(self, site: Site, pacer: Pacer) -> None:
        self._site = site
        self._pacer = pacer
        self._limit_seconds = site.topology.silent_call_seconds
        self._every_seconds = min(_AT_MOST_EVERY_SECONDS, self._limit_seconds / _ROUNDS)
        self._calls: Iterator[Call] = iter(())
        self._next_reminder = 0.0
        # Calls that have been quiet for hours: their newest step, and since when.
        self._quiet: dict[int, tuple[int, float]] = {}
        self._still_quiet: dict[int, tuple[int, float]] = {}

    def start(self) -> None:
        """Begin; it never ends."""
        deadlines = self._site.deadlines
        self._next_reminder = deadlines.clock() + _AT_MOST_EVERY_SECONDS
        deadlines.after(self._every_seconds, Sweep._begin, self)

    def _begin(self) -> None:
        calls = self._site.calls
        live = [
            call
            for shelf in calls.shelves()
            for some in (shelf.pending, shelf.connected)
            for call in some.values()
        ]
        self._calls = iter(live)
        self._still_quiet = {}
        self._go_on()

    def _go_on(self) -> None:
        site = self._site
        now = site.deadlines.clock()
        is_time_to_remind = now >= self._next_reminder
        sent = 0
        for _ in range(_AT_ONCE):
            call = next(self._calls, None)
            if call is None:
                self._finish(is_time_to_remind)
                return
            if call.ended is not None:
                continue
            if self._is_written_off(call, now):
                self._write_off(call)
            elif is_time_to_remind and call.state == CallState.PENDING:
                call.carrier.caller.transaction.repeat()
                sent += 1
                if sent >= _SENDS_AT_ONCE:
                    break
        site.deadlines.after(_PAUSE_SECONDS, Sweep._go_on, self)

    def _finish(self, has_reminded: bool) -> None:
        deadlines = self._site.deadlines
        self._quiet = self._still_quiet
        if has_reminded:
            self._next_reminder = deadlines.clock() + _AT_MOST_EVERY_SECONDS
        deadlines.after(self._every_seconds, Sweep._begin, self)

    def _is_written_off(self, call: Call, now: float) -> bool:
        quiet, limit = call.quiet_seconds, self._limit_seconds
        if limit <= _HOURS:
            return quiet >= limit
        # A call's steps tell half a day apart at most: beyond that, what is remembered here does.
        newest = call.newest_step
        known = self._quiet.get(call.number)
        if known is None or known[0] != newest:
            if quiet < _HOURS:
                return False
            known = (newest, now - quiet)
        self._still_quiet[call.number] = known
        return now - known[1] >= limit

    def _write_off(self, call: Call) -> None:
        carrier = call.carrier
        if call.state == CallState.PENDING:
            carrier.refuse(408, EndedBy.FAULT, _WHY, None)
            return
        reason = "nothing was heard of it"
        end_in_turn(self._site, self._pacer, call, EndedBy.FAULT, why=_WHY, reason=reason)
