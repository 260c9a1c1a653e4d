"""The door of the HTTP server: no more connections than are good, and none that say nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

__all__ = ["GATE", "HEAD_SECONDS", "MAX_CONNECTIONS", "Gate", "note_request"]

MAX_CONNECTIONS = 1_024
HEAD_SECONDS = 20.0
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """Makes the protocol of each new connection (for `create_server`).

    Past `MAX_CONNECTIONS` a connection is closed at once; one that has not asked for anything
    within `HEAD_SECONDS` is closed then. `open` it before it is used.
    """

    __slots__ = ("_loop", "_server", "_silent")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._server: web.Server | None = None
        self._silent: dict[RequestHandler, asyncio.TimerHandle] = {}

    def open(self, server: web.Server) -> None:
        """Let connections in to `server`."""
        self._server = server

    def __call__(self) -> asyncio.Protocol:
        """The protocol of one connection."""
        server = self._server
        if server is None or len(server.connections) >= MAX_CONNECTIONS:
            return _Turned()
        connection = server()
        self._silent[connection] = self._loop.call_later(HEAD_SECONDS, self._give_up, connection)
        return connection

    def heard(self, connection: RequestHandler) -> None:
        """`connection` has asked for something: from now on the server's own limits hold."""
        timer = self._silent.pop(connection, None)
        if timer is not None:
            timer.cancel()

    def close(self) -> None:
        """Forget the connections that have said nothing yet."""
        for timer in self._silent.values():
            timer.cancel()
        self._silent.clear()

    def _give_up(self, connection: RequestHandler) -> None:
        self._silent.pop(connection, None)
        if connection.transport is not None:
            connection.transport.abort()


GATE = web.AppKey("gate", Gate)


class _Turned(asyncio.Protocol):
    """A connection that is not taken."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close it at once."""
        transport.close()


@web.middleware
async def note_request(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Tell the gate which connections ask for something."""
    request.app[GATE].heard(request.protocol)
    return await handler(request)
