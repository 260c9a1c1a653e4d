"""A seeded story: calls, answers, CANCELs, BYEs, re-INVITEs and REGISTERs around phase changes."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import TypeVar

from tests.races.callers import Callers, Placed
from tests.races.phones import Phones
from tests.races.worlds import World

__all__ = ["Story"]

_T = TypeVar("_T")

_OF_PRIMARY = (
    "helpdesk", "hotline", "lobby", "vault", "narrow", "slim", "phones", "veiled", "crowd",
    "chorus",
)  # fmt: skip
_TARGETS = (*_OF_PRIMARY, "sales", "legal", "dave", "frank", "rita", "rob")
_NEXT = {
    "normal": ("outage", "failing_over"),
    "outage": ("failing_over", "normal"),
    "failing_over": ("failed_over",),
    "failed_over": ("failing_back",),
    "failing_back": ("failed_back",),
    "failed_back": ("normal", "outage", "failing_over"),
}
_SERVING = ("normal", "failed_back")
_TURN_SECONDS = 0.004
_QUIET_TURNS = 12
_TURNS_AT_MOST = 3_000
_PATIENCE_SECONDS = 5.0
_CHANGES = 4


class Story:
    """What happens in one world by one seed; `style` is how its primary pool goes down."""

    def __init__(self, world: World, seed: str, style: str, *, steps: int = 90) -> None:
        self._world = world
        self._random = random.Random(seed)
        self._style = style
        self._steps = steps
        self.phase = "normal"
        self.callers = Callers()
        self.phones = Phones("contoso.example")
        self._change: asyncio.Task[None] | None = None
        self._orders: list[asyncio.Task[None]] = []

    async def tell(self) -> None:
        """Let everything happen, and leave every client with what it then believes."""
        director = self._world.addresses["director"]
        await self.callers.post.open()
        await self.phones.post.open()
        for person in ("rita", "rob"):
            self.phones.register(person, director)
        await self.until(lambda: len(self.phones.registered) == 2, "the agents registered")
        chance = self._random
        if chance.random() < 0.5:
            await self._world.copy_groups(True)
        changes = sorted(chance.sample(range(10, self._steps), _CHANGES))
        for step in range(self._steps):
            if step in changes:
                await self._enter_next_phase()
            await self._act()
            for _ in range(chance.choice((0, 0, 0, 1, 2, 4))):
                await asyncio.sleep(0)
            if chance.random() < 0.15:
                await asyncio.sleep(chance.choice((0.001, 0.003, 0.009)))
        await self._finish_change()
        await asyncio.gather(*self._orders)
        await self.settle()

    def close(self) -> None:
        """Close the clients' sockets."""
        self.callers.post.close()
        self.phones.post.close()

    async def settle(self) -> None:
        """Wait until nothing has been said for a while, in which everybody has had their turns."""
        said, turns = -1, 0
        for _ in range(_TURNS_AT_MOST):
            await asyncio.sleep(_TURN_SECONDS)
            now = self.callers.post.count + self.phones.post.count
            said, turns = now, turns + 1 if now == said else 0
            if turns >= _QUIET_TURNS:
                return
        raise AssertionError("it is never quiet")

    async def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait for a condition; AssertionError where it doesn't come about."""
        assert await self.comes_about(is_so), f"not within {_PATIENCE_SECONDS} s: {what}"

    async def comes_about(self, is_so: Callable[[], bool]) -> bool:
        """Wait for a condition; False where it doesn't come about."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_so():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.003)
        return True

    async def _enter_next_phase(self) -> None:
        await self._finish_change()
        before = self.phase
        self.phase = self._random.choice(_NEXT[before])
        goes_down = self.phase == "outage" or (self.phase == "failing_over" and before in _SERVING)
        style = self._style if goes_down else None
        self._change = asyncio.create_task(self._world.phase(self.phase, style))
        if self._random.random() < 0.5:
            await self._finish_change()

    async def _finish_change(self) -> None:
        if self._change is not None:
            await self._change
            self._change = None

    async def _act(self) -> None:
        chance = self._random
        act = chance.choices(
            (self._call, self._call_many, self._cancel, self._hang_up, self._reinvite,
             self._answer, self._decline, self._agent_hangs_up, self._agent_reinvites,
             self._register, self._copy, self._emulated_call, self._admin_hangs_up),
            (12, 1.5, 6, 5, 3, 8, 1, 3, 2, 1.5, 0.7, 1.5, 1),
        )[0]  # fmt: skip
        await act()

    async def _call(self) -> None:
        listener = self._random.choices(("director", "primary", "backup"), (8, 2, 1))[0]
        # By a listener that dies nobody would ever hear what became of a call to somebody else.
        group = self._random.choice(_OF_PRIMARY if listener == "primary" else _TARGETS)
        self.callers.invite(group, listener, self._world.addresses[listener])

    async def _call_many(self) -> None:
        for _ in range(self._random.choice((10, 40))):
            await self._call()

    async def _cancel(self) -> None:
        for placed in self._some([each for each in self._placed() if each.is_pending]):
            self.callers.cancel(placed)

    async def _hang_up(self) -> None:
        for placed in self._some([each for each in self._placed() if each.end.believes_in_call]):
            self.callers.hang_up(placed)

    async def _reinvite(self) -> None:
        for placed in self._some([each for each in self._placed() if each.end.believes_in_call]):
            self.callers.reinvite(placed)

    async def _answer(self) -> None:
        for leg in self._some(self.phones.ringing):
            self.phones.answer(leg)

    async def _decline(self) -> None:
        for leg in self._some(self.phones.ringing):
            self.phones.answer(leg, self._random.choice((486, 603)))

    async def _agent_hangs_up(self) -> None:
        for leg in self._some(self.phones.talking):
            self.phones.hang_up(leg)

    async def _agent_reinvites(self) -> None:
        for leg in self._some(self.phones.talking):
            self.phones.reinvite(leg)

    async def _register(self) -> None:
        person = self._random.choice(("rita", "rob"))
        listener = self._random.choice(("director", "backup", "primary"))
        expires = self._random.choice((0, 600, 600))
        self.phones.register(person, self._world.addresses[listener], expires)

    async def _emulated_call(self) -> None:
        caller = self._random.choice(("erin", "frank", "gina"))
        order = self._world.place(caller, self._random.choice(_TARGETS))
        self._orders.append(asyncio.create_task(order))

    async def _admin_hangs_up(self) -> None:
        live = [call["id"] for call in await self._world.calls() if call["state"] != "ended"]
        for number in self._some(live):
            self._orders.append(asyncio.create_task(self._world.hang_up(number)))

    async def _copy(self) -> None:
        await self._world.copy_groups(self._random.random() < 0.7)

    def _placed(self) -> list[Placed]:
        return list(self.callers.placed.values())

    def _some(self, those: list[_T]) -> list[_T]:
        return self._random.sample(those, min(len(those), self._random.choice((1, 1, 2, 5))))
