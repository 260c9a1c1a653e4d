"""Row R5: an agent looks at the console, signs in and out, and is rung or not."""

from __future__ import annotations

from emulator.demo.calls import SOON_SECONDS
from emulator.demo.console_doors import ConsoleDoor, JsonConsole, Line, SoapConsole
from emulator.demo.evidence import Differs
from emulator.demo.expectations import claim_of_new
from emulator.demo.living import agent_of, answer_to, end_quietly
from emulator.demo.plans import Plan
from emulator.demo.promises import CONSOLE, Console, Owned, Sight
from emulator.demo.witness import Witness
from emulator.rules import Phase, Pool
from emulator.testing import ClientCall, Emulator, ExpectationFailed, SipClient

__all__ = ["Consoles"]

_WAITS = 182
_AGENT = "judy"  # in formal groups alone
_GROUPS = {Owned.PRIMARY: "formal", Owned.BACKUP: "billing", Owned.IMPORTED: "formal"}


class Consoles:
    """One agent, who uses the console through every door, and a caller."""

    __slots__ = ("_caller", "_doors", "_plan", "_rgs", "_witness")

    def __init__(self, rgs: Emulator, plan: Plan, witness: Witness) -> None:
        self._rgs = rgs
        self._plan = plan
        self._witness = witness
        self._doors: tuple[ConsoleDoor, ...] = (
            JsonConsole(rgs, _AGENT),
            SoapConsole(rgs.url, _AGENT),
        )
        self._caller: SipClient

    async def begin(self) -> None:
        """Sign in and out while all is well."""
        self._caller = await self._rgs.caller()
        await self._play(Phase.NORMAL)

    async def enter(self, phase: Phase, began: float) -> None:
        """Look at every group, and try to sign in."""
        await self._play(phase)

    async def end(self) -> None:
        """The agent is signed out."""

    async def _play(self, phase: Phase) -> None:
        claims = [
            claim
            for claim in CONSOLE
            if claim.phase is phase
            and claim.imported in (None, self._plan.imported)
            and self._witness.wants(claim)
        ]
        for door in self._doors:
            for claim in claims:
                situation = f"console of {_AGENT}: {_GROUPS[claim.owned]}, {claim.owned}"
                await self._witness.see(claim, door.door, situation, self._shows(claim, door))

    async def _shows(self, claim: Console, door: ConsoleDoor) -> str:
        """Hold that the console shows the group as promised, and that signing in acts, or can't."""
        group, is_copy = _GROUPS[claim.owned], claim.owned is Owned.IMPORTED
        line = await _line(door, group, is_copy=is_copy)
        found = _sight(line)
        if found is not claim.sight:
            raise Differs(claim.sight, found)
        pool = self._pool_of_calls(claim)
        if claim.sight is Sight.SIGN_IN:
            return await self._signs_in(door, group, is_copy, pool)
        if not door.can_name(group, is_copy=is_copy):
            return claim.sight
        cell = await door.sign("in", group, is_copy=is_copy)
        if cell != claim.cell:
            raise Differs(f"sign-in refused by {claim.cell}", cell or "signed in")
        if await _line(door, group, is_copy=is_copy) != line:
            raise Differs("the console as before", "signed in all the same")
        if pool is None:
            return claim.sight
        await end_quietly(await self._waits(group))
        return f"{claim.sight}; no call rings"

    async def _signs_in(
        self, door: ConsoleDoor, group: str, is_copy: bool, pool: Pool | None
    ) -> str:
        """Hold that a call that waits is answered by who signs in, and after sign-out none is."""
        waiting = None if pool is None else await self._waits(group)
        await _sign(door, "in", group, is_copy=is_copy)
        if waiting is not None:
            await self._is_answered(waiting, pool)
        await _sign(door, "out", group, is_copy=is_copy)
        if waiting is None:
            return "displayed, signed in and out"
        await end_quietly(await self._waits(group))
        return f"displayed; who signs in is rung by the {pool} pool's calls"

    def _pool_of_calls(self, claim: Console) -> Pool | None:
        """The pool whose calls ring who is signed in; None where no call comes to this group."""
        if claim.owned is Owned.BACKUP:
            return Pool.BACKUP
        pool = claim_of_new(claim.phase, imported=self._plan.imported).pool
        serves = Pool.BACKUP if claim.owned is Owned.IMPORTED else Pool.PRIMARY
        return pool if pool is serves else None

    async def _waits(self, group: str) -> ClientCall:
        """A call to a group of which nobody is signed in: it waits and rings nobody."""
        call = await self._caller.invite(group, wait="ringing", within=SOON_SECONDS)
        if call.status != _WAITS:
            raise Differs(f"{_WAITS}, as nobody is signed in", answer_to(call), call=call)
        return call

    async def _is_answered(self, call: ClientCall, pool: Pool | None) -> None:
        try:
            await call.expect(200, within=SOON_SECONDS)
        except ExpectationFailed as failure:
            raise Differs(
                "200, as the agent has signed in", answer_to(call), call=call
            ) from failure
        shown = await self._rgs.call(call)
        if (agent_of(call), shown["host"]) != (_AGENT, pool):
            seen = f"{agent_of(call)} by the {shown['host']} pool"
            raise Differs(f"{_AGENT} by the {pool} pool", seen, call=call)
        await end_quietly(call)


async def _line(door: ConsoleDoor, group: str, *, is_copy: bool) -> Line | None:
    return next(
        (each for each in await door.lines() if (each.name, each.is_copy) == (group, is_copy)), None
    )


def _sight(line: Line | None) -> Sight:
    if line is None:
        return Sight.HIDDEN
    return Sight.SIGN_IN if line.can_sign_in else Sight.VIEW


async def _sign(door: ConsoleDoor, way: str, group: str, *, is_copy: bool) -> None:
    """Sign in or out, and hold that the console says so."""
    cell = await door.sign(way, group, is_copy=is_copy)
    if cell is not None:
        raise Differs(f"signed {way}", f"refused by {cell}")
    line = await _line(door, group, is_copy=is_copy)
    if line is None or line.is_signed_in is not (way == "in"):
        raise Differs(f"signed {way}", str(line))
