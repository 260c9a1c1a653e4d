"""What a topology file says, as values: pools, agents, response groups, settings.

Names are those of the file. Whole numbers stay whole, so that what is written back reads as it did.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Final, Generic, TypeAlias, TypeVar

from emulator.model.actions import (
    TERMINATE,
    Action,
    Ask,
    Prompt,
    Question,
    Terminate,
    ToPstn,
    ToQueue,
    ToUri,
    ToVoicemail,
)
from emulator.model.hours import HolidaySet, Hours
from emulator.rules import Kind, Pool

__all__ = [
    "OWN_QUEUE",
    "Action",
    "Agent",
    "AgentGroup",
    "Ask",
    "Concurrent",
    "Endpoint",
    "Group",
    "Handover",
    "NamedQueue",
    "Network",
    "OnCall",
    "OverflowCandidate",
    "Owned",
    "Participation",
    "PoolSettings",
    "Pools",
    "Prompt",
    "Question",
    "Queue",
    "Registrations",
    "Role",
    "Routing",
    "Terminate",
    "TimerSettings",
    "ToPstn",
    "ToQueue",
    "ToUri",
    "ToVoicemail",
    "Token",
    "Topology",
]

Network: TypeAlias = IPv4Network | IPv6Network
OWN_QUEUE: Final = ""  # for `Group.shared_queue`
_T_co = TypeVar("_T_co", covariant=True)


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


class Role(StrEnum):
    """What somebody may do, by the names that the real service's roles have."""

    ADMINISTRATOR = "CsResponseGroupAdministrator"
    MANAGER = "CsResponseGroupManager"
    VIEW_ONLY = "CsViewOnlyAdministrator"


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
    description: str = ""
    distribution_group: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """What waiting calls are subject to; None: no time-out, no limit."""

    timeout_seconds: float | None = None
    timeout_action: Action = TERMINATE
    overflow_threshold: int | None = None
    overflow_candidate: OverflowCandidate = OverflowCandidate.NEWEST
    overflow_action: Action = TERMINATE
    description: str = ""


@dataclass(frozen=True, slots=True)
class NamedQueue:
    """A queue that stands by itself, for workflows and actions to send calls to.

    agent_groups  names, searched in this order.
    """

    name: str
    agent_groups: tuple[str, ...] = ()
    queue: Queue = Queue()


@dataclass(frozen=True, slots=True)
class Owned(Generic[_T_co]):
    """An object that stands by itself, and the pool that it belongs to."""

    owner: Pool
    value: _T_co


@dataclass(frozen=True, slots=True)
class Group:
    """A response group: a workflow, and in most cases a queue of its own, of the group's name.

    agent_groups     of its own queue, searched in this order.
    queued_response  the provisional status that a waiting caller hears.
    shared_queue     OWN_QUEUE: its own; else the name of another; None: calls get none.
    menu             asks the caller where to go, in the place of a queue.
    hours, holidays  names of hours of business and holiday sets; a closed workflow's calls get
                     closed_action or holiday_action, None ends them.
    managers         SIP URIs of those who may change it if it is managed.
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
    active: bool = True
    shared_queue: str | None = OWN_QUEUE
    menu: Question | None = None
    greeting: Prompt | None = None
    hours: str | None = None
    closed_action: Action | None = None
    holidays: tuple[str, ...] = ()
    holiday_action: Action | None = None
    time_zone: str = "UTC"
    language: str = "en-US"
    music: str | None = None
    display_number: str | None = None
    federation: bool = False
    managed: bool = False
    managers: tuple[str, ...] = ()

    @property
    def has_own_queue(self) -> bool:
        """Whether its calls wait in a queue of its own."""
        return self.menu is None and self.shared_queue == OWN_QUEUE


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """One pool, and the settings of its Response Group service (Set-CsRgsConfiguration).

    ringback_grace_seconds  until a call may go back to an agent who declined it; None: as the
                            topology has it.
    """

    fqdn: str
    ringback_grace_seconds: float | None = None
    music: str | None = None
    disable_call_context: bool = False


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


@dataclass(frozen=True, slots=True)
class Token:
    """Whoever shows the token has the role; a manager for the workflows that are named."""

    token: str = field(repr=False)
    role: Role
    manages: tuple[str, ...] = ()


_LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


@dataclass(frozen=True, slots=True)
class Topology:
    """All that a topology file says; what it leaves out has its default.

    queues, agent_groups    those that no group has for itself.
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
    queues: tuple[Owned[NamedQueue], ...] = ()
    agent_groups: tuple[Owned[AgentGroup], ...] = ()
    hours: tuple[Owned[Hours], ...] = ()
    holiday_sets: tuple[Owned[HolidaySet], ...] = ()
    tokens: tuple[Token, ...] = ()
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
