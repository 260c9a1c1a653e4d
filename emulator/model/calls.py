"""A call, and the store of all calls that live or can still be asked for."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from emulator.model.agents import Agent
from emulator.model.groups import HostedGroup
from emulator.model.ladder import MAX_STEPS, Ladder, StepKind
from emulator.rules import Kind, Pool, Verdict

__all__ = ["Call", "CallState", "CallStore", "EndedBy"]


class CallState:
    """The words for what a call is."""

    PENDING = "pending"
    CONNECTED = "connected"
    ENDED = "ended"


class EndedBy:
    """The words for who or what ended a call."""

    CALLER = "caller"
    AGENT = "agent"
    RULE = "rule"
    ADMIN = "admin"
    QUEUE = "queue"
    FAULT = "fault"


class Call:
    """One call to a group, to a person, or on behalf of a group.

    Times are seconds since 1970. `carrier` deals with what arrives within the call's dialogs.
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
        "ladder",
        "number",
        "on_behalf_of",
        "owner",
        "reason",
        "started",
        "state",
        "status",
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
        self.started = time.time()
        self.connected: float | None = None
        self.ended: float | None = None
        self.ended_by: str | None = None
        self.status: int | None = None
        self.reason: str | None = None
        self.first_verdict = verdict
        self.verdict = verdict
        self.changes: tuple[tuple[float, str, Verdict], ...] = ()
        self.carrier: Any = None
        self.ladder = b""

    @property
    def is_live(self) -> bool:
        """Whether it is pending or connected."""
        return self.ended is None

    def saw_request(self, source: int, target: int, method: bytes) -> None:
        """Note in the ladder that a request passed."""
        if len(self.ladder) < MAX_STEPS * 8:
            self.ladder += Ladder.request(time.time() - self.started, source, target, method)

    def saw_response(self, source: int, target: int, status: int, method: bytes) -> None:
        """Note in the ladder that a response passed."""
        if len(self.ladder) < MAX_STEPS * 8:
            self.ladder += Ladder.response(
                time.time() - self.started, source, target, status, method
            )

    def note(self, kind: StepKind, number: int, source: int = 0, target: int = 0) -> None:
        """Note a decision in the ladder."""
        if len(self.ladder) < MAX_STEPS * 8:
            self.ladder += Ladder.note(time.time() - self.started, kind, number, source, target)


Bucket = dict[int, Call]


class CallStore:
    """All calls: the live ones by what the rules ask of them, the ended ones up to `keep`.

    Owned by one loop; nothing in it waits.
    """

    __slots__ = (
        "_by_call_id",
        "_by_number",
        "_buckets",
        "_ended",
        "_keep",
        "_number",
    )

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._number = 0
        self._buckets: dict[tuple[Any, ...], Bucket] = {}
        self._by_call_id: dict[bytes, Call | list[Call]] = {}
        self._by_number: dict[int, Call] = {}  # in the order in which the calls began
        self._ended: deque[Call] = deque()

    def next_number(self) -> int:
        """The number of the next call."""
        self._number += 1
        return self._number

    def add(self, call: Call) -> None:
        """Take in a new pending call."""
        self._bucket(call)[call.number] = call
        self._by_number[call.number] = call
        self.index(call.call_id, call)

    def connect(self, call: Call) -> None:
        """Make a pending call connected."""
        del self._bucket(call)[call.number]
        call.state = CallState.CONNECTED
        call.connected = time.time()
        self._bucket(call)[call.number] = call

    def end(self, call: Call) -> None:
        """Make a live call an ended one, and forget the oldest ended one past the limit."""
        self._bucket(call).pop(call.number, None)
        call.state = CallState.ENDED
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
        else:
            self._by_call_id[call_id] = [found, call]

    def by_call_id(self, call_id: bytes) -> tuple[Call, ...] | list[Call]:
        """The calls with that Call-ID on either leg, oldest first."""
        found = self._by_call_id.get(call_id)
        if found is None:
            return ()
        return found if isinstance(found, list) else (found,)

    def get(self, number: int) -> Call | None:
        """The call of that number, if it can still be asked for."""
        return self._by_number.get(number)

    def all(self) -> list[Call]:
        """Every call that can be asked for, in the order in which they began."""
        return list(self._by_number.values())

    def live(self) -> Iterator[tuple[tuple[Any, ...], Bucket]]:
        """Live calls in buckets: the key is (state, host, kind, owner)."""
        for key, bucket in self._buckets.items():
            if bucket:
                yield key, bucket

    def live_calls(self) -> list[Call]:
        """Every live call, oldest first."""
        calls = [call for _, bucket in self.live() for call in bucket.values()]
        calls.sort(key=lambda call: call.number)
        return calls

    def pending_calls(self) -> list[Call]:
        """Every pending call."""
        return [
            call
            for key, bucket in self._buckets.items()
            if key[0] == CallState.PENDING
            for call in bucket.values()
        ]

    def ended_calls(self) -> deque[Call]:
        """The ended calls that are kept, in the order in which they ended."""
        return self._ended

    def counts(self) -> dict[str, int]:
        """How many calls are pending and connected."""
        counts = {CallState.CONNECTED: 0, CallState.PENDING: 0}
        for key, bucket in self._buckets.items():
            counts[key[0]] += len(bucket)
        return counts

    def clear(self) -> None:
        """Forget every call."""
        self._buckets.clear()
        self._by_call_id.clear()
        self._ended.clear()
        self._by_number.clear()

    def _bucket(self, call: Call) -> Bucket:
        key = (call.state, call.host, call.kind, call.owner)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = {}
        return bucket

    def _unindex(self, call_id: bytes, call: Call) -> None:
        found = self._by_call_id.get(call_id)
        if found is call:
            del self._by_call_id[call_id]
        elif isinstance(found, list) and call in found:
            found.remove(call)
            if len(found) == 1:
                self._by_call_id[call_id] = found[0]
