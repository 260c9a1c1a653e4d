"""New calls of the demo: where they must connect, whom they may reach, how they are refused."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.demo.calls import HOMES, SOON_SECONDS, DemoGroup, PlacedCall
from emulator.demo.ends import explains
from emulator.demo.evidence import Differs
from emulator.demo.expectations import NewCalls, Stage
from emulator.demo.living import agent_of, answer_to
from emulator.rules import Kind, Outcome, Phase, Pool, Style, agents_cell
from emulator.testing import ClientCall, Emulator, ExpectationFailed, SipClient, Unreachable

__all__ = ["Arrival", "arrives", "is_refused", "listener_is_gone"]

_SILENCE_SECONDS = 0.3
_QUEUED, _RINGING = 182, 180


@dataclass(slots=True)
class Arrival:
    """One new call: who places it where; `call` once it is placed."""

    client: SipClient
    transport: str
    group: DemoGroup
    via: str
    call: ClientCall | None = None

    def __str__(self) -> str:
        return f"new call to {self.group.name} by the {self.via}"


async def arrives(rgs: Emulator, arrival: Arrival, claim: NewCalls) -> tuple[PlacedCall, str]:
    """Hold that a new call connects to the pool that it must, and rings whom it may.

    Gives the call, and what was seen. Raises Differs.
    """
    group, pool = arrival.group, claim.pool
    agents = group.agents
    assert pool is not None
    reachable = [
        name for name in group.agents if claim.reaches_primary_agents or HOMES[name] is Pool.BACKUP
    ]
    is_answered = group.answers and bool(reachable)
    call = await _place(arrival, waits_for_answer=is_answered)
    expected = 200 if is_answered else _RINGING if reachable else _QUEUED
    if call.status != expected:
        # Where nobody else could answer, it is the agents who could not be rung, or could.
        is_of_agents = call.status < 300 and not any(HOMES[each] is Pool.BACKUP for each in agents)
        cell = agents_cell(claim.phase) if is_of_agents else None
        raise Differs(f"{expected} from the {pool} pool", answer_to(call), cell)
    shown = await rgs.call(call)
    if shown["host"] != pool:
        raise Differs(f"a call hosted by {pool}", f"a call hosted by {shown['host']}")
    stage = Stage.CONNECTED if is_answered else Stage.PENDING
    placed = PlacedCall(call, arrival.transport, group, stage, pool, claim.phase, arrival.via)
    _is_at(placed, rgs, pool)
    if not is_answered:
        return placed, f"rings at the {pool} pool" if reachable else "waits: no agent may be rung"
    _has_reached(call, shown["agent"], shown["agent_home"], reachable, claim)
    if group.kind is Kind.NORMAL and agent_of(call) != shown["agent"]:
        raise Differs(f"the Contact of {shown['agent']}", f"Contact {call.remote_target}")
    return placed, f"connected by the {pool} pool to {shown['agent_home']}'s agents"


def _is_at(placed: PlacedCall, rgs: Emulator, pool: Pool) -> None:
    """What a pool answers itself names its own listener."""
    if placed.stage is Stage.CONNECTED and placed.group.kind is Kind.NORMAL:
        own = rgs.addresses["agents"]
    else:
        own = rgs.addresses[pool]
    place = f"{own[0]}:{own[1]}"
    if place not in (placed.call.remote_target or ""):
        raise Differs(f"a Contact at {place}", f"Contact {placed.call.remote_target}")


def _has_reached(
    call: ClientCall, agent: str | None, home: str | None, allowed: list[str], claim: NewCalls
) -> None:
    if agent in allowed and HOMES[agent] == home:
        return
    is_unreachable = home == Pool.PRIMARY and not claim.reaches_primary_agents
    cell = agents_cell(claim.phase) if is_unreachable else None
    raise Differs(f"one of {', '.join(allowed)}", f"{agent} of {home}", cell)


async def is_refused(rgs: Emulator, arrival: Arrival, claim: NewCalls) -> str:
    """Hold that a new call is disconnected at once, with the cell; raises Differs."""
    expected = 480 if claim.phase is Phase.FAILED_OVER else 503
    call = await _place(arrival, waits_for_answer=True)
    if call.status != expected:
        raise Differs(f"{expected} to INVITE", answer_to(call))
    # The primary pool's own address: of a call that no pool takes, it is the owner.
    host = Pool.BACKUP if arrival.via == "backup" else Pool.PRIMARY
    explains(call.messages[-1], claim.cell, claim.phase, host)
    verdict = (await rgs.call(call))["verdict"]
    if verdict["outcome"] != Outcome.DISCONNECT:  # refused, but for another reason than it says
        raise Differs(f"the verdict {Outcome.DISCONNECT}", f"the verdict {verdict['outcome']}")
    return f"{expected} with the cell"


async def listener_is_gone(client: SipClient, style: Style) -> str:
    """Hold that the dead pool's own listener takes nothing, as the style says; raises Differs."""
    within = _SILENCE_SECONDS if style is Style.BLACKHOLE else SOON_SECONDS
    try:
        answer = await client.request("OPTIONS", via="primary", within=within)
        seen = str(answer.status)
    except Unreachable:
        seen = "closed"
    except ExpectationFailed:
        seen = "silence"
    expected = {Style.GRACEFUL: "503", Style.CRASH: "closed", Style.BLACKHOLE: "silence"}[style]
    if seen != expected:
        raise Differs(f"{expected} at the primary pool's own listener", seen)
    return f"the primary pool's own listener: {seen}"


async def _place(arrival: Arrival, *, waits_for_answer: bool) -> ClientCall:
    wait = "final" if waits_for_answer else "ringing"
    call = await arrival.client.invite(arrival.group.name, via=arrival.via, wait=None)
    arrival.call = call
    try:
        await call.response(SOON_SECONDS, is_final=wait == "final")
    except ExpectationFailed as failure:
        if call.status < _RINGING:
            raise Differs("a response to INVITE", str(failure).partition("\n")[0]) from failure
    return call
