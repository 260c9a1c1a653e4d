"""The HTTP server of the admin API: put together, bound, closed."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from emulator.api.endpoint import Endpoint
from emulator.api.exchange import ADMINISTRATION, MAX_BODY_BYTES, Exchange
from emulator.api.faults import answer_faults
from emulator.api.routes import ENDPOINTS
from emulator.api.routes.health import READY
from emulator.api.security import guard
from emulator.operations.administration import Administration

__all__ = ["ApiServer", "ApiSettings"]

_KEEP_ALIVE_SECONDS = 75.0
_END_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Where the API listens, the token that it asks for, the name that it goes by."""

    host: str = "127.0.0.1"
    port: int = 0
    token: str | None = None
    advertise: str | None = None


class ApiServer:
    """The admin API on one TCP port."""

    __slots__ = ("_app", "_runner", "_settings", "port")

    def __init__(self, administration: Administration, settings: ApiSettings) -> None:
        names = frozenset(
            name.lower() for name in (settings.host, settings.advertise) if name is not None
        )
        open_paths = frozenset(each.path for each in ENDPOINTS if each.is_open)
        app = web.Application(
            middlewares=[answer_faults, guard(settings.token, names, open_paths)],
            client_max_size=MAX_BODY_BYTES,
        )
        app[ADMINISTRATION] = administration
        app[READY] = []
        for endpoint in ENDPOINTS:
            app.router.add_route(endpoint.method, endpoint.path, _handler(endpoint))
        self._app = app
        self._settings = settings
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=_silent(),
            keepalive_timeout=_KEEP_ALIVE_SECONDS,
            shutdown_timeout=_END_SECONDS,
        )
        self.port = 0

    @property
    def url(self) -> str:
        """Where clients find it."""
        host = self._settings.advertise or self._settings.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    async def start(self) -> None:
        """Listen; raises OSError if the address can't be had."""
        settings = self._settings
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, settings.host, settings.port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.port = self._runner.addresses[0][1]

    def set_ready(self, is_ready: bool) -> None:
        """Say at `/readyz` whether everything is in place."""
        self._app[READY][:] = [True] if is_ready else []

    async def close(self) -> None:
        """Stop listening, and let go of every client."""
        await self._runner.cleanup()


def _handler(endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await endpoint.handle(Exchange(request))

    return handle


def _silent() -> logging.Logger:
    """What aiohttp logs of malformed requests is the network's to cause, and goes nowhere."""
    logger = logging.getLogger("emulator.api.http")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
