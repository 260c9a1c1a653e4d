"""The form of the topology file: every key, the shape of its value, its limits and its default.

The ringback grace of 30 to 600 seconds that the real service has may be nothing at all here.
"""

from typing import Final

from emulator.model.topology import (
    Agent,
    Concurrent,
    Endpoint,
    OnCall,
    Pools,
    PoolSettings,
    Registrations,
    Role,
    TimerSettings,
    Token,
    Topology,
)
from emulator.rules import Pool, Row, every_cell
from emulator.topology.group_form import (
    GROUP,
    OWNED_AGENT_GROUP,
    OWNED_HOLIDAY_SET,
    OWNED_HOURS,
    OWNED_QUEUE,
)
from emulator.topology.record import Record, keys_of
from emulator.topology.shapes import (
    Choice,
    Flag,
    ListOf,
    NetworkText,
    Nullable,
    Number,
    Table,
    Whole,
)
from emulator.topology.words import AUDIO, HOST, LINE, NAME, PASSWORD, TEL, TOKEN

__all__ = ["POOL_SETTINGS", "TOPOLOGY"]

_A_DAY = 86400
_AN_HOUR_MS = 3_600_000

# No response on the wire comes from these rows.
_ROWS_WITHOUT_RESPONSE = (Row.CONSOLE, Row.CONFIG)
_CELLS = tuple(
    cell for cell in every_cell() if cell.partition("/")[0] not in _ROWS_WITHOUT_RESPONSE
)


_AGENT = Record(
    Agent,
    keys_of(
        Agent,
        name=(NAME, "the user part of the agent's address, unique"),
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
        password=(Nullable(PASSWORD), "asked for at REGISTER and INVITE; null: no challenge"),
        display_name=(Nullable(LINE), "the name shown to the other end"),
        tel=(Nullable(TEL), "a telephone number that reaches the agent, unique"),
    ),
)

_GRACE = Number(0, 600, "seconds")

POOL_SETTINGS: Final = Record(
    PoolSettings,
    keys_of(
        PoolSettings,
        fqdn=(HOST, "the pool's fully qualified domain name"),
        ringback_grace_seconds=(
            Nullable(_GRACE),
            "until a call may go back to an agent who declined it; null: the topology's",
        ),
        music=(Nullable(AUDIO), "the file that waiting callers hear if their group has none"),
        disable_call_context=(Flag(), "whether agents are not told what the caller answered"),
    ),
)

_POOLS = Record(
    Pools,
    keys_of(
        Pools,
        primary=(POOL_SETTINGS, "the pool that fails, fails over and fails back"),
        backup=(POOL_SETTINGS, "its partner"),
    ),
)

_T_MS = Whole(1, 60000, "milliseconds")
_TIMERS = Record(
    TimerSettings,
    keys_of(
        TimerSettings,
        t1_ms=(_T_MS, "estimate of the round trip, RFC 3261 T1"),
        t2_ms=(_T_MS, "longest interval between retransmissions, T2; not below T1"),
        t4_ms=(_T_MS, "how long a message stays in the network, T4"),
    ),
)

_TOKEN = Record(
    Token,
    keys_of(
        Token,
        token=(TOKEN, "what is sent as Authorization: Bearer TOKEN, unique"),
        role=(Choice.of(Role), "what may be done with it"),
        manages=(ListOf(NAME, "names of groups"), "the managed groups that a manager may change"),
    ),
)

_MIDDLE_PHASE = Nullable(Number(0, _A_DAY, "seconds"))

TOPOLOGY: Final = Record(
    Topology,
    keys_of(
        Topology,
        domain=(HOST, "the SIP domain of groups and persons"),
        pools=(_POOLS, "the two pools"),
        agents=(ListOf(_AGENT, "agents"), "the persons"),
        groups=(ListOf(GROUP, "response groups"), "the response groups"),
        queues=(
            ListOf(OWNED_QUEUE, "queues"),
            "queues that stand by themselves, for groups to share and actions to lead to",
        ),
        agent_groups=(
            ListOf(OWNED_AGENT_GROUP, "agent groups"),
            "agent groups that stand by themselves, for those queues",
        ),
        hours=(ListOf(OWNED_HOURS, "hours of business"), "hours of business, for groups to keep"),
        holiday_sets=(ListOf(OWNED_HOLIDAY_SET, "holiday sets"), "holidays, for groups to keep"),
        tokens=(ListOf(_TOKEN, "tokens"), "who may do what at the admin API"),
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
            _GRACE,
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
    later=("profile", "tls", "workers"),
)
