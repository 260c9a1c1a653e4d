"""Whether the emulator lives, and whether it is ready."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange
from emulator.api.problems import Problem, ProblemKind

__all__ = ["ENDPOINTS", "READY"]

READY = web.AppKey("ready", list[bool])  # empty until everything is in place, and at the end again


async def _live(exchange: Exchange) -> web.StreamResponse:
    return web.Response(text="live\n")


async def _ready(exchange: Exchange) -> web.StreamResponse:
    if not exchange.request.app[READY]:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, ProblemKind.NOT_READY, "starting, or ending")
    return web.Response(text="ready\n")


ENDPOINTS = (
    Endpoint(
        "GET", "/livez", "isLive", "Whether the process answers.", _live, "health",
        {HTTPStatus.OK: Answer("It does.", media_types=("text/plain",))},
        is_open=True,
    ),
    Endpoint(
        "GET", "/readyz", "isReady", "Whether every listener and agent is in place.", _ready,
        "health",
        {HTTPStatus.OK: Answer("They are.", media_types=("text/plain",))},
        problems=(HTTPStatus.SERVICE_UNAVAILABLE,),
        is_open=True,
    ),
)  # fmt: skip
