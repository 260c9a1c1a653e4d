"""The HTTP server of the admin API: put together, bound, closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from emulator.api.agent_service import add_agent_service, is_agent_service
from emulator.api.endpoint import Endpoint
from emulator.api.exchange import ADMINISTRATION, MAX_BODY_BYTES, Exchange
from emulator.api.faults import answer_faults
from emulator.api.gate import GATE, Gate, note_request
from emulator.api.lag import LoopLag
from emulator.api.openapi import openapi_document
from emulator.api.routes import ENDPOINTS
from emulator.api.routes.calls import MAX_WAITING, WAITING
from emulator.api.routes.documents import LAG, OPENAPI, PAGE, read_page
from emulator.api.routes.events import LISTENING, MAX_LISTENING
from emulator.api.routes.health import READY
from emulator.api.seats import Seats
from emulator.api.security import guard
from emulator.operations.administration import Administration
from emulator.operations.surfaces import Actor

__all__ = ["MAX_HEADERS", "MAX_LINE_BYTES", "ApiServer", "ApiSettings"]

MAX_LINE_BYTES = 8_190
MAX_HEADERS = 128
_KEEP_ALIVE_SECONDS = 75.0
_LINGER_SECONDS = 1.0  # how long the rest of a body is read after the answer
_END_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Where the API listens, the token that it asks for, the name that it goes by."""

    host: str = "127.0.0.1"
    port: int = 0
    token: str | None = None
    advertise: str | None = None


class ApiServer:
    """The admin API on one TCP port; to be made on the loop that it serves on."""

    __slots__ = ("_app", "_runner", "_server", "_settings", "port")

    def __init__(self, administration: Administration, settings: ApiSettings) -> None:
        self._settings = settings
        self._app = _application(administration, settings)
        self._runner = web.AppRunner(
            self._app,
            access_log=None,
            logger=_silent(),
            handler_cancellation=True,
            keepalive_timeout=_KEEP_ALIVE_SECONDS,
            lingering_time=_LINGER_SECONDS,
            shutdown_timeout=_END_SECONDS,
            max_line_size=MAX_LINE_BYTES,
            max_field_size=MAX_LINE_BYTES,
            max_headers=MAX_HEADERS,
        )
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def application(self) -> web.Application:
        """The aiohttp application, for what it keeps under its keys."""
        return self._app

    @property
    def url(self) -> str:
        """Where clients find it."""
        host = self._settings.advertise or self._settings.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    async def start(self) -> None:
        """Listen; raises OSError if the address can't be had."""
        settings = self._settings
        await self._runner.setup()
        server = self._runner.server
        assert server is not None  # there since the setup
        loop = asyncio.get_running_loop()
        gate = self._app[GATE]
        gate.open(server)
        try:
            self._server = await loop.create_server(gate, settings.host, settings.port)
        except OSError:
            await self._runner.cleanup()
            raise
        self.port = self._server.sockets[0].getsockname()[1]

    def set_ready(self, is_ready: bool) -> None:
        """Say at `/readyz` whether everything is in place."""
        self._app[READY][:] = [True] if is_ready else []

    async def close(self) -> None:
        """Stop listening, and let go of every client."""
        self._app[LAG].stop()
        self._app[GATE].close()
        if self._server is not None:
            self._server.close()
            self._server = None
        for seats in (self._app[WAITING], self._app[LISTENING]):
            seats.dismiss()
        await self._runner.cleanup()


def _application(administration: Administration, settings: ApiSettings) -> web.Application:
    names = frozenset(
        name.lower() for name in (settings.host, settings.advertise) if name is not None
    )
    actors = {
        each.token: Actor(each.role, frozenset(each.manages))
        for each in administration.site.topology.tokens
    }
    if settings.token is not None:
        actors[settings.token] = Actor()
    open_paths = frozenset(each.path for each in ENDPOINTS if each.is_open)

    def is_open(path: str) -> bool:
        return path in open_paths or is_agent_service(path)

    app = web.Application(
        middlewares=[note_request, answer_faults, guard(actors, names, is_open)],
        client_max_size=MAX_BODY_BYTES,
    )
    app[ADMINISTRATION] = administration
    app[GATE] = Gate(asyncio.get_running_loop())
    app[READY] = []
    app[LAG] = LoopLag(asyncio.get_running_loop())
    app[WAITING] = Seats(MAX_WAITING, "waiting")
    app[LISTENING] = Seats(MAX_LISTENING, "listening")
    app[OPENAPI] = openapi_document(ENDPOINTS)
    app[PAGE] = read_page()
    for endpoint in ENDPOINTS:
        methods = [endpoint.method]
        if endpoint.method == "GET" and not endpoint.may_take_long:
            methods.append("HEAD")
        for method in methods:
            app.router.add_route(method, endpoint.path, _handler(endpoint))
    add_agent_service(app, settings.token)
    return app


def _handler(endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def stay(request: web.Request) -> web.StreamResponse:
        return await endpoint.handle(Exchange(request))

    async def carry_out(request: web.Request) -> web.StreamResponse:
        # What has begun is done to the end, whether the client is still there or not.
        task = asyncio.ensure_future(endpoint.handle(Exchange(request)))
        return await asyncio.shield(task)

    return stay if endpoint.may_take_long else carry_out


def _silent() -> logging.Logger:
    """What aiohttp logs of malformed requests is the network's to cause, and goes nowhere."""
    logger = logging.getLogger("emulator.api.http")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
