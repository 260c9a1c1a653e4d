"""The surfaces on which an administrator configures response groups."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from emulator.demo.doors import Door
from emulator.rules import Pool
from emulator.testing import Emulator, RequestRefused

__all__ = ["Answer", "ConfigurationSurface", "JsonSurface", "Reply"]


class Reply(StrEnum):
    """How a surface answers."""

    DONE = "done"
    FORBIDDEN = "forbidden"
    NOT_SHOWN = "not shown"
    DATABASE_DOWN = "the database does not answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the group's agents where it is shown, the cell where a rule forbids."""

    reply: Reply
    agents: tuple[str, ...] = ()
    cell: str | None = None

    def __str__(self) -> str:
        return " ".join((self.reply, *self.agents, *([self.cell] if self.cell else [])))


class ConfigurationSurface(Protocol):
    """One of the places where groups are shown and changed."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def door(self) -> Door:
        """Through which door it is reached."""
        ...

    @property
    def is_shell(self) -> bool:
        """Whether it is the management shell, the one that has imported groups."""
        ...

    async def lists(self, group: str, pool: Pool, *, copies: bool = False) -> bool:
        """Whether a list of the groups of `pool` has that group; `copies`: imported ones too."""
        ...

    async def view(self, group: str, pool: Pool) -> Answer:
        """The agents of a group of `pool`."""
        ...

    async def give_agents(self, group: str, pool: Pool, *agents: str) -> Answer:
        """Let a group of `pool` have other agents."""
        ...


_REPLIES = {403: Reply.FORBIDDEN, 404: Reply.NOT_SHOWN, 503: Reply.DATABASE_DOWN}


class JsonSurface:
    """A surface of the admin API."""

    __slots__ = ("_rgs", "name")

    door: Final = Door.JSON

    def __init__(self, rgs: Emulator, name: str) -> None:
        self._rgs = rgs
        self.name = name

    @property
    def is_shell(self) -> bool:
        """Whether it is the management shell, the one that has imported groups."""
        return self.name == "management-shell"

    async def lists(self, group: str, pool: Pool, *, copies: bool = False) -> bool:
        """Whether a list has that group."""
        query = {"pool": pool, "show_all": "true" if copies else None}
        try:
            listed = await self._rgs.ask("GET", f"/config/{self.name}/groups", query=query)
        except RequestRefused as refused:
            if refused.status not in _REPLIES:
                raise
            return False
        return any(each["name"] == group for each in listed["groups"])

    async def view(self, group: str, pool: Pool) -> Answer:
        """The agents of a group."""
        answer, _ = await self._ask("GET", group, pool)
        return answer

    async def give_agents(self, group: str, pool: Pool, *agents: str) -> Answer:
        """Put back what was got, with other agents."""
        answer, settings = await self._ask("GET", group, pool)
        if answer.reply is not Reply.DONE:
            return answer
        settings["agent_groups"][0]["agents"] = list(agents)
        answer, _ = await self._ask("PUT", group, pool, settings)
        return answer

    async def _ask(
        self, method: str, group: str, pool: Pool, body: dict[str, Any] | None = None
    ) -> tuple[Answer, dict[str, Any]]:
        path = f"/config/{self.name}/groups/{group}"
        try:
            shown = await self._rgs.ask(method, path, body, query={"pool": pool})
        except RequestRefused as refused:
            if refused.status not in _REPLIES:
                raise
            cell = refused.problem.get("cell")
            return Answer(_REPLIES[refused.status], cell=None if cell is None else str(cell)), {}
        return Answer(Reply.DONE, tuple(shown["agent_groups"][0]["agents"])), shown
