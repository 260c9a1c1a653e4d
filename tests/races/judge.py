"""Holds what the clients believe against what the emulator says, call by call."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from tests.races.callers import Placed
from tests.races.phones import AgentLeg
from tests.races.story import Story
from tests.races.worlds import World

__all__ = ["bring_to_rest_and_judge"]

_Call = dict[str, Any]

_TURN_SECONDS = 0.02
_SILENCE_TURNS = 50  # longer than the topology's blackhole_seconds


class _Judge:
    """One story at its end."""

    def __init__(self, story: Story, world: World, style: str) -> None:
        self.story = story
        self.world = world
        self.style = style
        self.faults: list[str] = []

    def fault(self, text: str, placed: Placed | AgentLeg | None, call: _Call | None) -> None:
        """Note one thing that is not as it should be, with all that is known of it."""
        self.faults.append(f"{text}\n    {placed}\n    {call}")

    def fell_silent(self, call: _Call) -> bool:
        """Whether the pool died with the call, and in a style in which nobody is told."""
        return (
            self.style != "graceful"
            and call["ended_by"] == "rule"
            and call["host"] == "primary"
            and call["reason"].startswith(("connected/", "pending/"))
        )

    def _has_lost_its_bridge(self, call: _Call) -> bool:
        """Whether the pool died before it could say that the call is over."""
        if self.fell_silent(call):
            return True
        # An agent hung up before the caller's ACK came, for which the BYE to the caller waits.
        is_deadly = self.style != "graceful" and call["host"] == "primary"
        return is_deadly and call["kind"] == "anonymous" and call["ended_by"] in ("agent", "admin")

    async def calls(self) -> dict[str, _Call]:
        """The emulator's calls by the caller's Call-ID; each INVITE is one call."""
        found = await self.world.calls()
        by_id = {call["call_ids"][0]: call for call in found}
        assert len(by_id) == len(found), "one INVITE made two calls"
        return by_id

    # -- while some calls still stand -------------------------------------------------------------

    async def compare_at_rest(self) -> dict[str, _Call]:
        """Nothing is under way: both sides must see the same calls standing and waiting."""
        calls = await self.calls()
        for placed in self.story.callers.placed.values():
            call = calls.get(placed.call_id)
            if call is None:
                if placed.final is not None or placed.listener != "primary":
                    self.fault("no such call in the emulator", placed, call)
            elif call["state"] == "connected":
                if not placed.end.believes_in_call or placed.end.awaited:
                    self.fault("connected only in the emulator's books", placed, call)
            elif call["state"] == "pending":
                if not placed.is_pending or placed.cancelled or not placed.has_rung:
                    self.fault("pending only in the emulator's books", placed, call)
            elif placed.end.believes_in_call and not self._has_lost_its_bridge(call):
                self.fault("ended only in the emulator's books", placed, call)
        await self._compare_legs_at_rest(calls)
        return calls

    async def _compare_legs_at_rest(self, calls: dict[str, _Call]) -> None:
        standing = {
            call_id
            for call in calls.values()
            if call["state"] == "connected"
            for call_id in call["call_ids"]
        }
        for leg in self.story.phones.talking:
            own = _of_leg(leg, calls)
            is_forgotten = own is not None and (
                self.fell_silent(own) or self._may_be_forgotten(leg, own)
            )
            if leg.end.call_id not in standing and not is_forgotten:
                self.fault("an agent talks in a call that has ended", leg, own)
        unreachable = {each["name"] for each in await self.world.agents() if not each["reachable"]}
        for leg in self.story.phones.ringing:
            own = _of_leg(leg, calls)
            is_abandoned = own is not None and self.fell_silent(own)
            if leg.person in unreachable and not is_abandoned:
                self.fault("an agent rings who can't be reached", leg, own)

    async def end_what_stands(self, calls: dict[str, _Call]) -> None:
        """Every client ends what it believes in; each must learn that it has ended."""
        story = self.story
        director = self.world.addresses["director"]
        everybody = list(story.callers.placed.values())

        def are_over() -> bool:
            left = [each for each in everybody if not self._is_over(each, calls)]
            for placed in left:
                call = calls.get(placed.call_id)
                if placed.is_pending:
                    story.callers.cancel(placed)
                elif call is not None and call["state"] == "ended":
                    story.callers.hang_up(placed, director)  # as simple clients do
                else:  # one that was given up may have been answered all the same
                    story.callers.hang_up(placed)
            return not left

        for call in calls.values():
            if call["state"] != "ended" and call["call_ids"][0] not in story.callers.placed:
                await self.world.hang_up(call["id"])  # an emulated agent has placed it
        if not await story.comes_about(are_over):
            now = await self.calls()
            for each in everybody:
                if not self._is_over(each, calls):
                    self.fault("a caller never comes to the end", each, now.get(each.call_id))
        await story.settle()

    def _is_over(self, placed: Placed, calls: dict[str, _Call]) -> bool:
        call = calls.get(placed.call_id)
        if placed.is_pending:
            return call is None or (self.fell_silent(call) and placed.listener == "primary")
        end = placed.end
        if end.believes_in_call:
            return False
        if "BYE" not in end.awaited:
            return True
        # A BYE that went to the dying pool itself, perhaps crossing the other's, is not answered.
        is_lost = end.ended_there and self.style != "graceful"
        return is_lost or (call is not None and self._has_lost_its_bridge(call))

    async def answer_what_still_rings(self) -> None:
        """Agents whose pool died without a word answer at last: nobody is there."""
        calls = await self.calls()
        for leg in self.story.phones.ringing:
            call = _of_leg(leg, calls)
            if call is None or not self.fell_silent(call):
                self.fault("an agent still rings", leg, call)
            self.story.phones.answer(leg)
        await self.story.settle()

    # -- when all is over -------------------------------------------------------------------------

    async def judge_fates(self) -> None:
        """Every call has had one fate, the same on both sides."""
        calls, ends = await self.calls(), await self.world.ends()
        for call in calls.values():
            if call["state"] != "ended":
                self.fault("left alive", self.story.callers.placed.get(call["call_ids"][0]), call)
            elif ends[call["id"]] != 1:
                self.fault(f"{ends[call['id']]} ends in the journal", None, call)
        if strange := ends.keys() - {call["id"] for call in calls.values()}:
            self.faults.append(f"the journal ends calls that there are not: {strange}")
        for placed in self.story.callers.placed.values():
            own = calls.get(placed.call_id)
            if own is not None and (text := self._differs(placed, own)):
                self.fault(text, placed, own)
        for leg in self.story.phones.legs:
            self._judge_leg(leg, _of_leg(leg, calls))
        for name, count in (await self._busy_agents()).items():
            self.faults.append(f"{name} has {count} calls left")

    async def _busy_agents(self) -> dict[str, int]:
        """Who still has calls, when those who call themselves have met the end of a silence."""
        busy: dict[str, int] = {}
        for _ in range(_SILENCE_TURNS):
            busy = {each["name"]: each["calls"] for each in await self.world.agents()}
            if not any(busy.values()):
                break
            await asyncio.sleep(_TURN_SECONDS)
        return {name: count for name, count in busy.items() if count}

    def _differs(self, placed: Placed, call: _Call) -> str:
        """In which way the caller's fate is not that of the call, empty if it is."""
        end = placed.end
        if (placed.final == 200) != (call["connected"] is not None):
            return "one side has had an answer, the other has not"
        crossed = end.ended_here and end.answers.get("BYE") in (200, 481)
        match call["ended_by"], call["connected"] is not None:
            case "caller", True:
                is_so = end.ended_here and end.answers.get("BYE") == 200
            case "caller", False:
                is_so = placed.cancelled and placed.final == call["status"] == 487
            case "agent", False:  # a person who declined
                is_so = placed.final == call["status"] and call["status"] >= 400
            case "admin", False:
                is_so = placed.final == 480
            case "agent" | "admin", True:
                is_so = end.ended_there or crossed or self._has_lost_its_bridge(call)
            case "rule", True:
                is_bridged_end = call["kind"] == "anonymous" and self.fell_silent(call)
                is_so = not end.ended_there if is_bridged_end else end.ended_there or crossed
            case "rule", False:
                return self._refusal_differs(placed, call)
            case _:
                is_so = False
        return "" if is_so else "the caller's end differs from the call's"

    def _refusal_differs(self, placed: Placed, call: _Call) -> str:
        if call["reason"].startswith(("new/", "agents_homed_on_primary/")):
            permitted: tuple[int | None, ...] = (503, 480)
        elif not self.fell_silent(call):
            permitted = (503,)
        elif placed.listener == "primary":
            return "" if placed.final is None else "a dead pool has spoken"
        else:
            permitted = (503,) if self.style == "crash" else (408,)
        if placed.cancelled:
            permitted = (*permitted, 487)
        return "" if placed.final in permitted else f"refused otherwise than {permitted}"

    def _judge_leg(self, leg: AgentLeg, call: _Call | None) -> None:
        end = leg.end
        if call is None:
            self.fault("a leg of no call", leg, call)
        elif self.fell_silent(call):
            is_own = call["kind"] == "anonymous" or call["connected"] is None
            if is_own and end.ended_there and not self._came_late(leg, call):
                self.fault("a dead pool has hung up", leg, call)
        elif leg.final == 200 and end.believes_in_call:
            if not self._may_be_forgotten(leg, call):
                self.fault("an agent is left in a call", leg, call)
        elif leg.final == 200 and not end.is_acknowledged and not self._was_cut(leg, call):
            self.fault("an answer was not acknowledged", leg, call)
        if "BYE" in end.awaited:
            self.fault("an agent's BYE was not answered", leg, call)

    def _was_cut(self, leg: AgentLeg, call: _Call) -> bool:
        """Whether the administrator's BYE overtook the ACK, which is the caller's to send."""
        return call["ended_by"] == "admin" and leg.end.ended_there

    def _came_late(self, leg: AgentLeg, call: _Call) -> bool:
        """Whether somebody else had the call, or nobody, when the agent answered."""
        return leg.person != call["agent"] or not leg.end.is_acknowledged

    def _may_be_forgotten(self, leg: AgentLeg, call: _Call) -> bool:
        """Whether an answer may have come late to a pool that is dead and says nothing."""
        is_deadly = self.style != "graceful" and call["host"] == "primary"
        return is_deadly and self._came_late(leg, call)


def _of_leg(leg: AgentLeg, calls: dict[str, _Call]) -> _Call | None:
    return next((call for call in calls.values() if leg.end.call_id in call["call_ids"]), None)


async def bring_to_rest_and_judge(story: Story, world: World, style: str) -> None:
    """Compare, end what stands, compare again; AssertionError with every fault and the traffic."""
    judge = _Judge(story, world, style)
    calls = await judge.compare_at_rest()
    if not judge.faults:
        await judge.end_what_stands(calls)
    if not judge.faults:
        await judge.answer_what_still_rings()
        await judge.judge_fates()
    if judge.faults:
        counted = Counter(fault.partition("\n")[0] for fault in judge.faults)
        shown = "\n".join(judge.faults[:2])
        marks = {word.rstrip(":") for word in shown.split() if word.startswith("race-")}
        traffic = "\n".join(
            line
            for post in (story.callers.post, story.phones.post)
            for line in post.log
            if any(mark in line for mark in marks)
        )
        raise AssertionError(f"{dict(counted)}\n{shown}\n{traffic[-6000:]}")
