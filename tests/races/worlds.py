"""The emulator that a story happens in: in the process of the test, or in one of its own."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
from collections import Counter
from pathlib import Path
from typing import Any, Protocol

from emulator.deployment import Deployment
from emulator.operations.administration import Administration
from emulator.operations.agents import show_agents
from emulator.operations.call_view import show_call
from emulator.operations.errors import OperationRefused
from emulator.operations.imports import import_groups, remove_import
from emulator.operations.placing import hang_up, place_call
from emulator.rules import Phase, Reading, Style, load_rules
from emulator.topology import load_topology
from tests.races.letters import Address
from tests.support.admin_client import AdminClient, RequestRefused
from tests.support.emulator_process import EmulatorProcess

__all__ = ["TOPOLOGY", "InProcess", "OfItsOwn", "World"]

TOPOLOGY = Path(__file__).parent / "races.yaml"
_EVENT_SECONDS = 10.0


class World(Protocol):
    """What a story may do to the emulator, and ask of it."""

    @property
    def addresses(self) -> dict[str, Address]:
        """Director, primary and backup."""
        ...

    async def phase(self, to: str, style: str | None) -> None:
        """Enter a phase."""
        ...

    async def copy_groups(self, is_imported: bool) -> None:
        """Import everything, or remove every copy."""
        ...

    async def place(self, agent: str, to: str) -> None:
        """Let an emulated agent call, if it can."""
        ...

    async def hang_up(self, number: str) -> None:
        """End a call as the administrator."""
        ...

    async def calls(self) -> list[dict[str, Any]]:
        """Every call."""
        ...

    async def agents(self) -> list[dict[str, Any]]:
        """Every agent."""
        ...

    async def ends(self) -> Counter[str]:
        """How often the journal says of each call that it has ended."""
        ...


class InProcess:
    """A deployment on the loop of the test."""

    def __init__(self, reading: str) -> None:
        topology, rules = load_topology(TOPOLOGY), load_rules(reading=Reading(reading))
        self.deployment = Deployment(topology, rules)
        self._administration = Administration(self.deployment)

    async def start(self) -> None:
        """Open its listeners."""
        await self.deployment.start(0)

    async def close(self) -> None:
        """Close them."""
        await self._administration.stores.close()
        self.deployment.close()

    @property
    def addresses(self) -> dict[str, Address]:
        """Director, primary and backup."""
        return {
            each.name: (each.endpoint.host, each.endpoint.port)
            for each in self.deployment.listeners
        }

    async def phase(self, to: str, style: str | None) -> None:
        """Enter a phase."""
        succession = self.deployment.succession
        await succession.change(Phase(to), None if style is None else Style(style))

    async def copy_groups(self, is_imported: bool) -> None:
        """Import everything, or remove every copy."""
        if is_imported:
            await import_groups(self._administration, None)
        else:
            await remove_import(self._administration, None)

    async def place(self, agent: str, to: str) -> None:
        """Let an emulated agent call, if it can."""
        with contextlib.suppress(OperationRefused):
            await place_call(self._administration, agent, to)

    async def hang_up(self, number: str) -> None:
        """End a call as the administrator."""
        hang_up(self._administration, number)

    async def calls(self) -> list[dict[str, Any]]:
        """Every call."""
        return [show_call(call) for call in self.deployment.site.calls.all()]

    async def agents(self) -> list[dict[str, Any]]:
        """Every agent."""
        return show_agents(self._administration)

    async def ends(self) -> Counter[str]:
        """How often the journal says of each call that it has ended."""
        events, is_gap = self.deployment.site.journal.since(0)
        assert not is_gap
        return Counter(
            str(event.payload[0].number)
            for event in events
            if event.kind == "call" and event.payload[1] == "ended"
        )


class OfItsOwn:
    """`rgs up` in a process of its own, asked through its admin API."""

    def __init__(self, process: EmulatorProcess) -> None:
        self._process = process
        self._admin = AdminClient(process.addresses["http"])

    @property
    def addresses(self) -> dict[str, Address]:
        """Director, primary and backup."""
        return self._process.addresses

    def counts(self) -> dict[str, int]:
        """How many calls are live."""
        return self._admin.counts()

    async def phase(self, to: str, style: str | None) -> None:
        """Enter a phase."""
        await asyncio.to_thread(self._admin.phase, to, style)

    async def copy_groups(self, is_imported: bool) -> None:
        """Import everything, or remove every copy."""
        await asyncio.to_thread(self._admin.ask, "POST" if is_imported else "DELETE", "/import")

    async def place(self, agent: str, to: str) -> None:
        """Let an emulated agent call, if it can."""
        with contextlib.suppress(RequestRefused):
            await asyncio.to_thread(self._admin.place, agent, to)

    async def hang_up(self, number: str) -> None:
        """End a call as the administrator."""
        await asyncio.to_thread(self._admin.ask, "DELETE", f"/calls/{number}")

    async def calls(self) -> list[dict[str, Any]]:
        """Every call."""
        return await asyncio.to_thread(self._admin.calls)

    async def agents(self) -> list[dict[str, Any]]:
        """Every agent."""
        return await asyncio.to_thread(self._admin.agents)

    async def ends(self) -> Counter[str]:
        """How often the event stream says of each call that it has ended."""
        return await asyncio.to_thread(self._read_ends)

    def _read_ends(self) -> Counter[str]:
        # A reset forgets the calls, the event stream doesn't.
        wanted = {call["id"] for call in self._admin.calls(state="ended")}
        ends: Counter[str] = Counter()
        connection = http.client.HTTPConnection(
            *self._process.addresses["http"], timeout=_EVENT_SECONDS
        )
        with contextlib.closing(connection):
            connection.request("GET", "/api/v1/events", headers={"Last-Event-ID": "0"})
            stream = connection.getresponse()
            kind = ""
            while not wanted <= ends.keys():
                line = stream.readline().decode()
                if line.startswith("event: "):
                    kind = line[7:].strip()
                elif line.startswith("data: ") and kind == "call":
                    call = json.loads(line[6:])
                    if call["state"] == "ended" and call["id"] in wanted:
                        ends[call["id"]] += 1
        return ends
