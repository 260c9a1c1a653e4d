"""What the deployment itself keeps under its data directory: the phase, and who is signed in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from emulator.model.phase_log import PhaseEntry
from emulator.rules import Phase, Pool, Style
from emulator.storage.deployment_schema import phases, sign_ins
from emulator.storage.engine import FAULTS, migrate, why
from emulator.storage.errors import DatabaseUnavailable, UnreadableStore

__all__ = ["OWN_LOCK_SECONDS", "DeploymentStore", "SignIn"]

SignIn = tuple[Pool, str, str]  # the pool, the agent group, the agent
OWN_LOCK_SECONDS: Final = 5.0
_PATIENCE_SECONDS = 10.0
_KEEP_PHASES = 10_000
_RESET = "resetting"  # in the place of a phase: that which follows, once both pools are reset


class DeploymentStore:
    """The deployment's own store, in one SQLite file."""

    __slots__ = ("engine",)

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def open(self) -> None:
        """Bring the schema up to date; raises StorageError."""
        await migrate(self.engine, "deployment")

    async def last_phase(self) -> PhaseEntry | None:
        """The phase that was in force; None in a store that is new."""
        async with self._asked() as connection:
            found = await connection.execute(
                select(phases)
                .where(phases.c.phase != _RESET)
                .order_by(phases.c.epoch.desc())
                .limit(1)
            )
            row = found.first()
        if row is None:
            return None
        try:
            return PhaseEntry(row.epoch, Phase(row.phase), row.time, Style(row.style))
        except ValueError as error:
            raise UnreadableStore(f"the phase that is stored can't be used: {error}") from error

    async def enter(self, entry: PhaseEntry) -> None:
        """Keep the phase that is being entered; raises DatabaseUnavailable."""
        await self._enter(entry.epoch, entry.phase.value, entry.time, entry.style.value)

    async def begin_reset(self, epoch: int) -> None:
        """Keep that everything is being reset, which the phase of `epoch` ends."""
        await self._enter(epoch, _RESET, 0.0, "")

    async def is_resetting(self) -> bool:
        """Whether a reset was begun, and neither ended nor withdrawn."""
        async with self._asked() as connection:
            query = select(phases.c.epoch).where(phases.c.phase == _RESET)
            return (await connection.execute(query)).first() is not None

    async def withdraw_reset(self) -> None:
        """Let there be no reset under way."""
        async with self._asked() as connection:
            await connection.execute(delete(phases).where(phases.c.phase == _RESET))

    async def signed_in(self) -> list[SignIn]:
        """Who is signed in, and where."""
        async with self._asked() as connection:
            rows = (await connection.execute(select(sign_ins))).all()
        return [(Pool(row.host), row.agent_group, row.agent) for row in rows]

    async def sign(self, changes: Iterable[SignIn], *, is_in: bool) -> None:
        """Keep that agents have signed in, or out; all or none. Raises DatabaseUnavailable."""
        async with self._asked() as connection:
            for host, agent_group, agent in changes:
                await connection.execute(
                    delete(sign_ins).where(
                        sign_ins.c.host == host.value,
                        sign_ins.c.agent_group == agent_group,
                        sign_ins.c.agent == agent,
                    )
                )
                if is_in:
                    await connection.execute(
                        insert(sign_ins).values(
                            host=host.value, agent_group=agent_group, agent=agent
                        )
                    )

    async def forget_sign_ins(self, host: Pool, agent_groups: Iterable[str]) -> None:
        """Let nobody be signed in to these agent groups of a pool."""
        names = list(agent_groups)
        if not names:
            return
        async with self._asked() as connection:
            await connection.execute(
                delete(sign_ins).where(
                    sign_ins.c.host == host.value, sign_ins.c.agent_group.in_(names)
                )
            )

    async def clear_sign_ins(self) -> None:
        """Let nobody be signed in anywhere."""
        async with self._asked() as connection:
            await connection.execute(delete(sign_ins))

    async def close(self) -> None:
        """Let go of the file."""
        await self.engine.dispose()

    async def _enter(self, epoch: int, phase: str, time: float, style: str) -> None:
        async with self._asked() as connection:
            is_over = or_(phases.c.epoch >= epoch, phases.c.phase == _RESET)
            await connection.execute(delete(phases).where(is_over))
            await connection.execute(
                insert(phases).values(epoch=epoch, phase=phase, time=time, style=style)
            )
            oldest = epoch - _KEEP_PHASES
            await connection.execute(delete(phases).where(phases.c.epoch < oldest))

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS), self.engine.begin() as connection:
                yield connection
        except FAULTS as error:
            raise DatabaseUnavailable(why(error)) from error
