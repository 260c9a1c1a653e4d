"""Call detail records: one for each call, in the words of Lync's monitoring reports."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from emulator.rules import Kind, Pool

__all__ = [
    "DAY_SECONDS",
    "HOUR_SECONDS",
    "AnsweredBy",
    "CallRecord",
    "CallType",
    "RecordFilter",
    "Transferred",
    "Usage",
    "UsageBy",
    "name_of_day",
    "name_of_hour",
    "usage_name",
    "user_of",
]

DAY_SECONDS: Final = 86_400
HOUR_SECONDS: Final = 3_600
_MICROSECONDS = 1_000_000


class Transferred(StrEnum):
    """Whether a queue's action has sent a call on."""

    NONE = "none"
    TIMEOUT = "timeout"
    OVERFLOW = "overflow"


class AnsweredBy(StrEnum):
    """Who has answered: an agent of a response group, or anybody else."""

    AGENT = "agent"
    OTHER = "other"


class CallType(StrEnum):
    """The call types that the Response Group Usage Report knows."""

    RECEIVED = "received"
    SUCCESSFUL = "successful"
    OFFERED = "offered"
    ANSWERED = "answered"
    TRANSFERRED = "transferred"


class UsageBy(StrEnum):
    """What the rows of the Response Group Usage Report stand for; days and hours are UTC."""

    WORKFLOW = "workflow"
    DAY = "day"
    HOUR = "hour"
    POOL = "pool"


class CallRecord(NamedTuple):
    """What is kept of a call that has ended.

    Times are seconds since 1970, in whole microseconds. `workflow` is the group that was called,
    None for a call to a person; `queue` the one that had the call last.

    queued_seconds  how long it waited while no agent could be rung.
    offers          how often an agent of a response group was rung.
    picked_up       whether a pool took it, rather than refused it at once.
    """

    id: int
    call_id: str
    agent_call_id: str | None
    workflow: str | None
    queue: str | None
    kind: Kind
    owner: Pool | None
    host: Pool
    imported: bool
    on_behalf_of: str | None
    caller: str
    agent: str | None
    agent_home: Pool | None
    started: float
    queued_seconds: float
    offers: int
    picked_up: bool
    answered: float | None
    answered_by: AnsweredBy | None
    ended: float
    ended_by: str
    transferred: Transferred
    response_code: int | None
    diagnostic_id: int | None
    cell: str | None

    @property
    def duration_seconds(self) -> float:
        """How long its ends have talked."""
        return 0.0 if self.answered is None else max(0.0, round(self.ended - self.answered, 6))

    def is_of(self, wanted: CallType) -> bool:
        """Whether the usage report counts it among the calls of that type."""
        if self.workflow is None or self.on_behalf_of is not None:
            return False
        match wanted:
            case CallType.SUCCESSFUL:
                return self.picked_up
            case CallType.OFFERED:
                return self.offers > 0
            case CallType.ANSWERED:
                return self.answered_by is AnsweredBy.AGENT
            case CallType.TRANSFERRED:
                return self.transferred is not Transferred.NONE
            case _:
                return True


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which records are meant; what is None is not asked about.

    group   the workflow that was called.
    caller  the whole URI, or its user part.
    since   the start of the calls, and before which `until` it is.
    """

    group: str | None = None
    agent: str | None = None
    caller: str | None = None
    kind: Kind | None = None
    host: Pool | None = None
    since: float | None = None
    until: float | None = None
    calls: CallType | None = None

    def matches(self, record: CallRecord) -> bool:
        """Whether `record` is one of those that are meant."""
        return (
            (self.since is None or record.started >= self.since)
            and (self.until is None or record.started < self.until)
            and (self.group is None or record.workflow == self.group)
            and (self.agent is None or record.agent == self.agent)
            and (self.host is None or record.host is self.host)
            and (self.kind is None or record.kind is self.kind)
            and (self.calls is None or record.is_of(self.calls))
            and (self.caller is None or self.caller in (record.caller, user_of(record.caller)))
        )


class Usage(NamedTuple):
    """A row of the Response Group Usage Report. `name` says what it stands for."""

    name: str
    received: int = 0
    successful: int = 0
    offered: int = 0
    answered: int = 0
    timed_out: int = 0
    overflowed: int = 0
    talk_microseconds: int = 0

    @property
    def transferred(self) -> int:
        """How many calls queues have sent on."""
        return self.timed_out + self.overflowed

    @property
    def abandoned_percent(self) -> float:
        """How many of a hundred received calls no agent has answered."""
        if not self.received:
            return 0.0
        return round(100 * (self.received - self.answered) / self.received, 2)

    @property
    def average_minutes(self) -> float:
        """How long an agent talked in an answered call."""
        if not self.answered:
            return 0.0
        return round(self.talk_microseconds / self.answered / (60 * _MICROSECONDS), 4)

    def with_record(self, record: CallRecord) -> Usage:
        """This row, and one received call more."""
        is_answered = record.is_of(CallType.ANSWERED)
        talked = round(record.duration_seconds * _MICROSECONDS) if is_answered else 0
        return Usage(
            self.name,
            self.received + 1,
            self.successful + record.is_of(CallType.SUCCESSFUL),
            self.offered + record.is_of(CallType.OFFERED),
            self.answered + is_answered,
            self.timed_out + (record.transferred is Transferred.TIMEOUT),
            self.overflowed + (record.transferred is Transferred.OVERFLOW),
            self.talk_microseconds + talked,
        )

    def plus(self, other: Usage) -> Usage:
        """What two rows come to, under the name of this one."""
        return Usage(
            self.name,
            self.received + other.received,
            self.successful + other.successful,
            self.offered + other.offered,
            self.answered + other.answered,
            self.timed_out + other.timed_out,
            self.overflowed + other.overflowed,
            self.talk_microseconds + other.talk_microseconds,
        )


def usage_name(record: CallRecord, by: UsageBy) -> str:
    """The name of the row of the usage report that a received call belongs to."""
    match by:
        case UsageBy.WORKFLOW:
            return record.workflow or ""
        case UsageBy.POOL:
            return record.host
        case UsageBy.DAY:
            return name_of_day(int(record.started // DAY_SECONDS))
        case UsageBy.HOUR:
            return name_of_hour(int(record.started // HOUR_SECONDS))


def name_of_day(number: int) -> str:
    """The day, such as `2026-11-24`, of its number since 1970."""
    return time.strftime("%Y-%m-%d", time.gmtime(number * DAY_SECONDS))


def name_of_hour(number: int) -> str:
    """The hour, such as `2026-11-24T15:00Z`, of its number since 1970."""
    return time.strftime("%Y-%m-%dT%H:00Z", time.gmtime(number * HOUR_SECONDS))


def user_of(uri: str) -> str:
    """The user part of a caller's URI, or what there is in its place."""
    return uri.partition(":")[2].partition("@")[0]
