"""A running emulator in the hands of a test: phases, import, calls, and clients to call it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from emulator.testing.admin import AdminClient, Json
from emulator.testing.agent import Agent
from emulator.testing.call import ClientCall
from emulator.testing.client import SipClient
from emulator.testing.exchange import Pace
from emulator.testing.failures import RequestRefused
from emulator.testing.process import EmulatorProcess
from emulator.testing.trail import Address

__all__ = ["Emulator"]

_LADDER_SECONDS = 3.0


class Emulator:
    """One emulator, local or remote, and the clients that a test has opened on it.

    addresses  where its elements listen: `director`, `primary`, `backup`, and `agents`.
    """

    __slots__ = ("_admin", "_clients", "_process", "addresses")

    def __init__(
        self,
        addresses: Mapping[str, Address],
        url: str,
        *,
        token: str | None = None,
        process: EmulatorProcess | None = None,
    ) -> None:
        self.addresses = addresses
        self._admin = AdminClient(url, token)
        self._process = process
        self._clients: list[SipClient] = []

    @classmethod
    @asynccontextmanager
    async def start(cls, options: Sequence[str] = ()) -> AsyncIterator[Emulator]:
        """Run `rgs up` with `options` on free ports of loopback for as long as the context lasts.

        Raises EmulatorFailed.
        """
        process = await asyncio.to_thread(EmulatorProcess, options)
        try:
            rgs = cls(process.addresses, process.url, process=process)
            try:
                yield rgs
            finally:
                await rgs.close()
        finally:
            await asyncio.to_thread(process.end)

    async def close(self) -> None:
        """Close every client that was opened here, and the HTTP session."""
        clients, self._clients = self._clients, []
        await asyncio.gather(*(client.close() for client in clients), return_exceptions=True)
        await self._admin.close()

    @property
    def url(self) -> str:
        """Where its admin API is."""
        return self._admin.url

    @property
    def clients(self) -> list[SipClient]:
        """The clients that were opened here."""
        return list(self._clients)

    # -- clients ----------------------------------------------------------------------------------

    async def caller(
        self,
        transport: str = "udp",
        *,
        name: str | None = None,
        simple: bool = False,
        password: str | None = None,
        pace: Pace | None = None,
    ) -> SipClient:
        """A client to call with, closed at the end of the test."""
        client = await SipClient.open(
            self.addresses,
            transport,
            name=name,
            simple=simple,
            password=password,
            pace=pace,
            ladder_of=self._ladder_for_failure,
        )
        self._clients.append(client)
        return client

    async def agent(
        self,
        name: str,
        transport: str = "udp",
        *,
        via: str = "director",
        password: str | None = None,
        pace: Pace | None = None,
    ) -> Agent:
        """A client that is registered at `via` as the person `name`, closed at the test's end."""
        client = await self.caller(transport, name=name, password=password, pace=pace)
        agent = Agent(client, via)
        await agent.register()
        return agent

    # -- the admin API ----------------------------------------------------------------------------

    async def phase(
        self, to: str, *, style: str | None = None, expected_epoch: int | None = None
    ) -> Json:
        """Enter the phase `to` and give what became of the calls; nothing if it is in force.

        Raises RequestRefused for a transition that the rules don't have.
        """
        body: Json = {"to": to}
        if style is not None:
            body["style"] = style
        if expected_epoch is not None:
            body["expected_epoch"] = expected_epoch
        try:
            account: Json = await self._admin.ask("PUT", "/phase", body)
        except RequestRefused as refused:
            state = await self.state()
            if refused.status != 409 or state["phase"] != to or expected_epoch is not None:
                raise
            return {"phase": to, "epoch": state["epoch"], "decided_ms": 0.0, "kept": 0,
                    "dropped": 0, "cells": {}}  # fmt: skip
        return account

    async def walk(self, *phases: str, style: str | None = None) -> None:
        """Enter one phase after the other; `style` is for the one in which a pool goes down."""
        serving = {"normal", "failed_back"}
        before = (await self.state())["phase"]
        for to in phases:
            goes_down = before in serving and to in ("outage", "failing_over")
            await self.phase(to, style=style if goes_down else None)
            before = to

    async def state(self) -> Json:
        """Phase, epoch, import, style, pools, counts of live calls."""
        state: Json = await self._admin.ask("GET", "/state")
        return state

    async def import_groups(self, *groups: str) -> Json:
        """Copy the primary pool's groups, or those named, to the backup pool."""
        imported: Json = await self._admin.ask("POST", "/import", _named(groups))
        return imported

    async def remove_import(self, *groups: str) -> Json:
        """Remove the copies, or those of the groups named."""
        imported: Json = await self._admin.ask("DELETE", "/import", _named(groups))
        return imported

    async def calls(self, **filters: object) -> list[Json]:
        """The calls that the filters let through: state, group, kind, host, caller, call_id."""
        answer = await self._admin.ask("GET", "/calls", query=filters)
        calls: list[Json] = answer["calls"]
        return calls

    async def call(self, call: ClientCall | str) -> Json:
        """What the emulator says of one call, a client's or one by its id."""
        if isinstance(call, str):
            shown: Json = await self._admin.ask("GET", f"/calls/{call}")
            return shown
        found = await self.calls(call_id=call.call_id, latest=1)
        if not found:
            raise LookupError(f"the emulator knows no call with the Call-ID {call.call_id}")
        return found[0]

    async def wait(self, within: float = 5.0, **filters: object) -> Json:
        """The first call that the filters let through; RequestRefused (408) after `within` s."""
        call: Json = await self._admin.ask(
            "GET", "/wait", query={**filters, "timeout": within}, seconds=within + 5.0
        )
        return call

    async def place_call(self, from_agent: str, to: str, on_behalf_of: str | None = None) -> Json:
        """Let an emulated agent place a call."""
        order: Json = {"from": from_agent, "to": to}
        if on_behalf_of is not None:
            order["on_behalf_of"] = on_behalf_of
        call: Json = await self._admin.ask("POST", "/calls", order)
        return call

    async def hang_up(self, call: ClientCall | str) -> Json:
        """End a call on both ends."""
        number = call if isinstance(call, str) else (await self.call(call))["id"]
        ended: Json = await self._admin.ask("DELETE", f"/calls/{number}")
        return ended

    async def ladder(self, call: ClientCall | str) -> str:
        """The emulator's ladder of a call, as text."""
        number = call if isinstance(call, str) else (await self.call(call))["id"]
        return await self._admin.text(f"/calls/{number}/ladder?format=text")

    async def agents(self) -> list[Json]:
        """Every agent."""
        agents: list[Json] = (await self._admin.ask("GET", "/agents"))["agents"]
        return agents

    async def reset(self) -> Json:
        """Go back to the start: phase normal, no calls, import and sign-ins as at first."""
        state: Json = await self._admin.ask("POST", "/reset", {})
        return state

    async def events(self) -> AsyncIterator[tuple[str, Json]]:
        """What happens from now on, as it happens: the event's kind and its data."""
        async for kind, data in self._admin.stream("/events"):
            yield kind, json.loads(data)

    async def ask(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        query: Mapping[str, object] | None = None,
    ) -> Any:
        """Any other request below `/api/v1`; raises RequestRefused."""
        return await self._admin.ask(method, path, body, query=query)

    async def metrics(self) -> str:
        """The metrics, in Prometheus's text format."""
        return await self._admin.metrics()

    def stderr(self) -> str:
        """What a local emulator has written to stderr."""
        return self._process.stderr() if self._process is not None else ""

    async def _ladder_for_failure(self, call_id: str) -> str:
        """The ladder of a call for the text of a failure, whatever else has gone wrong."""
        try:
            async with asyncio.timeout(_LADDER_SECONDS):
                found = await self.calls(call_id=call_id)
                parts = [
                    f"the emulator's ladder of call {call['id']}:\n{await self.ladder(call['id'])}"
                    for call in found
                ]
        except (aiohttp.ClientError, RequestRefused, OSError, TimeoutError) as error:
            return f"the emulator could not be asked for its ladder: {error!r}\n{self.stderr()}"
        return "\n".join(parts) or "the emulator knows no such call\n"


def _named(groups: Sequence[str]) -> Json:
    return {"groups": list(groups)} if groups else {}
