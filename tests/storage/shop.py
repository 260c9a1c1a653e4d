"""An emulator with a store in the test's process, opened again and again on the same places."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from sqlalchemy.engine import URL

from emulator.api import ApiServer, ApiSettings
from emulator.deployment import Deployment
from emulator.model.topology import Topology
from emulator.operations.administration import Administration
from emulator.operations.resuming import keep_phases, read_stores, resume
from emulator.operations.stores import Stores
from emulator.resources import resource
from emulator.rules import Pool, load_rules
from emulator.storage.places import open_places
from emulator.topology import load_topology
from tests.support.doors import Door

__all__ = ["SURFACES", "Running"]

SURFACES = ("control-panel", "configuration-tool", "management-shell")


class Running:
    """One emulator on `data`; ends with its block, as a process that is asked to end."""

    def __init__(
        self, data: Path, servers: Mapping[Pool, URL], topology: Topology | None = None
    ) -> None:
        self._data = data
        self._servers = servers
        self._topology = topology
        self.door: Door
        self._stack: AsyncExitStack

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._open(stack)
            self._stack = stack.pop_all()
        return self

    async def _open(self, stack: AsyncExitStack) -> None:
        topology = self._topology or load_topology(resource("contoso.yaml"))
        deployment = Deployment(topology, load_rules())
        stack.callback(deployment.close)
        places = open_places(self._data, self._servers)
        stack.callback(places.close)
        stores = Stores(deployment.site, places.databases, places.own)
        stack.push_async_callback(stores.close)
        administration = Administration(deployment, stores, places.records)
        if places.records is not None:
            stack.push_async_callback(places.records.close)
        memory = await read_stores(administration)
        await deployment.start(0)
        resume(administration, memory)
        keep_phases(administration)
        server = ApiServer(administration, ApiSettings())
        await server.start()
        stack.push_async_callback(server.close)
        server.set_ready(True)
        # Whatever a database does, an answer is there in two seconds.
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2.0))
        stack.push_async_callback(session.close)
        self.door = Door(session, server, administration)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def stores(self) -> Stores:
        """Where its configuration is kept."""
        return self.door.administration.stores

    async def groups(self, surface: str = "management-shell", query: str = "") -> list[Any]:
        """The groups that a surface lists."""
        found: list[Any] = (await self.door.get(f"config/{surface}/groups{query}"))["groups"]
        return found

    async def group(self, name: str) -> dict[str, Any]:
        """One group."""
        found: dict[str, Any] = await self.door.get(f"config/management-shell/groups/{name}")
        return found

    async def describe(self, name: str, text: str, **options: Any) -> Any:
        """Change a group's description; gives the answer."""
        group = await self.group(name) | {"description": text}
        return await self.door.ask(
            "PUT", f"config/management-shell/groups/{name}", group, **options
        )
