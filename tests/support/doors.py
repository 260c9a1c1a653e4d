"""A deployment with its admin API on free ports, in the process of the test, and who asks it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from emulator.api import ApiServer, ApiSettings
from emulator.deployment import Deployment
from emulator.model.topology import Topology
from emulator.operations.administration import Administration
from emulator.resources import resource
from emulator.rules import Rules, load_rules
from emulator.topology import load_topology
from tests.support.contract import hold_to_contract

__all__ = ["Door", "Doors", "Reply"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request was answered with."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.data.decode()

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.data)

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document that an answer of 400 or above is."""
        assert self.headers["Content-Type"] == "application/problem+json", self.text
        document: dict[str, Any] = self.json
        assert document["status"] == self.status
        assert document["title"]
        assert document["type"].startswith("/docs#")
        return document


class Door:
    """Asks the admin API as a client elsewhere does."""

    def __init__(
        self, session: aiohttp.ClientSession, server: ApiServer, administration: Administration
    ) -> None:
        self.session = session
        self.server = server
        self.administration = administration
        self.url = server.url

    async def ask(self, method: str, path: str, json: Any = None, **options: Any) -> Reply:
        """Send a request; `path` without a slash in front is below /api/v1.

        Whatever comes back is held to the OpenAPI document.
        """
        place = path if path.startswith("/") else f"/api/v1/{path}"
        async with self.session.request(method, self.url + place, json=json, **options) as answer:
            reply = Reply(answer.status, dict(answer.headers), await answer.read())
        hold_to_contract(method, place, reply.status, answer.content_type, reply.data)
        return reply

    async def get(self, path: str, **options: Any) -> Any:
        """The JSON at `path`; the test fails if there is none."""
        reply = await self.ask("GET", path, **options)
        assert reply.status == 200, reply.text
        return reply.json

    async def call(self, agent: str, to: str) -> dict[str, Any]:
        """Let an emulated agent call, and give the CALL."""
        reply = await self.ask("POST", "calls", {"from": agent, "to": to})
        assert reply.status == 201, reply.text
        shown: dict[str, Any] = reply.json
        return shown

    async def connected(self, agent: str, to: str) -> dict[str, Any]:
        """Let an emulated agent call, and give the CALL once it is answered."""
        call = await self.call(agent, to)
        shown: dict[str, Any] = await self.get(
            f"wait?state=connected&call_id={call['call_ids'][0]}&timeout=5"
        )
        return shown

    async def phase(self, to: str, **more: Any) -> dict[str, Any]:
        """Enter a phase, and give the account."""
        reply = await self.ask("PUT", "phase", {"to": to, **more})
        assert reply.status == 200, reply.text
        account: dict[str, Any] = reply.json
        return account


class Doors:
    """Opens deployments with an API for one test, and closes them behind it."""

    def __init__(self) -> None:
        self._open: list[Door] = []

    async def open(
        self,
        *,
        token: str | None = None,
        topology: Topology | None = None,
        rules: Rules | None = None,
    ) -> Door:
        """Start another one, on the sample topology and the product's rules unless given."""
        deployment = Deployment(
            topology or load_topology(resource("contoso.yaml")), rules or load_rules()
        )
        await deployment.start(0)
        administration = Administration(deployment)
        server = ApiServer(administration, ApiSettings(token=token))
        await server.start()
        server.set_ready(True)
        door = Door(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)), server, administration
        )
        self._open.append(door)
        return door

    async def close(self) -> None:
        """Close them all."""
        for door in self._open:
            await door.session.close()
            await door.server.close()
            await door.administration.stores.close()
            door.administration.deployment.close()
