"""A change of phase: one instant at which every live call gets its verdict."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from emulator.model.agents import Agent
from emulator.model.calls import Call, CallState, EndedBy, Shelf
from emulator.model.ladder import StepKind
from emulator.model.phase_log import PhaseEntry
from emulator.model.waiting_line import WaitingLine
from emulator.rules import (
    Kind,
    Phase,
    Pool,
    Row,
    Situation,
    Style,
    Verdict,
    agent_reachable,
    transition,
    verdict,
)
from emulator.service.elements import Elements
from emulator.service.pacing import Pacer
from emulator.service.partings import end_in_turn, hang_up
from emulator.service.site import Site
from emulator.service.wording import diagnostic_id, diagnostics, rule_lines
from sip.errors import TransportError

__all__ = ["Account", "PoolCannotReturn", "StaleEpoch", "StyleRefused", "Succession"]

_SETTLE_SECONDS = 0.001
_AGAIN_SECONDS = 1.0
_SERVES_NORMALLY = (Phase.NORMAL, Phase.FAILED_BACK)


class StaleEpoch(Exception):
    """Somebody else has changed the phase since the caller looked."""

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"expected epoch {expected}, but the epoch is {actual}")
        self.expected = expected
        self.actual = actual


class StyleRefused(Exception):
    """A style was given for a change in which no pool goes down."""


class PoolCannotReturn(Exception):
    """The primary pool's listeners can't be bound again."""


@dataclass(slots=True)
class Account:
    """What a change of phase did. `cells` has [kept, dropped] of live calls by cell."""

    phase: Phase
    epoch: int
    decided_ms: float = 0.0
    kept: int = 0
    dropped: int = 0
    cells: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Doomed:
    """Calls that one cell has ended, the style in which they end, and the import at that instant.

    `imported` are the names of the groups that had a copy then.
    """

    ruling: Verdict
    row: Row
    calls: list[Call]
    carriers: list[Any]
    style: Style
    imported: frozenset[str]


class Succession:
    """Enters phases: checks the transition, decides at one instant, then lets calls end."""

    __slots__ = ("_elements", "_keep", "_lock", "_pacer", "_site")

    def __init__(
        self,
        site: Site,
        elements: Elements,
        pacer: Pacer,
        keep: Callable[[PhaseEntry], Awaitable[None]],
    ) -> None:
        """`keep` stores an entry before it counts; what it raises refuses the change."""
        self._site = site
        self._elements = elements
        self._pacer = pacer
        self._keep = keep
        self._lock = asyncio.Lock()

    def resume(self, entry: PhaseEntry) -> None:
        """Go on in a phase that was in force when an earlier process ended; no call lives."""
        site = self._site
        site.resume(entry)
        if site.primary_is_down:
            self._take_primary_down(entry.style)
        self._follow(PhaseEntry(0, Phase.NORMAL, entry.time, entry.style), entry)

    async def change(
        self, to: Phase, style: Style | None = None, expected_epoch: int | None = None
    ) -> Account:
        """Enter phase `to`; returns when every drop that is due has been handed to the transport.

        Raises TransitionRefused, StaleEpoch, StyleRefused, or PoolCannotReturn; nothing has
        changed then.
        """
        async with self._lock:
            site = self._site
            before = site.entry
            if expected_epoch is not None and expected_epoch != before.epoch:
                raise StaleEpoch(expected_epoch, before.epoch)
            transition(before.phase, to, site.rules)
            goes_down = to is Phase.OUTAGE or (
                to is Phase.FAILING_OVER and before.phase in _SERVES_NORMALLY
            )
            if style is not None and not goes_down:
                raise StyleRefused(f"no pool goes down on entering {to}, so there is no style")
            was_down = site.primary_is_down
            entry = before.next(to, time.time(), style or before.style)
            if was_down and to in (Phase.NORMAL, Phase.FAILING_BACK):
                await self._reopen_primary()
            await self._keep(entry)
            entry = replace(entry, time=time.time())
            account, doomed = self._enter(before, entry)
            if goes_down:
                self._take_primary_down(entry.style)
            elif was_down and not site.primary_is_down:
                self._elements.pools[Pool.PRIMARY].element.endpoint.set_silent(False)
            self._follow(before, entry)
            await self._settle(doomed)
        await self._until_sent()
        return account

    async def reset(self, first: Callable[[], Awaitable[None]] | None = None) -> None:
        """Go back to the start: phase normal, no calls, no import, no bindings.

        first  is done before; if it fails, nothing has changed.

        Raises PoolCannotReturn; nothing has changed then.
        """
        async with self._lock:
            site, elements = self._site, self._elements
            was_bound = elements.pools[Pool.PRIMARY].element.endpoint.udp.is_bound
            if site.primary_is_down:
                await self._reopen_primary()
            before = site.entry
            entry = before.next(Phase.NORMAL, time.time(), site.first_style)
            try:
                if first is not None:
                    await first()
                await self._keep(entry)
            except BaseException:
                if not was_bound:
                    elements.pools[Pool.PRIMARY].element.endpoint.close()
                raise
            for call in site.calls.live_calls():
                carrier = call.carrier
                if carrier is None:
                    continue
                if call.state == CallState.PENDING:
                    carrier.refuse(480, EndedBy.ADMIN, (), None)
                else:
                    end_in_turn(site, self._pacer, call, EndedBy.ADMIN)
            site.enter(entry)
            elements.pools[Pool.PRIMARY].element.endpoint.set_silent(False)
            for held in list(site.held.values()):
                held.hang_up()
            for caller in list(site.callers.values()):
                caller.hang_up()
            elements.registrar.clear()
            site.calls.clear()
            site.seekers = WaitingLine()
            site.populate()
            site.journal.write("phase", (before.phase, entry))
        await self._until_sent()

    def _enter(self, before: PhaseEntry, entry: PhaseEntry) -> tuple[Account, list[_Doomed]]:
        """The instant: the entry in the log, and the fate of every call that lives at it."""
        site, to = self._site, entry.phase
        begun = time.perf_counter()
        site.enter(entry)
        account = Account(to, entry.epoch)
        doomed: list[_Doomed] = []
        for row, shelf, bucket in _rows(site):
            if shelf.owner is None or not bucket:
                continue
            situation = Situation(row, shelf.owner, shelf.host, shelf.kind)
            ruling = verdict(situation, to, site.rules)
            counts = account.cells.setdefault(ruling.cell, [0, 0])
            site.tally.count_verdict(ruling.cell, len(bucket))
            if ruling.disconnects:
                counts[1] += len(bucket)
                account.dropped += len(bucket)
                doomed.append(self._mark(ruling, row, shelf, entry))
            else:
                counts[0] += len(bucket)
                account.kept += len(bucket)
                state = CallState.CONNECTED if row is Row.CONNECTED else CallState.PENDING
                change = ((entry.time, state, ruling),)
                for call in bucket.values():
                    call.verdict = ruling
                    call.changes = call.changes + change if call.changes else change
        account.decided_ms = round((time.perf_counter() - begun) * 1000, 3)
        site.journal.write("phase", (before.phase, entry))
        return account, doomed

    def _mark(self, ruling: Verdict, row: Row, shelf: Shelf, entry: PhaseEntry) -> _Doomed:
        """Give every call on one side of a shelf its fate, and do nothing else yet.

        This is all that has to happen at the instant, and there may be 50,000 of them.
        """
        if row is Row.CONNECTED:
            calls, shelf.connected = list(shelf.connected.values()), {}
        else:
            calls, shelf.pending = list(shelf.pending.values()), {}
        carriers = [call.carrier for call in calls]
        is_dying = self._site.is_down(shelf.host)
        style = entry.style if is_dying else Style.GRACEFUL
        # Who is told by BYE goes on hearing the ACK that may be on its way, until it is told.
        is_told = row is Row.CONNECTED and style is Style.GRACEFUL
        now, cell = entry.time, ruling.cell
        agents: set[Agent] = set()
        for call in calls:
            call.state = CallState.ENDED
            call.ended = now
            call.ended_by = EndedBy.RULE
            call.reason = cell
            call.verdict = ruling
            if not is_told:
                call.carrier = None
            agent = call.agent
            if agent is not None:
                agent.calls -= 1
                agents.add(agent)
        for agent in agents:
            agent.rank_as_idle()
        return _Doomed(ruling, row, calls, carriers, style, frozenset(self._site.copies))

    async def _settle(self, doomed: list[_Doomed]) -> None:
        """Finish the books of the calls that were ended, and let their ends be heard of it.

        A little at a time, so that everything else goes on meanwhile.
        """
        clock = time.perf_counter
        until = clock() + _SETTLE_SECONDS
        for each in doomed:
            each.calls.reverse()
            each.carriers.reverse()
            while each.calls:
                # Taken off one by one: to let 50,000 dialogs go at once would take the loop away.
                call, carrier = each.calls.pop(), each.carriers.pop()
                call.is_imported = call.group is not None and call.group.name in each.imported
                self._site.settle(call, each.ruling)
                if carrier is not None:
                    self._dismiss(each, call, carrier)
                if clock() >= until:
                    await asyncio.sleep(0)
                    until = clock() + _SETTLE_SECONDS

    def _dismiss(self, doomed: _Doomed, call: Call, carrier: Any) -> None:
        """How a call ends depends on whether the pool that hosts it dies, and in what style."""
        ruling, style = doomed.ruling, doomed.style
        if doomed.row is Row.PENDING:
            self._pacer.add(partial(carrier.disconnect, ruling, style))
            return
        if style is not Style.GRACEFUL and _is_bridged(call):
            carrier.abandon()
            self._site.lose_caller(call)
            return
        fqdn = self._site.topology.pools[call.host].fqdn
        call.note(StepKind.DIAGNOSED, diagnostic_id(ruling.cell, is_bye=True))
        why = rule_lines(ruling, call.host, call.is_imported) + diagnostics(
            ruling.cell, fqdn, is_bye=True
        )
        self._pacer.add(partial(hang_up, call, carrier, why))

    async def _reopen_primary(self) -> None:
        endpoint = self._elements.pools[Pool.PRIMARY].element.endpoint
        if endpoint.udp.is_bound:
            return
        try:
            await endpoint.open(endpoint.port)
        except TransportError as error:
            raise PoolCannotReturn(f"the primary pool can't listen again: {error}") from error

    def _take_primary_down(self, style: Style) -> None:
        endpoint = self._elements.pools[Pool.PRIMARY].element.endpoint
        if style is Style.CRASH:
            endpoint.close()
        elif style is Style.BLACKHOLE:
            endpoint.set_silent(True)
        else:
            return
        for held in list(self._site.held.values()):
            if self._site.is_down(held.pool.pool):
                held.abandon()
        for tag, carrier in list(self._site.parting.items()):
            call = carrier.call
            if call is not None and self._site.is_down(call.host) and _is_bridged(call):
                del self._site.parting[tag]
                call.carrier = None
                carrier.abandon()
                self._site.lose_caller(call)

    def _follow(self, before: PhaseEntry, entry: PhaseEntry) -> None:
        """What follows from the new phase: who can be rung, and who waits for that."""
        site = self._site
        self._elements.registrar.follow(before.phase, entry.phase)
        unreachable: dict[Agent, Verdict] = {}
        for agent in site.agents.values():
            ruling = agent_reachable(agent.home, entry.phase, site.rules)
            is_reachable = ruling.outcome == "reachable"
            if agent.is_reachable == is_reachable:
                continue
            agent.is_reachable = is_reachable
            if is_reachable:
                agent.enter_groups()
            else:
                unreachable[agent] = ruling
            site.journal.write("agent", agent)
        if unreachable:
            self._elements.forsake(unreachable)
        self._elements.offer_all_waiting()
        topology = site.topology
        seconds = {
            Phase.FAILING_OVER: topology.failover_seconds,
            Phase.FAILING_BACK: topology.failback_seconds,
        }.get(entry.phase)
        if seconds is not None:
            # Of a phase that an earlier process entered some time has passed already.
            passed = min(max(0.0, time.time() - entry.time), seconds)
            site.deadlines.after(seconds - passed, self._complete, entry.epoch)

    def _complete(self, epoch: int) -> None:
        """The middle phase is over, unless somebody has completed it already."""
        entry = self._site.entry
        if entry.epoch != epoch:
            return
        to = Phase.FAILED_OVER if entry.phase is Phase.FAILING_OVER else Phase.FAILED_BACK
        task = asyncio.get_running_loop().create_task(self._complete_unless_changed(to, epoch))
        self._elements.keep(task)

    async def _complete_unless_changed(self, to: Phase, epoch: int) -> None:
        try:
            await self.change(to, expected_epoch=epoch)
        except StaleEpoch:
            return
        except Exception:
            # It could not be kept, as where a disk is full: the phase is as due a little later.
            self._site.deadlines.after(_AGAIN_SECONDS, self._complete, epoch)
            raise

    async def _until_sent(self) -> None:
        idle = asyncio.Event()
        self._pacer.when_idle(idle.set)
        await idle.wait()


def _is_bridged(call: Call) -> bool:
    return call.kind is Kind.ANONYMOUS or call.on_behalf_of is not None


def _rows(site: Site) -> Iterator[tuple[Row, Shelf, dict[int, Call]]]:
    for shelf in site.calls.shelves():
        yield Row.CONNECTED, shelf, shelf.connected
        yield Row.PENDING, shelf, shelf.pending
