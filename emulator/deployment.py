"""A deployment: director, both pools and emulated agents, put together and started."""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from emulator.model.calls import Call, CallState, EndedBy
from emulator.model.ladder import Party
from emulator.model.phase_log import PhaseEntry
from emulator.model.topology import Topology
from emulator.rules import Pool, Rules, Style
from emulator.service.departures import Departures
from emulator.service.destinations import Destinations
from emulator.service.element import Element
from emulator.service.elements import Elements
from emulator.service.emulated_caller import EmulatedCaller
from emulator.service.guard import Guard
from emulator.service.on_behalf import OnBehalf
from emulator.service.pacing import Pacer
from emulator.service.persons import Persons
from emulator.service.pool import PoolService
from emulator.service.registration import Registration
from emulator.service.ringer import Ringer
from emulator.service.site import Site
from emulator.service.succession import Succession
from emulator.service.sweep import Sweep
from emulator.service.wording import Lines
from sip.clockwork import Clockwork
from sip.deadlines import Deadlines
from sip.errors import TransportError
from sip.transaction.client import ClientTransaction
from sip.transport.lookup import Names, Resolver
from sip.uri import parse_uri

__all__ = ["CallNotPlaced", "Deployment"]

_PLACING_SECONDS = 4.0
_BY_ADMIN: Lines = ((b"Reason", b'SIP;cause=200;text="Ended by the administrator"'),)
_OFFSETS = {"director": 0, "primary": 10, "backup": 20, "agents": 30}


class CallNotPlaced(Exception):
    """An emulated agent's call was refused before it became one."""


