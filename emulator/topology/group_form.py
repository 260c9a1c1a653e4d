"""The form of response groups and of the objects that they are made of.

Limits are the real service's where tests need no more. An alert of 10 to 600 seconds and a queue
time-out of 10 to 65535 seconds there may be as short as a tenth of a second here.
"""

from typing import Any, Final

from emulator.model.hours import DAYS, Holiday, HolidaySet, Hours, TimeRange
from emulator.model.topology import (
    AgentGroup,
    Group,
    Handover,
    NamedQueue,
    OverflowCandidate,
    Owned,
    Participation,
    Queue,
    Routing,
)
from emulator.rules import Kind, Pool
from emulator.topology.action_form import ACTION, PROMPT, QUESTION, SIMPLE_ACTION
from emulator.topology.record import Key, Record, keys_of
from emulator.topology.shapes import Choice, Flag, ListOf, Nullable, Number, Whole
from emulator.topology.words import (
    AUDIO,
    CLOCK,
    LANGUAGE,
    LINE,
    MOMENT,
    NAME,
    PROSE,
    TEL,
    TITLE,
    URI,
    ZONE,
)

__all__ = ["GROUP", "OWNED_AGENT_GROUP", "OWNED_HOLIDAY_SET", "OWNED_HOURS", "OWNED_QUEUE"]


def _group(*, agents: tuple[str, ...] | None = None, **values: Any) -> Group:
    """Build a group; `agents` is the shorthand for one agent group of the group's name."""
    if agents is not None:
        values["agent_groups"] = (AgentGroup(values["name"], agents),)
    return Group(**values)


_AGENT_GROUP_KEYS: Final = keys_of(
    AgentGroup,
    name=(TITLE, "unique among all agent groups"),
    agents=(ListOf(NAME, "names of agents"), "in the order that serial routing follows"),
    routing=(Choice.of(Routing), "how the agent to ring is chosen"),
    participation=(Choice.of(Participation), "formal: agents sign in to the group"),
    alert_seconds=(Number(0.1, 600, "seconds"), "how long an agent is rung; really 10 to 600"),
    description=(PROSE, "for people"),
    distribution_group=(
        Nullable(LINE),
        "the address of a distribution group, for people; agents name its members",
    ),
)
_AGENT_GROUP = Record(AgentGroup, _AGENT_GROUP_KEYS)

_QUEUE_KEYS: Final = keys_of(
    Queue,
    timeout_seconds=(
        Nullable(Number(0.1, 65535, "seconds")),
        "how long a call waits; null: for ever; really 10 to 65535",
    ),
    timeout_action=(SIMPLE_ACTION, "what becomes of a call that waited so long"),
    overflow_threshold=(
        Nullable(Whole(0, 1000, "calls")),
        "calls that may wait; null: no limit",
    ),
    overflow_candidate=(Choice.of(OverflowCandidate), "which call leaves a queue too long"),
    overflow_action=(SIMPLE_ACTION, "what becomes of that call"),
    description=(PROSE, "for people"),
)
_QUEUE = Record(Queue, _QUEUE_KEYS)

