"""A deployment in the test's own process, with all that came and went in it within reach."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from emulator.deployment import Deployment
from emulator.model.calls import Call
from emulator.model.topology import Topology
from emulator.operations.administration import Administration
from emulator.operations.imports import import_groups, remove_import
from emulator.resources import resource
from emulator.rules import Outcome, Phase, Reading, Rules, Style, load_rules
from emulator.service.site import Site
from emulator.testing.call import ClientCall
from emulator.testing.client import SipClient
from emulator.testing.identity import joined
from emulator.topology import parse_topology
from sip.transport.lookup import Names, SystemNames

__all__ = ["House", "contact_of"]

_PATIENCE_SECONDS = 5.0
_LOOK_AGAIN_SECONDS = 0.005


class House:
    """One deployment on free ports, and the clients that were opened for it."""

    def __init__(self) -> None:
        self.deployment: Deployment
        self.administration: Administration
        self.addresses: dict[str, tuple[str, int]] = {}
        self._clients: list[SipClient] = []
        self._faults: list[dict[str, Any]] = []
        self._is_built = False

    async def build(
        self,
        topology: str | Topology,
        style: Style = Style.GRACEFUL,
        names: Names | None = None,
        seed: int | None = None,
        altered: Mapping[str, Outcome] | None = None,
    ) -> None:
        """Start a deployment of a topology, in the file's terms or as a value.

        Host names are those of `names`, or of this machine's hosts file. The rules are the
        product's own but for the cells that are `altered`.
        """
        if isinstance(topology, str):
            topology = parse_topology(topology, name="test")
        asyncio.get_running_loop().set_exception_handler(lambda _, told: self._faults.append(told))
        rules = _own_rules()
        if altered:
            rules = replace(rules, written={**rules.written, **altered})
        self.deployment = Deployment(
            topology,
            rules,
            style=style,
            names=names or SystemNames(asks_dns=False),
            seed=seed,
        )
        self.administration = Administration(self.deployment)
        self._is_built = True
        await self.deployment.start(0)
        self.addresses = {
            each.name: (each.endpoint.host, each.endpoint.port)
            for each in self.deployment.listeners
        }

    async def import_groups(self, *names: str) -> None:
        """Import these groups, or all of them."""
        await import_groups(self.administration, names or None)

    async def remove_import(self, *names: str) -> None:
        """Remove these copies, or all of them."""
        await remove_import(self.administration, names or None)

    async def close(self) -> None:
        """Close all; an exception in a callback of the loop is a failure of the test."""
        for client in self._clients:
            await client.close()
        if self._is_built:
            await self.administration.stores.close()
            self.deployment.close()
        await asyncio.sleep(0)
        assert not self._faults, self._faults

    @property
    def site(self) -> Site:
        """What the elements share."""
        return self.deployment.site

    @property
    def calls(self) -> list[Call]:
        """Every call, oldest first."""
        return self.site.calls.all()

    @property
    def call(self) -> Call:
        """The only call."""
        (only,) = self.calls
        return only

    async def client(
        self,
        name: str,
        transport: str = "udp",
        *,
        takes_calls: bool = False,
        simple: bool = False,
        password: str | None = None,
    ) -> SipClient:
        """A client that is closed with the house."""
        client = await SipClient.open(
            self.addresses, transport, name=name, simple=simple, password=password
        )
        self._clients.append(client)
        if takes_calls:
            client.take_calls()
        return client

    async def agent(
        self, name: str, transport: str = "udp", *, via: str = "director", expires: int = 600
    ) -> SipClient:
        """A client that has registered as the person `name` and takes calls."""
        client = await self.client(name, transport, takes_calls=True)
        await self.register(client, via=via, expires=expires)
        return client

    async def register(
        self, client: SipClient, *, via: str = "director", expires: int = 600
    ) -> None:
        """Register `client` under its name, or (0) end that."""
        headers = {"Contact": contact_of(client), "Expires": str(expires)}
        response = await client.request("REGISTER", via=via, headers=headers)
        assert response.status == 200, response

    async def invite_with(
        self, client: SipClient, to: str, content_type: str, body: bytes
    ) -> ClientCall:
        """Call `to` with a body of any type."""
        place = joined(self.addresses["director"])
        lines = [(b"Contact", client.identity.contact), (b"Content-Type", content_type.encode())]
        request = client.identity.request(
            b"INVITE", f"sip:{to}@{place}", domain=place, lines=lines, body=body
        )
        call = ClientCall(client, request, request.from_tag)
        client._serving.add(call)
        await call.start()
        return call

    async def enter(self, *phases: str, style: Style | None = None) -> None:
        """Go through phases; a style is that of the first."""
        for phase in phases:
            await self.deployment.succession.change(Phase(phase), style)
            style = None

    def sign_in(self, agent: str, group: str) -> None:
        """Sign an agent in to the formal agent groups of a group."""
        person = self.site.agents[agent]
        for each in self.site.groups[group].agent_groups:
            each.sign_in(person)
        self.site.elements.offer_waiting(person)

    async def until(
        self, condition: Callable[[], object], within: float = _PATIENCE_SECONDS
    ) -> None:
        """Wait until `condition` holds; fails after `within` seconds."""
        async with asyncio.timeout(within):
            while not condition():  # noqa: ASYNC110 - any condition, so that there is no one event
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def contact_of(client: SipClient) -> str:
    """The Contact value of a client."""
    return client.identity.contact.decode()


@cache
def _own_rules() -> Rules:
    """The product's own rules. Reading them takes longer than starting all the rest."""
    return load_rules(resource("behaviour.yaml"), Reading.HOSTED)
