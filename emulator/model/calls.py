"""A call, and the store of all calls that live or can still be asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from time import time as _time
from typing import Any, Final

from emulator.model.agents import Agent
from emulator.model.groups import HostedGroup
from emulator.model.ladder import (
    FULL,
    TICKS,
    StepKind,
    new_steps,
    note_step,
    request_step,
    response_step,
)
from emulator.rules import Kind, Pool, Verdict

__all__ = [
    "MAX_ALIKE",
    "MAX_KEPT_BYTES",
    "QUIET_LIMIT_SECONDS",
    "Call",
    "CallState",
    "CallStore",
    "EndedBy",
    "Shelf",
]

QUIET_LIMIT_SECONDS = 36_000.0  # steps hold 32 bits of time: twelve hours, and one is for doubt

MAX_ALIKE = 64  # calls that are found by one Call-ID
MAX_KEPT_BYTES = 4_096  # of Call-ID and From, which ended calls keep


class CallState:
    """The words for what a call is."""

    PENDING: Final = "pending"
    CONNECTED: Final = "connected"
    ENDED: Final = "ended"


class EndedBy:
    """The words for who or what ended a call."""

    CALLER: Final = "caller"
    AGENT: Final = "agent"
    RULE: Final = "rule"
    ADMIN: Final = "admin"
    QUEUE: Final = "queue"
    FAULT: Final = "fault"


class Call:
    """One call to a group, to a person, or on behalf of a group.

    Times are seconds since 1970. `carrier` deals with what arrives within the call's dialogs.
    `target` is the person who is called, or the group that was, where another has the call now.
    `changes` are the verdicts of phases that it has lived through, with their time.
    """

    __slots__ = (
        "agent",
        "agent_call_id",
        "call_id",
        "caller",
        "carrier",
        "changes",
        "connected",
        "ended",
        "ended_by",
        "first_verdict",
        "group",
        "host",
        "is_imported",
        "kind",
        "number",
        "on_behalf_of",
        "owner",
        "reason",
        "shelf",
        "started",
        "state",
        "status",
        "steps",
        "target",
        "verdict",
    )

    def __init__(
        self,
        number: int,
        call_id: bytes,
        caller: bytes,
        host: Pool,
        verdict: Verdict | None,
        group: HostedGroup | None = None,
        target: str | None = None,
    ) -> None:
        self.number = number
        self.call_id = call_id
        self.agent_call_id: bytes | None = None
        self.caller = caller
        self.group = group
        self.target = target
        if group is None:
            self.kind = Kind.NORMAL
            self.owner: Pool | None = None
            self.is_imported = False
        else:
            self.kind = group.kind
            self.owner = group.owner
            self.is_imported = group.is_copy
        self.host = host
        self.on_behalf_of: str | None = None
        self.agent: Agent | None = None
        self.state = CallState.PENDING
        self.started = _time()
        self.connected: float | None = None
        self.ended: float | None = None
        self.ended_by: str | None = None
        self.status: int | None = None
        self.reason: str | None = None
        self.first_verdict = verdict
        self.verdict = verdict
        self.changes: tuple[tuple[float, str, Verdict], ...] = ()
        self.carrier: Any = None
        self.shelf: Shelf
        self.steps = new_steps()

    @property
    def is_live(self) -> bool:
        """Whether it is pending or connected."""
        return self.ended is None

    def saw_request(self, source: int, target: int, method: bytes) -> None:
        """Note in the ladder that a request passed."""
        self.saw(request_step(source, target, method))

    def saw_response(self, source: int, target: int, status: int, method: bytes) -> None:
        """Note in the ladder that a response passed."""
        self.saw(response_step(source, target, status, method))

    def note(self, kind: StepKind, number: int, source: int = 0, target: int = 0) -> None:
        """Note a decision in the ladder."""
        self.saw(note_step(kind, number, source, target))

    def saw(self, entry: int) -> None:
        """Note a step in the ladder, as `request_step` and the like give it."""
        steps = self.steps
        after = int((_time() - self.started) * TICKS) & 0xFFFFFFFF
        if len(steps) >= FULL:
            del steps[-2:]  # so that the last one is the newest, whatever is left out before
        steps.append(after)
        steps.append(entry)

    def saw_both(self, first: int, second: int) -> None:
        """Note two steps that follow at once: a hop and what it leads to."""
        steps = self.steps
        after = int((_time() - self.started) * TICKS) & 0xFFFFFFFF
        if len(steps) >= FULL - 2:
            self.saw(first)
            self.saw(second)
            return
        steps.append(after)
        steps.append(first)
        steps.append(after)
        steps.append(second)

    @property
    def newest_step(self) -> int:
        """The step that was noted last, 0 if there is none."""
        steps = self.steps
        return steps[-2] << 32 | steps[-1] if steps else 0

    @property
    def quiet_seconds(self) -> float:
        """How long nothing was noted, at most `QUIET_LIMIT_SECONDS`; 0 if the clock went back."""
        steps = self.steps
        if not steps:
            return 0.0
        now = int((_time() - self.started) * TICKS)
        quiet = (now - steps[-2] & 0xFFFFFFFF) / TICKS
        return quiet if quiet <= QUIET_LIMIT_SECONDS else 0.0


class Shelf:
    """The live calls that the rules make no difference between: same host, kind and owner."""

    __slots__ = ("connected", "host", "kind", "owner", "pending")

    def __init__(self, host: Pool, kind: Kind, owner: Pool | None) -> None:
        self.host = host
        self.kind = kind
        self.owner = owner
        self.pending: dict[int, Call] = {}
        self.connected: dict[int, Call] = {}


class CallStore:
    """All calls: the live ones by what the rules ask of them, the ended ones up to `keep`.

    Owned by one loop; nothing in it waits.
    """

    __slots__ = (
        "_by_call_id",
        "_by_number",
        "_ended",
        "_keep",
        "_number",
        "_shelves",
    )

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._number = 0
        self._shelves: dict[tuple[Pool, Kind, Pool | None], Shelf] = {}
        self._by_call_id: dict[bytes, Call | list[Call]] = {}
        self._by_number: dict[int, Call] = {}  # in the order in which the calls began
        self._ended: deque[Call] = deque()

    def next_number(self) -> int:
        """The number of the next call."""
        self._number += 1
        return self._number

    def go_on_after(self, number: int) -> None:
        """Let no call have a number up to that one, as calls of an earlier process had them."""
        self._number = max(self._number, number)

    def add(self, call: Call) -> None:
        """Take in a new pending call."""
        shelf = call.shelf = self._shelf(call.host, call.kind, call.owner)
        number = call.number
        shelf.pending[number] = call
        self._by_number[number] = call
        self.index(call.call_id, call)

    def move(self, call: Call, group: HostedGroup) -> None:
        """Let a pending call be one of `group`, and of the pool that hosts it, from now on."""
        del call.shelf.pending[call.number]
        if call.target is None and call.group is not None and call.group.name != group.name:
            call.target = call.group.name
        call.group = group
        call.host, call.kind, call.owner = group.host, group.kind, group.owner
        call.is_imported = group.is_copy
        call.shelf = self._shelf(group.host, group.kind, group.owner)
        call.shelf.pending[call.number] = call

    def connect(self, call: Call) -> None:
        """Make a pending call connected."""
        shelf = call.shelf
        del shelf.pending[call.number]
        call.state = CallState.CONNECTED
        call.connected = _time()
        shelf.connected[call.number] = call

    def end(self, call: Call) -> None:
        """Make a live call an ended one, and forget the oldest ended one past the limit."""
        shelf = call.shelf
        if call.state == CallState.CONNECTED:
            shelf.connected.pop(call.number, None)
        else:
            shelf.pending.pop(call.number, None)
        call.state = CallState.ENDED
        self.archive(call)

    def archive(self, call: Call) -> None:
        """Keep a call that has left its shelf, and forget the oldest ended one past the limit."""
        self._ended.append(call)
        while len(self._ended) > self._keep:
            oldest = self._ended.popleft()
            del self._by_number[oldest.number]
            self._unindex(oldest.call_id, oldest)
            if oldest.agent_call_id is not None:
                self._unindex(oldest.agent_call_id, oldest)

    def index(self, call_id: bytes, call: Call) -> None:
        """Let `call` be found by one more Call-ID."""
        found = self._by_call_id.get(call_id)
        if found is None:
            self._by_call_id[call_id] = call
        elif isinstance(found, list):
            found.append(call)
            if len(found) > MAX_ALIKE:
                self._forget_one_alike(found)
        else:
            self._by_call_id[call_id] = [found, call]

    def by_call_id(self, call_id: bytes) -> tuple[Call, ...] | list[Call]:
        """The calls with that Call-ID on either leg, oldest first."""
        found = self._by_call_id.get(call_id)
        if found is None:
            return ()
        return found if isinstance(found, list) else (found,)

    @staticmethod
    def _forget_one_alike(calls: list[Call]) -> None:
        """Let the oldest ended one of `calls` be found by its number only."""
        ended = next((call for call in calls if call.ended is not None), None)
        if ended is not None:
            calls.remove(ended)

    def get(self, number: int) -> Call | None:
        """The call of that number, if it can still be asked for."""
        return self._by_number.get(number)

    @property
    def live_count(self) -> int:
        """How many calls live, pending and connected."""
        return len(self._by_number) - len(self._ended)

    def all(self) -> list[Call]:
        """Every call that can be asked for, in the order in which they began."""
        return list(self._by_number.values())

    def shelves(self) -> list[Shelf]:
        """The live calls, by what the rules ask of them."""
        return list(self._shelves.values())

    def live(self) -> Iterator[tuple[tuple[str, Pool, Kind, Pool | None], dict[int, Call]]]:
        """Live calls in buckets: the key is (state, host, kind, owner)."""
        for shelf in self._shelves.values():
            yield (CallState.PENDING, shelf.host, shelf.kind, shelf.owner), shelf.pending
            yield (CallState.CONNECTED, shelf.host, shelf.kind, shelf.owner), shelf.connected

    def live_calls(self) -> list[Call]:
        """Every live call, oldest first."""
        calls = [
            call
            for shelf in self._shelves.values()
            for calls in (shelf.pending, shelf.connected)
            for call in calls.values()
        ]
        calls.sort(key=lambda call: call.number)
        return calls

    def pending_calls(self) -> list[Call]:
        """Every pending call."""
        return [call for shelf in self._shelves.values() for call in shelf.pending.values()]

    def ended_calls(self) -> deque[Call]:
        """The ended calls that are kept, in the order in which they ended."""
        return self._ended

    def counts(self) -> dict[str, int]:
        """How many calls are pending and connected."""
        shelves = self._shelves.values()
        return {
            CallState.CONNECTED: sum(len(shelf.connected) for shelf in shelves),
            CallState.PENDING: sum(len(shelf.pending) for shelf in shelves),
        }

    def clear(self) -> None:
        """Forget every call."""
        self._shelves.clear()
        self._by_call_id.clear()
        self._ended.clear()
        self._by_number.clear()

    def _shelf(self, host: Pool, kind: Kind, owner: Pool | None) -> Shelf:
        key = (host, kind, owner)
        shelf = self._shelves.get(key)
        if shelf is None:
            shelf = self._shelves[key] = Shelf(*key)
        return shelf

    def _unindex(self, call_id: bytes, call: Call) -> None:
        found = self._by_call_id.get(call_id)
        if found is call:
            del self._by_call_id[call_id]
        elif isinstance(found, list) and call in found:
            found.remove(call)
            if len(found) == 1:
                self._by_call_id[call_id] = found[0]
