"""A deployment: director, both pools and emulated agents, put together and started."""

from __future__ import annotations

import asyncio
import socket
import time

from emulator.model.ladder import Party
from emulator.model.topology import Topology
from emulator.rules import Pool, Rules, Style
from emulator.service.destinations import Destinations
from emulator.service.element import Element
from emulator.service.elements import Elements
from emulator.service.pacing import Pacer
from emulator.service.pool import PoolService
from emulator.service.ringer import Ringer
from emulator.service.site import Site
from emulator.service.succession import Succession
from sip.clockwork import Clockwork
from sip.deadlines import Deadlines
from sip.errors import TransportError
from sip.transaction.client import ClientTransaction

__all__ = ["Deployment"]

_OFFSETS = {"director": 0, "primary": 10, "backup": 20, "agents": 30}


class Deployment:
    """One emulated pair of pools on one loop.

    `host` is the numeric address to bind, `advertise` the one that is written into messages.
    """

    def __init__(
        self,
        topology: Topology,
        rules: Rules,
        *,
        host: str = "127.0.0.1",
        advertise: str | None = None,
        style: Style = Style.GRACEFUL,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._host = host
        deadlines = Deadlines(time.monotonic)
        self._clockwork = Clockwork(loop, deadlines)
        self.site = Site(topology, rules, style, deadlines)
        self.destinations = Destinations(topology)
        clients: dict[tuple[bytes, bytes], ClientTransaction] = {}

        def element(name: str, party: Party, pool: Pool | None) -> Element:
            return Element(
                name, party, pool, self.site, self.destinations, loop, host, advertise, clients
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
        self.elements = Elements(self.site, director, pools, agents)
        self.site.elements = self.elements
        self.pacer = Pacer(deadlines)
        self.succession = Succession(self.site, self.elements, self.pacer)
        self.listeners = (director, primary, backup, agents)
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
        for listener in self.listeners:
            endpoint = listener.endpoint
            for name in {endpoint.host, endpoint.advertise}:
                self.destinations.own(name, endpoint.port)
        self._media = _open_media_sink(self._host)
        self.elements.media_port = self._media.getsockname()[1]

    def close(self) -> None:
        """Close every socket at once."""
        self._clockwork.stop()
        for listener in self.listeners:
            listener.endpoint.close()
        if self._media is not None:
            self._media.close()


def _open_media_sink(host: str) -> socket.socket:
    """A port where the media of emulated agents ends: bound, never read, so the kernel drops it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sink = socket.socket(family, socket.SOCK_DGRAM)
    sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    sink.bind((host, 0))
    return sink
