"""What comes out of the admin API, as models: documentation is made of them, tests hold to them.

The answers themselves are built as plain values by the operations, as models would cost more than
all else on a list of calls.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field, JsonValue, RootModel

from emulator.api.models import CallStateWord, Model, describe_group
from emulator.model.records import AnsweredBy, Transferred
from emulator.rules import Kind, Outcome, Phase, Pool, Reading, Style

__all__ = [
    "Agent",
    "Agents",
    "Call",
    "Calls",
    "Console",
    "GroupShown",
    "Groups",
    "Import",
    "Imported",
    "ObjectShown",
    "Objects",
    "PhaseAccount",
    "PoolState",
    "ProblemDocument",
    "Records",
    "SettingsShown",
    "State",
    "TopologyShown",
    "UsageReport",
]

EndedByWord = Literal["caller", "agent", "rule", "admin", "queue", "fault"]


def _shown_group(described: dict[str, Any]) -> None:
    describe_group(described)
    del described["properties"]["agents"]
    one_of = ("agent_groups", "menu", "shared_queue")
    described["oneOf"] = [{"required": [name]} for name in one_of]
    described["required"] = [name for name in described["properties"] if name not in one_of]


class PoolState(Model):
    """How a pool is."""

    serving: bool
    database: bool
    """Whether its back-end database answers."""


class Pools(Model):
    """Both of them."""

    primary: PoolState
    backup: PoolState


class CallCounts(Model):
    """How many live calls there are."""

    connected: int
    pending: int


class State(Model):
    """The deployment as it is now."""

    phase: Phase
    epoch: int
    """Grows with every change of phase."""
    imported: bool
    """Whether any copy exists."""
    style: Style
    reading: Reading
    pools: Pools
    calls: CallCounts


class CellCounts(Model):
    """What became of the calls that one cell ruled."""

    kept: int
    dropped: int


class PhaseAccount(Model):
    """What a change of phase did to the calls that lived at that instant."""

    phase: Phase
    epoch: int
    decided_ms: float
    kept: int
    dropped: int
    cells: dict[str, CellCounts]


class Import(Model):
    """Which groups have an imported copy."""

    imported: bool
    groups: list[str]


class Verdict(Model):
    """What the rules said last."""

    cell: str
    outcome: Outcome
    rule_phase: Phase
    """The phase whose rule was applied: `normal` for groups of the backup pool."""


class HistoryEntry(Model):
    """One thing that a call has been through."""

    time: str
    state: CallStateWord
    cell: str | None = None
    """The cell that decided, where one did."""


class Call(Model):
    """A call. Times are RFC 3339, in UTC, with microseconds."""

    id: str
    call_ids: list[str] = Field(min_length=1, max_length=2)
    """Call-ID of the caller's leg, and of the agent's once there is one."""
    caller: str
    group: str | None
    """None: a call to a person."""
    kind: Kind
    owner: Pool | None
    host: Pool
    """The pool that carries it; of a handed-over call, the pool that routed it."""
    imported: bool
    on_behalf_of: str | None
    agent: str | None
    agent_home: Pool | None
    state: CallStateWord
    started: str
    connected: str | None
    ended: str | None
    ended_by: EndedByWord | None
    status: int | None
    """The final SIP status that the caller got, where the call was refused."""
    reason: str | None
    verdict: Verdict | None
    history: list[HistoryEntry]


class Calls(Model):
    """A list of calls."""

    calls: list[Call]


class CallRecord(Model):
    """What is kept of a call that has ended. Times are RFC 3339, in UTC, with microseconds."""

    id: str
    call_id: str
    """Call-ID of the caller's leg."""
    agent_call_id: str | None
    caller: str
    workflow: str | None
    """The group that was called, or on whose behalf; None: a call to a person."""
    queue: str | None
    """The queue that had the call last."""
    kind: Kind
    owner: Pool | None
    host: Pool
    imported: bool
    on_behalf_of: str | None
    agent: str | None
    agent_home: Pool | None
    start_time: str
    """When the INVITE came."""
    queued_seconds: float
    """How long it waited while no agent could be rung."""
    offers: int
    """How often an agent of a response group was rung."""
    successful: bool
    """Whether a pool took it, rather than refused it at once."""
    response_time: str | None
    """When it was answered."""
    answered_by: AnsweredBy | None
    """`agent`: of a response group; `other`: anybody else."""
    end_time: str
    duration_seconds: float
    """From the answer to the end."""
    ended_by: EndedByWord
    transferred: Transferred
    """Whether a queue's time-out or overflow has sent it on."""
    response_code: int | None
    """The SIP status that the caller got, where the call failed."""
    diagnostic_id: int | None
    """The id in the ms-diagnostics header that said why, where one did."""
    cell: str | None
    """The cell of the rules that decided last."""


