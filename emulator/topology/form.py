"""The form of the topology file: every key, the shape of its value, its limits and its default.

Limits are the real service's where tests need no more. An alert of 10 to 600 seconds and a queue
time-out of 10 to 65535 seconds there may be as short as a tenth of a second here, and the ringback
grace of 30 to 600 seconds may be nothing at all.
"""

from dataclasses import MISSING, Field, fields
from typing import Any, Final

from emulator.model.topology import (
    Action,
    Agent,
    AgentGroup,
    Concurrent,
    Endpoint,
    Group,
    Handover,
    OnCall,
    OverflowCandidate,
    Participation,
    Pools,
    PoolSettings,
    Queue,
    Registrations,
    Routing,
    Terminate,
    TimerSettings,
    Topology,
    ToQueue,
    ToUri,
)
from emulator.rules import Kind, Pool, Row, every_cell
from emulator.topology.judgement import Shape
from emulator.topology.plain import plain
from emulator.topology.record import NO_DEFAULT, Key, Record
from emulator.topology.shapes import (
    Choice,
    Flag,
    ListOf,
    NetworkText,
    Nullable,
    Number,
    Table,
    Text,
    Whole,
)

__all__ = ["GROUP", "TOPOLOGY"]

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = Text("a host name such as pool1.contoso.example", rf"{_LABEL}(?:\.{_LABEL})*", 253)
# An agent's or a group's name is the user part of a URI, a path segment, and a word of a header.
_NAME = Text("a name of letters, digits and . _ + ~ -", "[A-Za-z0-9_][A-Za-z0-9_.+~-]*", 64)
_AGENT_GROUP_NAME = Text(
    "a name of letters, digits, spaces and . _ + ~ ( ) -",
    "[A-Za-z0-9_](?:[A-Za-z0-9_.+~ ()-]*[A-Za-z0-9_.+~()-])?",
    64,
)
_TEL = Text("a telephone number such as +15550100", r"\+?[0-9]+", 16)
_LINE = Text("text on one line", r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]*", 128)
_PASSWORD = Text("text on one line", r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+", 128)
_PROSE = Text("text", r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]*", 4096)
_PORT = "(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})"
_URI = Text(
    "a sip, sips or tel URI such as sip:desk@127.0.0.1:5070",
    r"sips?:(?:[!#-;=?A-~]+@)?(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])"
    rf"(?::{_PORT})?(?:;[!#-;=@-~]+)?|tel:\+?[0-9().*-]*[0-9][0-9().*-]*",
    512,
)
_A_DAY = 86400
_AN_HOUR_MS = 3_600_000

# No response on the wire comes from these rows.
_ROWS_WITHOUT_RESPONSE = (Row.CONSOLE, Row.CONFIG)
_CELLS = tuple(
    cell for cell in every_cell() if cell.partition("/")[0] not in _ROWS_WITHOUT_RESPONSE
)


def _keys(model: type[Any], **keys: tuple[Shape[object], str]) -> dict[str, Key]:
    """Give the keys that fill fields of `model`, each with its field's default."""
    defaults = {each.name: _default(each) for each in fields(model)}
    return {
        name: Key(shape, about, defaults[name] is NO_DEFAULT, defaults[name])
        for name, (shape, about) in keys.items()
    }


def _default(filled: "Field[Any]") -> object:
    if filled.default_factory is not MISSING:
        return plain(filled.default_factory())
    return NO_DEFAULT if filled.default is MISSING else plain(filled.default)


def _action(
    terminate: Terminate | None = None, queue: str | None = None, uri: str | None = None
) -> Action:
    if queue is not None:
        return ToQueue(queue)
    if uri is not None:
        return ToUri(uri)
    return terminate or Terminate()


def _group(*, agents: tuple[str, ...] | None = None, **values: Any) -> Group:
    """Build a group; `agents` is the shorthand for one agent group of the group's name."""
    if agents is not None:
        values["agent_groups"] = (AgentGroup(values["name"], agents),)
    return Group(**values)


_AGENT = Record(
    Agent,
    _keys(
        Agent,
        name=(_NAME, "the user part of the agent's address, unique"),
        home=(Choice.of(Pool), "the pool that the account is homed on"),
        answer_after_ms=(
            Nullable(Whole(0, _AN_HOUR_MS, "milliseconds")),
            "until the emulated endpoint answers; null rings for ever",
        ),
        endpoint=(
            Choice.of(Endpoint),
            "what answers; none: only a client that registers",
        ),
        hangup_after_ms=(
            Nullable(Whole(0, _A_DAY * 1000, "milliseconds")),
            "until the emulated endpoint hangs up after it answered; null: it never does",
        ),
        concurrent=(Choice.of(Concurrent), "calls at a time; ringing counts"),
        on_call=(Choice.of(OnCall), "what the emulated endpoint does when it is rung"),
        password=(Nullable(_PASSWORD), "asked for at REGISTER and INVITE; null: no challenge"),
        display_name=(Nullable(_LINE), "the name shown to the other end"),
        tel=(Nullable(_TEL), "a telephone number that reaches the agent, unique"),
    ),
)

_AGENT_GROUP = Record(
    AgentGroup,
    _keys(
        AgentGroup,
        name=(_AGENT_GROUP_NAME, "unique among all agent groups"),
        agents=(ListOf(_NAME, "names of agents"), "in the order that serial routing follows"),
        routing=(Choice.of(Routing), "how the agent to ring is chosen"),
        participation=(Choice.of(Participation), "formal: agents sign in to the group"),
        alert_seconds=(
            Number(0.1, 600, "seconds"),
            "how long an agent is rung; really 10 to 600",
        ),
    ),
)

_ACTION = Record(
    _action,
    {
        "terminate": Key(Record(Terminate, {}), "end the call"),
        "queue": Key(_NAME, "put the call into the queue of another group"),
        "uri": Key(_URI, "send the call to an address in allowed_networks, or to a number"),
    },
    exactly_one_of=("terminate", "queue", "uri"),
    later=("voicemail", "question"),
)

_QUEUE = Record(
    Queue,
    _keys(
        Queue,
        timeout_seconds=(
            Nullable(Number(0.1, 65535, "seconds")),
            "how long a call waits; null: for ever; really 10 to 65535",
        ),
        timeout_action=(_ACTION, "what becomes of a call that waited so long"),
        overflow_threshold=(
            Nullable(Whole(0, 1000, "calls")),
            "calls that may wait; null: no limit",
        ),
        overflow_candidate=(Choice.of(OverflowCandidate), "which call leaves a queue too long"),
        overflow_action=(_ACTION, "what becomes of that call"),
    ),
)

GROUP: Final = Record(
    _group,
    {
        **_keys(
            Group,
            name=(_NAME, "the user part of the group's address, unique"),
            owner=(Choice.of(Pool), "the pool that the group belongs to"),
            kind=(Choice.of(Kind), "anonymous: callers never learn who answers"),
            tel=(Nullable(_TEL), "a telephone number that reaches the group, unique"),
        ),
        "agent_groups": Key(
            ListOf(_AGENT_GROUP, "agent groups"), "agent groups, searched in this order"
        ),
        "agents": Key(
            ListOf(_NAME, "names of agents"),
            "shorthand for one informal, longest-idle agent group of the group's name",
        ),
        **_keys(
            Group,
            handover=(Choice.of(Handover), "how a normal call comes to its agent"),
            queued_response=(
                Choice({status: status for status in (180, 182, 183)}),
                "the provisional status that a waiting caller hears",
            ),
            queue=(_QUEUE, "limits of the group's queue, and what happens beyond them"),
            display_name=(Nullable(_LINE), "the name shown to agents and callees"),
            description=(_PROSE, "for people"),
        ),
    },
    exactly_one_of=("agent_groups", "agents"),
    later=("greeting", "holidays", "hours", "language", "managers", "menu", "music", "workflow"),
)

_POOL = Record(
    PoolSettings, _keys(PoolSettings, fqdn=(_HOST, "the pool's fully qualified domain name"))
)

_POOLS = Record(
    Pools,
    _keys(
        Pools,
        primary=(_POOL, "the pool that fails, fails over and fails back"),
        backup=(_POOL, "its partner"),
    ),
)

_T_MS = Whole(1, 60000, "milliseconds")
_TIMERS = Record(
    TimerSettings,
    _keys(
        TimerSettings,
        t1_ms=(_T_MS, "estimate of the round trip, RFC 3261 T1"),
        t2_ms=(_T_MS, "longest interval between retransmissions, T2; not below T1"),
        t4_ms=(_T_MS, "how long a message stays in the network, T4"),
    ),
)

_MIDDLE_PHASE = Nullable(Number(0, _A_DAY, "seconds"))

TOPOLOGY: Final = Record(
    Topology,
    _keys(
        Topology,
        domain=(_HOST, "the SIP domain of groups and persons"),
        pools=(_POOLS, "the two pools"),
        agents=(ListOf(_AGENT, "agents"), "the persons"),
        groups=(ListOf(GROUP, "response groups"), "the response groups"),
        imported=(Flag(), "the primary pool's groups are imported before the start"),
        failover_seconds=(_MIDDLE_PHASE, "until failing over completes by itself; null: never"),
        failback_seconds=(_MIDDLE_PHASE, "until failing back completes by itself; null: never"),
        registrations=(
            Choice.of(Registrations),
            "whether bindings made at a pool outlive it",
        ),
        blackhole_seconds=(
            Number(0.1, 3600, "seconds"),
            "until a call that met silence is answered 408",
        ),
        silent_call_seconds=(
            Number(1, 7 * _A_DAY, "seconds"),
            "until a call of which nothing was heard is written off",
        ),
        ringback_grace_seconds=(
            Number(0, 600, "seconds"),
            "until a call may go back to an agent who declined it; really 30 to 600",
        ),
        allowed_networks=(
            ListOf(NetworkText(), "IP networks"),
            "where calls to URIs, queue actions and on-behalf calls may go",
        ),
        keep_calls=(Whole(0, 10_000_000, "calls"), "ended calls that can still be asked for"),
        responses=(
            Table(_CELLS, Whole(300, 699, ""), "a cell that calls are refused by"),
            "SIP status by cell, where another than the default is wanted",
        ),
        timers=(_TIMERS, "RFC 3261's timers"),
    ),
    later=("holidays", "hours", "profile", "prompts", "tls", "tokens", "workers"),
)