class Deployment:
    """One emulated pair of pools on one loop.

    `host` is the numeric address to bind, `advertise` the one that is written into messages.
    `names` knows the host names in Contacts and Routes (by default the hosts file and DNS do);
    `keep_phase` may be set to what stores a phase before it counts.
    `seed` settles what is left to chance: which of the servers of a name is tried first.
    """

    def __init__(
        self,
        topology: Topology,
        rules: Rules,
        *,
        host: str = "127.0.0.1",
        advertise: str | None = None,
        style: Style = Style.GRACEFUL,
        names: Names | None = None,
        seed: int | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._host = host
        deadlines = Deadlines(time.monotonic)
        self._clockwork = Clockwork(loop, deadlines)
        self.site = Site(topology, rules, style, deadlines)
        self.destinations = Destinations(topology)
        clients: dict[tuple[bytes, bytes], ClientTransaction] = {}
        self.resolver = Resolver(names, draw=random.Random(seed).randrange)

        def element(name: str, party: Party, pool: Pool | None) -> Element:
            return Element(
                name,
                party,
                pool,
                self.site,
                self.destinations,
                loop,
                host,
                advertise,
                clients,
                self.resolver,
            )

        director = element("director", Party.DIRECTOR, None)
        primary = element("primary", Party.PRIMARY, Pool.PRIMARY)
        backup = element("backup", Party.BACKUP, Pool.BACKUP)
        agents = element("agents", Party.AGENTS, None)
        ringer = Ringer(self.site)
        pools = {
            Pool.PRIMARY: PoolService(Pool.PRIMARY, self.site, primary, ringer),
            Pool.BACKUP: PoolService(Pool.BACKUP, self.site, backup, ringer),
        }
        self.elements = Elements(self.site, director, pools, agents, self.resolver)
        self.elements.persons = Persons(self.site, ringer)
        self.elements.on_behalf = OnBehalf(self.site, self.destinations, ringer)
        self.elements.departures = Departures(self.site, self.destinations, ringer)
        self.elements.guard = Guard(self.site, self.destinations)
        self.elements.registrar = Registration(self.site, self.destinations)
        self.site.elements = self.elements
        listeners = (director, primary, backup, agents)
        sockets = [listener.endpoint.udp for listener in listeners]
        self.pacer = Pacer(deadlines, lambda: any(udp.is_behind for udp in sockets))
        self._sweep = Sweep(self.site, self.pacer)
        self.keep_phase: Callable[[PhaseEntry], Awaitable[None]] = _keep_nowhere
        self.succession = Succession(self.site, self.elements, self.pacer, self._keep)
        self.site.when_rehosted = self._rehost
        self.listeners = listeners
        self._media: socket.socket | None = None

    async def start(self, port_base: int) -> None:
        """Bind every listener: the director at `port_base`, the others 10, 20, 30 above it.

        0 means a free port for each. Raises TransportError when a port can't be had.
        """
        try:
            for listener in self.listeners:
                port = port_base + _OFFSETS[listener.name] if port_base else 0
                await listener.endpoint.open(port)
        except TransportError:
            self.close()
            raise
        addresses = {
            (name, listener.endpoint.port)
            for listener in self.listeners
            for name in (listener.endpoint.host, listener.endpoint.advertise)
        }
        self.elements.addresses = frozenset(addresses)
        for name, port in addresses:
            self.destinations.own(name, port)
        self._media = _open_media_sink(self._host)
        self.elements.media_port = self._media.getsockname()[1]
        self._sweep.start()

    async def place_call(self, from_agent: str, to: str, on_behalf_of: str | None = None) -> Call:
        """Let an emulated agent call `to`: a group, a person, a number or a URI.

        on_behalf_of  the group that the callee is to see in the agent's place.

        Raises KeyError for an agent that there isn't, ValueError for a target that is no URI,
        and CallNotPlaced if no call has come of it.
        """
        site = self.site
        agent = site.agents[from_agent]
        uri = _uri_for(to, site.topology.domain)
        caller = EmulatedCaller(site, self.elements.agents, agent)
        appeared = asyncio.Event()
        stop = site.journal.listen(appeared.set)
        director = self.elements.director.endpoint
        host = _reachable(director.host)
        flow = self.elements.agents.endpoint.udp.flow_to((host, director.port))
        behalf = None if on_behalf_of is None else _uri_for(on_behalf_of, site.topology.domain)
        caller.place(uri, flow, behalf)
        try:
            async with asyncio.timeout(_PLACING_SECONDS):
                while not (found := site.calls.by_call_id(caller.call_id)):
                    if caller.is_over:
                        break
                    appeared.clear()
                    await asyncio.wait_for(appeared.wait(), 0.5)
        except TimeoutError:
            found = ()
        finally:
            stop()
        if not found:
            raise CallNotPlaced(f"{to} was refused: {caller.status or 'no answer'}")
        return found[0]

    def hang_up(self, call: Call) -> None:
        """End a live call on both ends."""
        carrier = call.carrier
        if call.ended is not None or carrier is None:
            return
        if call.state == CallState.PENDING:
            carrier.refuse(480, EndedBy.ADMIN, _BY_ADMIN, None)
        else:
            self.site.end_call(call, EndedBy.ADMIN)
            carrier.hang_up(_BY_ADMIN)

    async def reset(self, before: Callable[[], Awaitable[None]] | None = None) -> None:
        """Go back to how it was started: phase normal, no calls, no import, no bindings.

        before  is done once it is sure that nothing is in the way, and before all else.
        """
        await self.succession.reset(before)
        self._rehost()

    async def _keep(self, entry: PhaseEntry) -> None:
        await self.keep_phase(entry)

    def _rehost(self) -> None:
        """Other groups may be there now: let them be found, and calls that wait look again."""
        self.destinations.list_groups(each.settings for each in self.site.groups.values())
        self.elements.offer_all_waiting()

    def close(self) -> None:
        """Close every socket at once; calls that stand are ended by `end_all_calls`."""
        self._clockwork.stop()
        self.resolver.close()
        for listener in self.listeners:
            listener.endpoint.close()
        if self._media is not None:
            self._media.close()


async def _keep_nowhere(entry: PhaseEntry) -> None:
    """What a deployment without a store of its own does with a phase."""


def _open_media_sink(host: str) -> socket.socket:
    """A port where the media of emulated agents ends: bound, never read, so the kernel drops it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sink = socket.socket(family, socket.SOCK_DGRAM)
    sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    sink.bind((host, 0))
    return sink


def _reachable(host: str) -> str:
    """An address at which a listener on `host`, perhaps every address, is reached from here."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def _uri_for(to: str, domain: str) -> bytes:
    if to.lower().startswith(("sip:", "sips:", "tel:")):
        uri = to.encode()
        parse_uri(uri)
        return uri
    if not to or any(character.isspace() for character in to):
        raise ValueError(f"{to!r} is no name, number or URI")
    return f"sip:{quote(to, safe='+-_.!~*()')}@{domain}".encode()