class Records(Model):
    """A list of records."""

    records: list[CallRecord]


class UsageTotals(Model):
    """How many calls of each type there were."""

    received_calls: int
    successful_calls: int
    """Those that a pool took."""
    offered_calls: int
    """Those for which an agent was rung."""
    answered_calls: int
    """Those that an agent answered."""
    percentage_of_abandoned_calls: float
    """100 (received - answered) / received."""
    average_call_minutes_by_agent: float
    transferred_calls: int
    """Those that a queue sent on."""
    transferred_calls_timeout: int
    transferred_calls_overflow: int


class UsageRow(UsageTotals):
    """The same of one workflow, day, hour or pool."""

    workflow: str = ""
    day: str = ""
    hour: str = ""
    pool: str = ""


class UsageReport(Model):
    """The Response Group Usage Report."""

    rows: list[UsageRow]
    totals: UsageTotals


class AgentGroupEntry(Model):
    """A response group that an agent serves."""

    name: str
    signed_in: bool


class Agent(Model):
    """An agent."""

    name: str
    home: Pool
    endpoint: Literal["emulated", "registered", "none"]
    contacts: list[str]
    reachable: bool
    """Whether the phase lets the agent be rung."""
    groups: list[AgentGroupEntry]
    calls: int
    """How many ring or talk now."""


class Agents(Model):
    """Every agent."""

    agents: list[Agent]


class ConsoleGroup(Model):
    """A group as the console shows it; a group and its imported copy are two entries."""

    name: str
    owner: Pool
    imported: bool
    formal: bool
    can_sign_in: bool
    signed_in: bool


class Console(Model):
    """What an agent's console shows now."""

    agent: str
    served_by: Pool
    """The pool that serves the console now: the backup pool while the primary does not serve."""
    groups: list[ConsoleGroup]


class GroupShown(RootModel[dict[str, JsonValue]]):
    """A response group, where it is, and its version."""

    model_config = ConfigDict(json_schema_extra=_shown_group)


class Groups(Model):
    """Groups, and the pools whose databases do not answer."""

    groups: list[GroupShown]
    unavailable: list[Pool]


class ObjectShown(RootModel[dict[str, JsonValue]]):
    """An object with its id, where it is, and its version."""


class Objects(Model):
    """Objects, and the pools whose databases do not answer."""

    objects: list[ObjectShown]
    unavailable: list[Pool]


class SettingsShown(Model):
    """The settings of the Response Group service on a pool."""

    fqdn: str
    ringback_grace_seconds: float | None
    music: str | None
    disable_call_context: bool
    pool: Pool
    version: int


class ObjectName(Model):
    """An object, by kind and name."""

    kind: str
    name: str


class NewName(Model):
    """What got another name because its own was taken."""

    kind: str
    from_: str = Field(alias="from")
    to: str


class Imported(Model):
    """What was taken in."""

    imported: list[ObjectName]
    renamed: list[NewName]
    settings: bool
    """Whether the settings of the pool were replaced."""


class TopologyShown(RootModel[dict[str, JsonValue]]):
    """The topology as it is now, in the file's terms, without passwords and tokens."""


class FieldFault(Model):
    """What is wrong with one field or parameter."""

    field: str
    detail: str


class ProblemDocument(Model):
    """Why a request was not carried out (RFC 9457). Nothing has changed."""

    type: str
    """Where the kind of problem is explained, relative to this server."""
    title: str
    status: int
    detail: str
    cell: str | None = None
    """The cell of the rules that forbids it."""
    errors: list[FieldFault] | None = None
