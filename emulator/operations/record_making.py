"""How the record of a call is made: from the call, and from the steps of its ladder."""

from __future__ import annotations

from emulator.model.calls import QUIET_LIMIT_SECONDS, Call, EndedBy
from emulator.model.ladder import TICKS, StepKind
from emulator.model.records import AnsweredBy, CallRecord, Transferred
from emulator.model.topology import OWN_QUEUE
from emulator.operations.call_view import caller_uri

__all__ = ["record_of"]

_TRANSFERRED = {
    StepKind.TIMED_OUT: Transferred.TIMEOUT,
    StepKind.OVERFLOWED: Transferred.OVERFLOW,
}


class _Told:
    """What the steps of a call tell of it."""

    __slots__ = ("diagnostic_id", "has_left", "offers", "queued_ticks", "transferred")

    def __init__(self, call: Call) -> None:
        self.offers = 0
        self.queued_ticks = 0
        self.transferred = Transferred.NONE
        self.has_left = False
        self.diagnostic_id: int | None = None
        steps = call.steps
        waits_since: int | None = None
        for index in range(1, len(steps), 2):
            entry = steps[index]
            kind = entry >> 16 & 0x0F
            if kind < StepKind.RINGS:
                continue
            after = steps[index - 1]
            if kind == StepKind.QUEUED:
                waits_since = after if waits_since is None else waits_since
                continue
            if kind == StepKind.DIAGNOSED:
                self.diagnostic_id = entry & 0xFFFF
                continue
            if waits_since is not None:
                self.queued_ticks += _ticks_between(waits_since, after)
                waits_since = None
            if kind == StepKind.RINGS:
                self.offers += not self.has_left
            elif kind == StepKind.LEFT:
                self.has_left = True
            else:
                self.transferred = _TRANSFERRED[StepKind(kind)]
        if waits_since is not None and call.ended is not None:
            ended = int((call.ended - call.started) * TICKS) & 0xFFFFFFFF
            self.queued_ticks += _ticks_between(waits_since, ended)


def record_of(call: Call) -> CallRecord:
    """The record of `call`, which has ended."""
    told = _Told(call)
    group, agent, verdict = call.group, call.agent, call.verdict
    assert call.ended is not None
    is_received = group is not None and call.on_behalf_of is None
    answered_by = None
    if call.connected is not None:
        is_agent = is_received and not told.has_left
        answered_by = AnsweredBy.AGENT if is_agent else AnsweredBy.OTHER
    workflow = queue = None
    if group is not None:
        workflow = call.target if is_received and call.target is not None else group.name
        if is_received:
            shared = group.settings.shared_queue
            queue = group.name if shared == OWN_QUEUE else shared
    return CallRecord(
        id=call.number,
        call_id=call.call_id.decode("utf-8", "replace"),
        agent_call_id=_text(call.agent_call_id),
        workflow=workflow,
        queue=queue,
        kind=call.kind,
        owner=call.owner,
        host=call.host,
        imported=call.is_imported,
        on_behalf_of=call.on_behalf_of,
        caller=caller_uri(call),
        agent=None if agent is None else agent.name,
        agent_home=None if agent is None else agent.home,
        started=round(call.started, 6),
        queued_seconds=round(told.queued_ticks / TICKS, 6),
        offers=told.offers if is_received else 0,
        picked_up=not _is_refused_at_once(call),
        answered=None if call.connected is None else round(call.connected, 6),
        answered_by=answered_by,
        ended=round(call.ended, 6),
        ended_by=call.ended_by or "",
        transferred=told.transferred,
        response_code=call.status,
        diagnostic_id=told.diagnostic_id,
        cell=None if verdict is None else verdict.cell,
    )


def _is_refused_at_once(call: Call) -> bool:
    """Whether the rules have refused it as it came, so that no pool has had it."""
    first = call.first_verdict
    return first is not None and call.verdict is first and call.ended_by == EndedBy.RULE


def _ticks_between(first: int, second: int) -> int:
    """The time between two steps; 0 if the clock went back meanwhile."""
    ticks = second - first & 0xFFFFFFFF
    return ticks if ticks <= QUIET_LIMIT_SECONDS * TICKS else 0


def _text(call_id: bytes | None) -> str | None:
    return None if call_id is None else call_id.decode("utf-8", "replace")
