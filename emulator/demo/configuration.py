"""Row R6: an administrator looks at response groups and changes them, as the next call shows."""

from __future__ import annotations

from emulator.demo.calls import SOON_SECONDS
from emulator.demo.configuration_doors import Answer, ConfigurationSurface, JsonSurface, Reply
from emulator.demo.evidence import Differs
from emulator.demo.expectations import claim_of_new
from emulator.demo.living import agent_of, answer_to, end_quietly
from emulator.demo.plans import Plan
from emulator.demo.promises import CONFIGURATION, Access, Configuration, Owned
from emulator.demo.shell_door import ManagementShell, ShellSurface
from emulator.demo.witness import Witness
from emulator.rules import Phase, Pool
from emulator.testing import Emulator, SipClient

__all__ = ["Configurations"]

_RINGS, _ANSWERS = "kim", "lee"  # the agent that a group has, and the one that it is given
_GROUPS = {Owned.PRIMARY: "press", Owned.BACKUP: "trade", Owned.IMPORTED: "press"}
_POOLS = {Owned.PRIMARY: Pool.PRIMARY, Owned.BACKUP: Pool.BACKUP, Owned.IMPORTED: Pool.BACKUP}


class Configurations:
    """An administrator at every surface, and a caller."""

    __slots__ = ("_caller", "_plan", "_rgs", "_surfaces", "_witness")

    def __init__(self, rgs: Emulator, plan: Plan, witness: Witness, shell: ManagementShell) -> None:
        self._rgs = rgs
        self._plan = plan
        self._witness = witness
        self._surfaces: tuple[ConfigurationSurface, ...] = (
            JsonSurface(rgs, "control-panel"),
            JsonSurface(rgs, "configuration-tool"),
            JsonSurface(rgs, "management-shell"),
            ShellSurface(rgs, shell),
        )
        self._caller: SipClient

    async def begin(self) -> None:
        """Change groups and put them back while all is well."""
        self._caller = await self._rgs.caller()
        await self._play(Phase.NORMAL)

    async def enter(self, phase: Phase, began: float) -> None:
        """Look at every group on every surface, and try to change it."""
        await self._play(phase)

    async def end(self) -> None:
        """Every group is as it was."""

    async def _play(self, phase: Phase) -> None:
        claims = [
            claim
            for claim in CONFIGURATION
            if claim.phase is phase
            and claim.imported in (None, self._plan.imported)
            and self._witness.wants(claim)
        ]
        for claim in claims:
            for surface in self._surfaces:
                situation = f"{surface.name}: {_GROUPS[claim.owned]}, {claim.owned}"
                work = self._shows(claim, surface)
                await self._witness.see(claim, surface.door, situation, work)

    async def _shows(self, claim: Configuration, surface: ConfigurationSurface) -> str:
        if claim.access is Access.VIEW:
            return await self._only_shows(claim, surface)
        if claim.access is Access.SHELL and not surface.is_shell:
            return await _does_not_show(claim, surface)
        return await self._lets_modify(claim, surface)

    async def _only_shows(self, claim: Configuration, surface: ConfigurationSurface) -> str:
        """Hold that the group is shown while the database answers, and is never changed."""
        group, pool = _GROUPS[claim.owned], _POOLS[claim.owned]
        await _is_viewed(claim, surface, _RINGS)
        try:
            answer = await surface.give_agents(group, pool, _ANSWERS)
            if answer.reply is Reply.DONE:
                await surface.give_agents(group, pool, _RINGS)  # later phases find it as it was
            _is(answer, Answer(Reply.FORBIDDEN, cell=claim.cell), "modification")
            await _is_viewed(claim, surface, _RINGS)
            await self._database(pool, is_up=False)
            _is(await surface.view(group, pool), Answer(Reply.DATABASE_DOWN), "view")
            if await surface.lists(group, pool):
                raise Differs("a list without it, as the database is down", "it is listed")
            answer = await surface.give_agents(group, pool, _ANSWERS)
            if answer.reply is Reply.DONE:
                raise Differs("no modification, as the database is down", str(answer))
        finally:
            await self._database(pool, is_up=True)
        await _is_viewed(claim, surface, _RINGS)
        return f"{surface.name}: shown while the database is up, not modified"

    async def _lets_modify(self, claim: Configuration, surface: ConfigurationSurface) -> str:
        """Hold that a change acts on the next call to the group; it is put back then."""
        group, pool = _GROUPS[claim.owned], _POOLS[claim.owned]
        acts = self._takes_calls(claim)
        await _is_viewed(claim, surface, _RINGS)
        try:
            answer = await surface.give_agents(group, pool, _ANSWERS)
            _is(answer, Answer(Reply.DONE, (_ANSWERS,)), "modification")
            await _is_viewed(claim, surface, _ANSWERS)
            if acts:
                await self._is_called(group, 200)
        finally:
            answer = await surface.give_agents(group, pool, _RINGS)
        _is(answer, Answer(Reply.DONE, (_RINGS,)), "modification")
        if not acts:
            return f"{surface.name}: shown and modified; new calls don't come to it now"
        await self._is_called(group, 180)
        return f"{surface.name}: shown and modified, and the next call goes by it"

    def _takes_calls(self, claim: Configuration) -> bool:
        """Whether new calls come to the group, the original or the copy that is meant."""
        if claim.owned is Owned.BACKUP:
            return True
        return claim_of_new(claim.phase, imported=self._plan.imported).pool is _POOLS[claim.owned]

    async def _is_called(self, group: str, status: int) -> None:
        """Hold that a new call has that response: 180 where kim is rung, 200 where lee is."""
        call = await self._caller.invite(
            group, wait="final" if status == 200 else "ringing", within=SOON_SECONDS
        )
        seen = answer_to(call)
        is_right = call.status == status and (status != 200 or agent_of(call) == _ANSWERS)
        await end_quietly(call)
        if not is_right:
            raise Differs(f"{status} to INVITE", seen, call=call)

    async def _database(self, pool: Pool, *, is_up: bool) -> None:
        await self._rgs.ask("PUT", f"/pools/{pool}/database", {"up": is_up})


async def _does_not_show(claim: Configuration, surface: ConfigurationSurface) -> str:
    """Hold that a surface knows nothing of the imported group."""
    group, pool = _GROUPS[claim.owned], _POOLS[claim.owned]
    if await surface.lists(group, pool):
        raise Differs(f"a list without {group}", "it is listed")
    _is(await surface.view(group, pool), Answer(Reply.NOT_SHOWN), "view")
    _is(await surface.give_agents(group, pool, _ANSWERS), Answer(Reply.NOT_SHOWN), "modification")
    return f"{surface.name}: not shown"


async def _is_viewed(claim: Configuration, surface: ConfigurationSurface, agent: str) -> None:
    """Hold that the group is listed and shown, with that agent."""
    group, pool = _GROUPS[claim.owned], _POOLS[claim.owned]
    if not await surface.lists(group, pool, copies=claim.owned is Owned.IMPORTED):
        raise Differs(f"a list with {group}", "it is not listed")
    _is(await surface.view(group, pool), Answer(Reply.DONE, (agent,)), "view")


def _is(answer: Answer, expected: Answer, what: str) -> None:
    if answer != expected:
        raise Differs(f"{what}: {expected}", str(answer))
