"""What the elements of one deployment share: rules in force, agents, calls, time, journal."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from emulator.model.agents import Agent, IdleClock
from emulator.model.calls import Call, CallState, CallStore
from emulator.model.configuration import seeds_of
from emulator.model.groups import HostedGroup
from emulator.model.journal import KEEP_EVENTS, Journal
from emulator.model.ladder import StepKind
from emulator.model.phase_log import PhaseEntry, PhaseLog
from emulator.model.tally import Tally
from emulator.model.topology import Topology
from emulator.model.waiting_line import WaitingLine
from emulator.rules import Phase, Pool, Row, Rules, Situation, Style, Verdict, verdict
from emulator.service.hosting import Hosting
from emulator.service.pending import PendingCall
from sip.deadlines import Deadlines
from sip.headers import tag_of
from sip.timers import Timers

if TYPE_CHECKING:
    from emulator.service.elements import Elements
    from emulator.service.emulated_caller import EmulatedCaller
    from emulator.service.held import HeldCaller

__all__ = ["MAX_LIVE_CALLS", "Placement", "Site"]

MAX_LIVE_CALLS = 500_000
_DOWN = (Phase.OUTAGE, Phase.FAILING_OVER, Phase.FAILED_OVER)


class Placement:
    """Where new calls to one group go now: the verdict, and the hosted group if any."""

    __slots__ = ("group", "is_imported", "name", "verdict")

    def __init__(
        self, name: str, verdict: Verdict, group: HostedGroup | None, is_imported: bool
    ) -> None:
        self.name = name
        self.verdict = verdict
        self.group = group
        self.is_imported = is_imported


class Site:
    """The state that both pools, the director and the agents' listener work on.

    `groups` are the originals by name, `copies` the imported ones on the backup pool; `hosting`
    makes them of the pools' configuration, which begins as `seeds` have it.
    """

    __slots__ = (
        "_placements",
        "agents",
        "callers",
        "calls",
        "copies",
        "deadlines",
        "elements",
        "first_style",
        "groups",
        "held",
        "hosting",
        "journal",
        "max_live_calls",
        "parting",
        "phase_log",
        "primary_is_down",
        "referrals",
        "rules",
        "seeds",
        "seekers",
        "tally",
        "timers",
        "topology",
        "unrecorded",
        "wall_clock",
        "when_rehosted",
    )

    def __init__(
        self, topology: Topology, rules: Rules, style: Style, deadlines: Deadlines
    ) -> None:
        self.topology = topology
        self.rules = rules
        self.deadlines = deadlines
        timers = topology.timers
        self.timers = Timers(timers.t1_ms / 1000, timers.t2_ms / 1000, timers.t4_ms / 1000)
        # An event holds its call: more than a call's own would keep calls that are long forgotten.
        self.journal = Journal(min(KEEP_EVENTS, 1_000 + 3 * topology.keep_calls))
        self.wall_clock: Callable[[], float] = time.time  # for hours of business and holidays
        self.max_live_calls = MAX_LIVE_CALLS  # past it new ones are answered 503
        self.first_style = style
        self.primary_is_down = False  # gone: from the outage until it serves again
        self.phase_log = PhaseLog(PhaseEntry(0, Phase.NORMAL, time.time(), style))
        self.calls = CallStore(topology.keep_calls)
        self.unrecorded: deque[Call] = deque(maxlen=topology.keep_calls)  # ended, no record yet
        self.callers: dict[bytes, EmulatedCaller] = {}  # emulated agents' own calls, by tag
        self.parting: dict[bytes, Any] = {}  # who owes a BYE after an ACK, by the ACK's To tag
        self.held: dict[bytes, HeldCaller] = {}  # callers to be transferred, by our tag
        self.referrals: dict[bytes, HeldCaller] = {}  # those who are to call again
        self.tally = Tally()
        self.elements: Elements
        self.seekers: WaitingLine[PendingCall] = WaitingLine()  # whom an agent may be offered to
        self._placements: dict[str, Placement] = {}
        self.agents: dict[str, Agent] = {}
        self.seeds = seeds_of(topology)
        self.when_rehosted: Callable[[], None] = lambda: None  # groups have changed
        self.hosting: Hosting
        self.groups: Mapping[str, HostedGroup]
        self.copies: Mapping[str, HostedGroup]
        self.populate()

    def populate(self) -> None:
        """Put agents and groups in place as the topology has them."""
        clock = IdleClock()
        topology = self.topology
        self.agents = {
            each.name: Agent(each, number, topology.domain, clock)
            for number, each in enumerate(topology.agents)
        }
        self.hosting = Hosting(self, self.seeds)
        self.groups, self.copies = self.hosting.groups, self.hosting.copies
        self.forget_placements()

    @property
    def phase(self) -> Phase:
        """The phase in force."""
        return self.phase_log.now.phase

    @property
    def entry(self) -> PhaseEntry:
        """The phase in force with its epoch and style."""
        return self.phase_log.now

    def enter(self, entry: PhaseEntry) -> None:
        """Append to the phase log: the instant of a change."""
        self.phase_log.enter(entry)
        self.primary_is_down = entry.phase in _DOWN
        self.forget_placements()

    def resume(self, entry: PhaseEntry) -> None:
        """Begin in the phase that an earlier process was in."""
        self.phase_log = PhaseLog(entry)
        self.primary_is_down = entry.phase in _DOWN
        self.forget_placements()

    def is_down(self, pool: Pool) -> bool:
        """Whether `pool` is gone."""
        return pool is Pool.PRIMARY and self.primary_is_down

    def is_mute(self, pool: Pool) -> bool:
        """Whether `pool` is gone without a word, so that nothing is sent in its name."""
        return self.is_down(pool) and self.entry.style is not Style.GRACEFUL

    def place(self, name: str) -> Placement:
        """Where a new call to the group `name` goes in the phase in force."""
        placement = self._placements.get(name)
        if placement is None:
            original = self.groups[name]
            is_imported = name in self.copies
            situation = Situation(Row.NEW, original.owner, imported=is_imported)
            ruling = verdict(situation, self.phase, self.rules)
            pool = ruling.serving_pool
            group: HostedGroup | None = None
            if pool is original.owner:
                group = original
            elif pool is not None:
                group = self.copies.get(name)
            placement = Placement(name, ruling, group, is_imported)
            self._placements[name] = placement
        return placement

    def forget_placements(self) -> None:
        """Ask the rules afresh: phase or import have changed."""
        self._placements.clear()

    def tell(self, call: Call, ruling: Verdict | None = None) -> None:
        """Write a call's change of state into the journal."""
        self.journal.write("call", (call, call.state, ruling))

    def end_call(
        self,
        call: Call,
        ended_by: str,
        *,
        status: int | None = None,
        reason: str | None = None,
        ruling: Verdict | None = None,
    ) -> None:
        """Give a live call its one fate, and let its agent go."""
        if call.ended is not None:
            return
        call.ended = time.time()
        call.ended_by = ended_by
        call.status = status
        call.reason = reason
        call.carrier = None
        if ruling is not None:
            call.verdict = ruling
        was_connected = call.state == CallState.CONNECTED
        self.calls.end(call)
        self._account_for(call, ruling)
        agent = call.agent
        if agent is not None and was_connected:
            agent.release()
            self.elements.offer_waiting(agent)

    def lose_caller(self, call: Call) -> None:
        """Nobody tells the caller of its end: an emulated one is free in our books all the same."""
        caller = self.callers.get(tag_of(call.caller)) if self.callers else None
        if caller is not None:
            caller.abandon()

    def settle(self, call: Call, ruling: Verdict) -> None:
        """Finish the books of a call that a phase change has ended already."""
        self.calls.archive(call)
        self._account_for(call, ruling)

    def _account_for(self, call: Call, ruling: Verdict | None) -> None:
        if ruling is not None:
            call.note(StepKind.RULE, self.tally.cell_number(ruling.cell))
        self.tally.count_ended(call)
        self.unrecorded.append(call)
        self.journal.write("call", (call, CallState.ENDED, ruling))
