"""What a topology file says, as values: pools, agents, response groups, settings.

Names are those of the file. Whole numbers stay whole, so that what is written back reads as it did.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

from emulator.rules import Kind, Pool

__all__ = [
    "Action",
    "Agent",
    "AgentGroup",
    "Concurrent",
    "Endpoint",
    "Group",
    "Handover",
    "Network",
    "OnCall",
    "OverflowCandidate",
    "Participation",
    "PoolSettings",
    "Pools",
    "Queue",
    "Registrations",
    "Routing",
    "Terminate",
    "TimerSettings",
    "ToQueue",
    "ToUri",
    "Topology",
]

Network: TypeAlias = IPv4Network | IPv6Network


class Endpoint(StrEnum):
    """What answers for an agent: an emulated endpoint, or only a client that registers."""

    EMULATED = "emulated"
    NONE = "none"


class Concurrent(Enum):
    """How many calls an agent takes at a time; ringing counts."""

    ONE = 1
    UNLIMITED = "unlimited"


class OnCall(StrEnum):
    """What an emulated agent does when it is rung."""

    ANSWER = "answer"
    DECLINE = "decline"
    BUSY = "busy"


class Routing(StrEnum):
    """How an agent group chooses whom to ring."""

    LONGEST_IDLE = "longest_idle"
    ROUND_ROBIN = "round_robin"
    SERIAL = "serial"
    PARALLEL = "parallel"
    ATTENDANT = "attendant"


class Participation(StrEnum):
    """Whether agents are in while they are registered, or sign in to the group."""

    INFORMAL = "informal"
    FORMAL = "formal"


class Handover(StrEnum):
    """How a normal call comes to its agent: its 200 is forwarded, or the caller is transferred."""

    PROXY = "proxy"
    TRANSFER = "transfer"


class OverflowCandidate(StrEnum):
    """Which call leaves a queue that is too long."""

    NEWEST = "newest"
    OLDEST = "oldest"


class Registrations(StrEnum):
    """Whether the bindings made at a pool outlive it."""

    KEPT = "kept"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Terminate:
    """End the call."""


@dataclass(frozen=True, slots=True)
class ToQueue:
    """Put the call into the queue of another group."""

    queue: str


@dataclass(frozen=True, slots=True)
class ToUri:
    """Send the call to a SIP or tel URI."""

    uri: str


Action: TypeAlias = Terminate | ToQueue | ToUri


@dataclass(frozen=True, slots=True)
class Agent:
    """A person: where the account is homed, and how its emulated endpoint behaves.

    answer_after_ms   None rings for ever.
    hangup_after_ms   after the answer; None waits for the other end.
    """

    name: str
    home: Pool = Pool.PRIMARY
    answer_after_ms: int | None = 50
    endpoint: Endpoint = Endpoint.EMULATED
    hangup_after_ms: int | None = None
    concurrent: Concurrent = Concurrent.ONE
    on_call: OnCall = OnCall.ANSWER
    password: str | None = field(default=None, repr=False)
    display_name: str | None = None
    tel: str | None = None


@dataclass(frozen=True, slots=True)
class AgentGroup:
    """Agents by name, and how one of them is found."""

    name: str
    agents: tuple[str, ...] = ()
    routing: Routing = Routing.LONGEST_IDLE
    participation: Participation = Participation.INFORMAL
    alert_seconds: float = 20


@dataclass(frozen=True, slots=True)
class Queue:
    """What waiting calls are subject to; None: no time-out, no limit."""

    timeout_seconds: float | None = None
    timeout_action: Action = Terminate()
    overflow_threshold: int | None = None
    overflow_candidate: OverflowCandidate = OverflowCandidate.NEWEST
    overflow_action: Action = Terminate()


@dataclass(frozen=True, slots=True)
class Group:
    """A response group with its one queue, which has the group's name.

    agent_groups     are searched in this order.
    queued_response  the provisional status that a waiting caller hears.
    """

    name: str
    owner: Pool = Pool.PRIMARY
    kind: Kind = Kind.NORMAL
    tel: str | None = None
    agent_groups: tuple[AgentGroup, ...] = ()
    handover: Handover = Handover.PROXY
    queued_response: int = 182
    queue: Queue = Queue()
    display_name: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """One pool."""

    fqdn: str


@dataclass(frozen=True, slots=True)
class Pools:
    """The pair."""

    primary: PoolSettings = PoolSettings("pool1.contoso.example")
    backup: PoolSettings = PoolSettings("pool2.contoso.example")

    def __getitem__(self, pool: Pool) -> PoolSettings:
        return self.primary if pool is Pool.PRIMARY else self.backup


@dataclass(frozen=True, slots=True)
class TimerSettings:
    """RFC 3261's timers, in milliseconds."""

    t1_ms: int = 500
    t2_ms: int = 4000
    t4_ms: int = 5000


_LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


@dataclass(frozen=True, slots=True)
class Topology:
    """All that a topology file says; what it leaves out has its default.

    imported                the primary pool's groups are imported before the start.
    failover_seconds        how long failing over takes; None: until it is completed from outside.
    failback_seconds        the same of failing back.
    blackhole_seconds       until a call that met silence is answered 408.
    silent_call_seconds     until a call of which nothing was heard is written off.
    ringback_grace_seconds  until a call may go back to an agent who declined it.
    allowed_networks        where calls to URIs, queue actions and on-behalf calls may go.
    keep_calls              ended calls that can still be asked for, the newest.
    responses               SIP status by the id of the refusing cell; others have their default.
    """

    domain: str = "contoso.example"
    pools: Pools = Pools()
    agents: tuple[Agent, ...] = ()
    groups: tuple[Group, ...] = ()
    imported: bool = False
    failover_seconds: float | None = None
    failback_seconds: float | None = None
    registrations: Registrations = Registrations.KEPT
    blackhole_seconds: float = 32
    silent_call_seconds: float = 14400
    ringback_grace_seconds: float = 60
    allowed_networks: tuple[Network, ...] = _LOOPBACK
    keep_calls: int = 100_000
    responses: Mapping[str, int] = field(default_factory=dict, hash=False)
    timers: TimerSettings = TimerSettings()
