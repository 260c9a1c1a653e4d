"""Rows R1 to R3: callers with calls of every kind when a phase is entered, who place new ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from itertools import groupby

from emulator.demo.arrivals import Arrival, arrives, is_refused, listener_is_gone
from emulator.demo.calls import GROUPS, PlacedCall
from emulator.demo.doors import Door
from emulator.demo.ends import Ending, hears_the_end, is_unknown, stays_silent
from emulator.demo.evidence import Differs
from emulator.demo.expectations import (
    FIRST,
    NEW_CALLS,
    OLD_CALLS,
    Fate,
    NewCalls,
    OldCalls,
    Stage,
    claim_of_new,
)
from emulator.demo.living import carries_on, end_quietly, hangs_up, is_connected_at_last
from emulator.demo.plans import Plan
from emulator.demo.witness import Witness
from emulator.rules import Phase, Pool, Style, agents_cell
from emulator.testing import Emulator, ExpectationFailed, SipClient

__all__ = ["Telephones"]

_BLACKHOLE_SECONDS = 1.0  # as fixtures/demo.yaml has it
_DOWN = (Phase.OUTAGE, Phase.FAILING_OVER, Phase.FAILED_OVER)
_SINCE_FAILBACK = (Phase.FAILING_BACK, Phase.FAILED_BACK)
_BY_DIRECTOR = {"helpdesk": 4, "hotline": 4, "lobby": 3, "vault": 3, "onlyprimary": 1}
_BY_POOL = {"helpdesk": 1, "hotline": 1, "lobby": 1}


class Telephones:
    """Callers over every transport at once."""

    __slots__ = ("_calls", "_clients", "_plan", "_rgs", "_style", "_transports", "_witness")

    def __init__(
        self,
        rgs: Emulator,
        plan: Plan,
        style: Style,
        transports: Iterable[Door],
        witness: Witness,
    ) -> None:
        self._rgs = rgs
        self._plan = plan
        self._style = style
        self._transports = tuple(transports)
        self._witness = witness
        self._clients: dict[tuple[str, str], SipClient] = {}
        self._calls: list[PlacedCall] = []

    async def begin(self) -> None:
        """Place calls of every kind."""
        for transport in self._transports:
            for via in ("director", *Pool):
                self._clients[transport, via] = await self._rgs.caller(transport)
        await self._place(FIRST[self._plan.imported])

    async def enter(self, phase: Phase, began: float) -> None:
        """See what became of the calls that there were, and place new ones."""
        await self._judge_old_calls(phase, began)
        await self._judge_absence(phase)
        await self._place(claim_of_new(phase, imported=self._plan.imported))

    # -- calls that are there when a phase is entered ---------------------------------------------

    async def _judge_old_calls(self, phase: Phase, began: float) -> None:
        living = [each for each in self._calls if each.over is None]
        leavers = self._one_of_each(living)
        await asyncio.gather(
            *(
                self._judge(number, placed, phase, began, leaves=placed in leavers)
                for number, placed in enumerate(living)
            )
        )

    async def _judge(
        self, number: int, placed: PlacedCall, phase: Phase, began: float, *, leaves: bool
    ) -> None:
        claim = _claim_of_old(placed, phase, imported=self._plan.imported)
        if claim is None:  # it is left over from a difference that has been told already
            await self._clear_away(placed)
            return
        situation = str(placed)
        if claim.fate is Fate.DROPPED:
            style = self._style if placed.host is Pool.PRIMARY else Style.GRACEFUL
            ending = Ending(claim.cell, phase, style, began, _BLACKHOLE_SECONDS)
            work: Awaitable[str] = hears_the_end(placed, ending, cancels=leaves)
        elif _is_answered_now(placed, phase):
            work = is_connected_at_last(placed, phase)
        else:
            work = carries_on(placed, number)
        seen = await self._see(claim, placed, situation, work)
        if seen is None:
            await self._clear_away(placed)
        elif claim.fate is Fate.DROPPED:
            placed.over = seen
        elif leaves:
            await self._see(claim, placed, situation, hangs_up(placed))
            placed.over = "hung up"

    def _one_of_each(self, living: list[PlacedCall]) -> list[PlacedCall]:
        """One call of each sort of which there are several: the caller ends it."""

        def sort_of(placed: PlacedCall) -> tuple[str, ...]:
            return (placed.transport, placed.group.name, placed.stage, placed.host, placed.via)

        chosen = []
        for _, calls in groupby(sorted(living, key=sort_of), sort_of):
            first, *others = calls
            chosen += [first] if others else []
        return chosen

    # -- calls that must not be there any more ----------------------------------------------------

    async def _judge_absence(self, phase: Phase) -> None:
        for claim in OLD_CALLS:
            is_due = claim.phase is phase and claim.fate is Fate.NONE_LEFT
            if is_due and claim.imported in (None, self._plan.imported):
                for transport in self._transports:
                    await self._judge_none_left(claim, transport)

    async def _judge_none_left(self, claim: OldCalls, transport: str) -> None:
        before = [
            each
            for each in self._calls
            if each.transport == transport
            and each.placed_in not in _SINCE_FAILBACK
            and claim.concerns(each.stage, each.group.kind, imported=self._plan.imported)
        ]
        situation = f"{claim.stage} calls of before, hosted by {claim.host}"
        call = before[0].call if before else None
        try:
            if not before:
                raise Differs("calls of before to look at", "none that had been placed")
            living = [each for each in before if each.over is None]
            if living:
                raise Differs("none left", "; ".join(map(str, living)))
            await self._emulator_has_none(claim)
            if claim.stage is Stage.CONNECTED:
                await self._dialogs_are_gone(before, claim.phase)
        except Differs as difference:
            await self._witness.differ(claim, transport, situation, difference, call)
        else:
            self._witness.hold(claim, transport, f"none of {len(before)} calls of before is left")

    async def _emulator_has_none(self, claim: OldCalls) -> None:
        since = {each.call.call_id for each in self._calls if each.placed_in in _SINCE_FAILBACK}
        listed = await self._rgs.calls(
            state=claim.stage, host=claim.host, kind=claim.kind, limit=1_000
        )
        left = [call for call in listed if call["call_ids"][0] not in since]
        if left:
            raise Differs("none in /calls", f"call {left[0]['id']} to {left[0]['group']}")

    async def _dialogs_are_gone(self, before: list[PlacedCall], phase: Phase) -> None:
        dead = [each for each in before if each.over != "hung up"]
        dark = phase in _DOWN and self._style is Style.BLACKHOLE
        await asyncio.gather(
            *(is_unknown(each, 408 if dark and each.heard is not None else 481) for each in dead)
        )
        if phase not in _DOWN:
            await asyncio.gather(*(is_unknown(each, 481, "primary") for each in dead))

    # -- new calls --------------------------------------------------------------------------------

    async def _place(self, claim: NewCalls) -> None:
        arrivals = [
            Arrival(self._clients[transport, via], transport, GROUPS[name], via)
            for transport in self._transports
            for via, counts in self._doors(claim)
            for name, count in counts.items()
            for _ in range(count)
        ]
        if claim.pool is None:
            await asyncio.gather(*(self._refused(each, claim) for each in arrivals))
            await asyncio.gather(*(self._gone(each, claim) for each in self._transports))
            return
        await asyncio.gather(*(self._arrived(each, claim) for each in arrivals))
        if not claim.reaches_primary_agents:
            await self._nobody_rings(claim)

    def _doors(self, claim: NewCalls) -> list[tuple[str, dict[str, int]]]:
        if claim.pool is None:
            few = {"helpdesk": 1, "hotline": 1, "lobby": 1}
            return [("director", few), ("backup", few)]
        return [("director", _BY_DIRECTOR), (claim.pool, _BY_POOL)]

    async def _arrived(self, arrival: Arrival, claim: NewCalls) -> None:
        try:
            placed, seen = await arrives(self._rgs, arrival, claim)
        except (Differs, ExpectationFailed) as error:
            await self._differ_new(arrival, claim, error)
            return
        self._calls.append(placed)
        self._witness.hold(claim, arrival.transport, seen)

    async def _refused(self, arrival: Arrival, claim: NewCalls) -> None:
        try:
            seen = await is_refused(self._rgs, arrival, claim)
        except (Differs, ExpectationFailed) as error:
            await self._differ_new(arrival, claim, error)
            return
        self._witness.hold(claim, arrival.transport, seen)

    async def _gone(self, transport: str, claim: NewCalls) -> None:
        gone = listener_is_gone(self._clients[transport, "primary"], self._style)
        await self._witness.see(claim, transport, "the primary pool", gone)

    async def _nobody_rings(self, claim: NewCalls) -> None:
        """Hold that erin, homed on the primary pool, is not rung by calls that wait for her."""
        cell = agents_cell(claim.phase)
        erin = next(each for each in await self._rgs.agents() if each["name"] == "erin")
        for transport in self._transports:
            if erin["calls"]:
                rung = Differs("erin not to be rung", f"{erin['calls']} calls ring erin", cell)
                await self._witness.differ(claim, transport, "erin", rung)
            else:
                self._witness.hold(claim, transport, "erin is not rung")

    # -- the end, and what goes wrong on the way --------------------------------------------------

    async def end(self) -> None:
        """End what still lives, and look whether the dead have been silent."""
        for placed in [each for each in self._calls if each.over is None]:
            await self._clear_away(placed)
        for placed in self._calls:
            if placed.heard is None:
                continue
            claim = next(
                each for each in OLD_CALLS
                if each.fate is Fate.DROPPED
                and each.phase is self._plan.phases[0]
                and each.concerns(placed.stage, placed.group.kind, imported=self._plan.imported)
            )  # fmt: skip
            try:
                stays_silent(placed)
            except Differs as difference:
                await self._witness.differ(
                    claim, placed.transport, str(placed), difference, placed.call
                )
            else:
                self._witness.hold(claim, placed.transport, "silent to the end")

    async def _see(
        self, claim: OldCalls, placed: PlacedCall, situation: str, work: Awaitable[str]
    ) -> str | None:
        return await self._witness.see(claim, placed.transport, situation, work, placed.call)

    async def _differ_new(
        self, arrival: Arrival, claim: NewCalls, error: Differs | ExpectationFailed
    ) -> None:
        call = arrival.call
        await self._witness.differ(claim, arrival.transport, str(arrival), error, call)
        if call is not None:
            await end_quietly(call)

    async def _clear_away(self, placed: PlacedCall) -> None:
        placed.over = "cleared away"
        await end_quietly(placed.call)


def _claim_of_old(placed: PlacedCall, phase: Phase, *, imported: bool) -> OldCalls | None:
    return next(
        (
            claim
            for claim in OLD_CALLS
            if claim.phase is phase
            and claim.host is placed.host
            and claim.fate is not Fate.NONE_LEFT
            and claim.concerns(placed.stage, placed.group.kind, imported=imported)
        ),
        None,
    )


def _is_answered_now(placed: PlacedCall, phase: Phase) -> bool:
    """Whether the call has waited for agents who can be rung from `phase` on."""
    return (
        placed.stage is Stage.PENDING
        and placed.group.answers
        and any(claim.reaches_primary_agents for claim in NEW_CALLS if claim.phase is phase)
    )
