"""Row R4: a registered agent calls on behalf of a group, and the callee looks at who calls."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from emulator.demo.calls import DOMAIN, SOON_SECONDS
from emulator.demo.doors import Door
from emulator.demo.ends import explains
from emulator.demo.evidence import Differs
from emulator.demo.living import answer_to, end_quietly
from emulator.demo.plans import Plan
from emulator.demo.promises import ON_BEHALF, Favour, OnBehalf
from emulator.demo.witness import Witness
from emulator.rules import Phase, Pool
from emulator.testing import ClientCall, Emulator, ExpectationFailed, SipClient
from sip.message import Message

__all__ = ["CallsOnBehalf"]

_GROUP, _AGENT = "reception", "grace"
_AS_GROUP = f"<sip:{_GROUP}@{DOMAIN}>"
# Both headers mean the same (docs/sip.md), and every element that serves takes them.
_WAYS = (
    ("director", "P-Session-On-Behalf-Of"),
    ("backup", "P-Preferred-Identity"),
    ("primary", "P-Session-On-Behalf-Of"),
)
_SERVED_BY_PRIMARY = (Phase.NORMAL, Phase.FAILING_BACK, Phase.FAILED_BACK)
_REFUSALS = {Favour.DISABLED: 403, Favour.FAILS: 480}


class CallsOnBehalf:
    """One agent and one callee over each transport."""

    __slots__ = ("_ends", "_plan", "_rgs", "_transports", "_witness")

    def __init__(
        self, rgs: Emulator, plan: Plan, transports: Sequence[Door], witness: Witness
    ) -> None:
        self._rgs = rgs
        self._plan = plan
        self._transports = transports
        self._witness = witness
        self._ends: dict[Door, tuple[SipClient, SipClient]] = {}

    async def begin(self) -> None:
        """Register the agent, and call while all is well."""
        for transport in self._transports:
            agent = await self._rgs.agent(_AGENT, transport)
            callee = await self._rgs.caller(transport)
            callee.take_calls()
            self._ends[transport] = (agent.client, callee)
        await self._play(Phase.NORMAL)

    async def enter(self, phase: Phase, began: float) -> None:
        """Call by every element that serves in `phase`."""
        await self._play(phase)

    async def end(self) -> None:
        """No call is left."""

    async def _play(self, phase: Phase) -> None:
        claim = next(
            each
            for each in ON_BEHALF
            if each.phase is phase and each.imported == self._plan.imported
        )
        await asyncio.gather(*(self._call(claim, transport) for transport in self._transports))

    async def _call(self, claim: OnBehalf, transport: Door) -> None:
        agent, callee = self._ends[transport]
        for via, header in _WAYS:
            if via == "primary" and claim.phase not in _SERVED_BY_PRIMARY:
                continue
            call = await agent.invite(
                callee.identity.contact.decode().strip("<>"),
                via=via,
                headers={header: _AS_GROUP},
                wait=None,
            )
            if claim.favour is Favour.SUCCEEDS:
                work = self._succeeds(call, callee, claim.pool)
            else:
                work = _is_refused(call, callee, claim)
            situation = f"call on behalf of {_GROUP} by the {via}, with {header}"
            await self._witness.see(claim, transport, situation, work, call)
            await end_quietly(call)

    async def _succeeds(self, call: ClientCall, callee: SipClient, pool: Pool) -> str:
        """Hold that the callee sees the group, nothing of the agent, and that they can talk."""
        offered = await _offered(call, callee)
        if offered is None:
            raise Differs("the callee to be called", answer_to(call))
        invite = await offered.expect("INVITE", within=SOON_SECONDS)
        self._shows_the_group(invite, call.client, pool)
        await offered.answer()
        answer = await call.response(SOON_SECONDS)
        if answer.status != 200:
            raise Differs("200 to INVITE", answer_to(call))
        shown = await self._rgs.call(call)
        if (shown["host"], shown["on_behalf_of"]) != (pool, _GROUP):
            raise Differs(
                f"a call of {pool} on behalf of {_GROUP}",
                f"one of {shown['host']} on behalf of {shown['on_behalf_of']}",
            )
        await _talk(call, offered)
        return f"bridged by the {pool} pool, the callee sees the group alone"

    def _shows_the_group(self, invite: Message, agent: SipClient, pool: Pool) -> None:
        own, port = self._rgs.addresses[pool]
        expected = {
            "From": f"{_GROUP}@{DOMAIN}",
            "P-Asserted-Identity": f"{_GROUP}@{DOMAIN}",
            "Contact": f"{_GROUP}@{own}:{port}",
        }
        for name, place in expected.items():
            value = invite.header(name) or ""
            if f"<sip:{place}" not in value:
                raise Differs(f"{name}: {place}", f"{name}: {value or None}")
        told = invite.to_bytes()
        host, port = agent.identity.address
        for trace in (_AGENT, f"{host}:{port}"):
            if trace.encode() in told:
                raise Differs("nothing of the agent in what the callee gets", trace)


async def _is_refused(call: ClientCall, callee: SipClient, claim: OnBehalf) -> str:
    """Hold that the call is refused as the statement says, with the cell."""
    expected = _REFUSALS[claim.favour]
    offered = await _offered(call, callee)
    if offered is not None:
        raise Differs(f"{expected} to INVITE", "the callee is called")
    if call.status != expected:
        raise Differs(f"{expected} to INVITE", answer_to(call))
    # Of a call that no pool takes, the director names the owner.
    host = Pool.BACKUP if call.via == "backup" else Pool.PRIMARY
    explains(call.messages[-1], claim.cell, claim.phase, host)
    return f"{claim.favour}: {expected} with the cell"


async def _offered(call: ClientCall, callee: SipClient) -> ClientCall | None:
    """The callee's side of `call`; None if the caller has an answer first, or nothing comes."""
    answer = asyncio.create_task(call.response(SOON_SECONDS))
    offer = asyncio.create_task(callee.expect_call(SOON_SECONDS))
    await asyncio.wait((answer, offer), return_when=asyncio.FIRST_COMPLETED)
    is_offered = offer.done() and offer.exception() is None
    (answer if is_offered else offer).cancel()
    await asyncio.gather(answer, offer, return_exceptions=True)
    return offer.result() if is_offered else None


async def _talk(call: ClientCall, offered: ClientCall) -> None:
    """Hold that a request goes through, and that BYE of the one ends the other."""
    try:
        await offered.expect("ACK", within=SOON_SECONDS)
        answer = await call.request("INFO", within=SOON_SECONDS)
        if answer.status != 200:
            raise Differs("200 to INFO", str(answer.status))
        await offered.expect("INFO", within=SOON_SECONDS)
        await call.hang_up(within=SOON_SECONDS)
        await offered.expect("BYE", within=SOON_SECONDS)
    except ExpectationFailed as failure:
        raise Differs("a call in which both can talk", str(failure).partition("\n")[0]) from failure