GROUP: Final = Record(
    _group,
    {
        **keys_of(
            Group,
            name=(NAME, "the user part of the group's address, unique"),
            owner=(Choice.of(Pool), "the pool that the group belongs to"),
            kind=(Choice.of(Kind), "anonymous: callers never learn who answers"),
            tel=(Nullable(TEL), "a telephone number that reaches the group, unique"),
        ),
        "agent_groups": Key(
            ListOf(_AGENT_GROUP, "agent groups"), "agent groups, searched in this order"
        ),
        "agents": Key(
            ListOf(NAME, "names of agents"),
            "shorthand for one informal, longest-idle agent group of the group's name",
        ),
        "menu": Key(QUESTION, "makes it interactive: callers are asked by keys where to go"),
        "shared_queue": Key(
            Nullable(TITLE), "the name of a queue that is not its own; null: calls get none"
        ),
        **keys_of(
            Group,
            handover=(Choice.of(Handover), "how a normal call comes to its agent"),
            queued_response=(
                Choice({status: status for status in (180, 182, 183)}),
                "the provisional status that a waiting caller hears",
            ),
            queue=(_QUEUE, "limits of the group's own queue, and what happens beyond them"),
            display_name=(Nullable(LINE), "the name shown to agents and callees"),
            description=(PROSE, "for people"),
            active=(Flag(), "whether it takes calls"),
            greeting=(Nullable(PROMPT), "what callers hear first"),
            hours=(Nullable(TITLE), "the name of its hours of business; null: always open"),
            closed_action=(
                Nullable(ACTION),
                "what becomes of calls outside its hours; null: they are ended",
            ),
            holidays=(ListOf(TITLE, "names of holiday sets"), "the holiday sets that it keeps"),
            holiday_action=(
                Nullable(ACTION),
                "what becomes of calls on a holiday; null: they are ended",
            ),
            time_zone=(ZONE, "where its hours and holidays are, by IANA's name or Windows'"),
            language=(LANGUAGE, "the language of its prompts"),
            music=(Nullable(AUDIO), "the file that waiting callers hear"),
            display_number=(Nullable(LINE), "its number as people write it"),
            federation=(Flag(), "whether callers of federated domains may call"),
            managed=(Flag(), "whether managers may change it"),
            managers=(ListOf(URI, "SIP URIs"), "who may change it if it is managed"),
        ),
    },
    exactly_one_of=("agent_groups", "agents", "menu", "shared_queue"),
)

_OWNER: Final = {"owner": Key(Choice.of(Pool), "the pool that it belongs to", default="primary")}


def _owned_agent_group(*, owner: Pool = Pool.PRIMARY, **values: Any) -> Owned[AgentGroup]:
    return Owned(owner, AgentGroup(**values))


def _owned_queue(
    *, name: str, owner: Pool = Pool.PRIMARY, agent_groups: tuple[str, ...] = (), **limits: Any
) -> Owned[NamedQueue]:
    return Owned(owner, NamedQueue(name, agent_groups, Queue(**limits)))


def _owned_hours(*, owner: Pool = Pool.PRIMARY, **values: Any) -> Owned[Hours]:
    return Owned(owner, Hours(**values))


def _owned_holiday_set(*, owner: Pool = Pool.PRIMARY, **values: Any) -> Owned[HolidaySet]:
    return Owned(owner, HolidaySet(**values))


OWNED_AGENT_GROUP: Final = Record(_owned_agent_group, _AGENT_GROUP_KEYS | _OWNER)

OWNED_QUEUE: Final = Record(
    _owned_queue,
    {
        **keys_of(
            NamedQueue,
            name=(TITLE, "unique among queues and groups"),
            agent_groups=(
                ListOf(TITLE, "names of agent groups"),
                "agent groups, searched in this order",
            ),
        ),
        **_OWNER,
        **_QUEUE_KEYS,
    },
)

_TIME_RANGE = Record(
    TimeRange,
    keys_of(TimeRange, open=(CLOCK, "when it opens"), close=(CLOCK, "when it closes")),
)

OWNED_HOURS: Final = Record(
    _owned_hours,
    {
        **keys_of(
            Hours,
            name=(TITLE, "unique among hours of business"),
            custom=(Flag(), "made for one group, and of no use to others"),
            **{
                day: (ListOf(_TIME_RANGE, "two time ranges at most"), f"{day.title()}'s hours")
                for day in DAYS
            },
        ),
        **_OWNER,
    },
)

_HOLIDAY = Record(
    Holiday,
    keys_of(
        Holiday,
        start=(MOMENT, "when it begins, by the clocks where the group is"),
        end=(MOMENT, "when it is over"),
        name=(LINE, "for people"),
    ),
)

OWNED_HOLIDAY_SET: Final = Record(
    _owned_holiday_set,
    {
        **keys_of(
            HolidaySet,
            name=(TITLE, "unique among holiday sets"),
            holidays=(ListOf(_HOLIDAY, "holidays"), "the holidays"),
        ),
        **_OWNER,
    },
)
