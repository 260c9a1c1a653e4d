"""Server-sent events: what happens, as it happens, with ids to go on from."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from itertools import islice

import structlog
from aiohttp import web

from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange
from emulator.api.problems import Problem, ProblemKind
from emulator.api.seats import Seats
from emulator.model.journal import Event
from emulator.operations.administration import Administration
from emulator.operations.events import show_event

__all__ = ["ENDPOINTS", "HEARTBEAT_SECONDS", "LISTENING", "MAX_LISTENING", "SLOW_SECONDS"]

MAX_LISTENING = 64
LISTENING = web.AppKey("listening", Seats)
HEARTBEAT_SECONDS = 15.0
SLOW_SECONDS = 10.0  # a client that leaves events unread so long is cut
_AT_ONCE = 100

_log = structlog.get_logger("api")


async def _events(exchange: Exchange) -> web.StreamResponse:
    request, administration = exchange.request, exchange.administration
    seen = _last_seen(request, administration)
    response = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    response.content_type = "text/event-stream"
    response.charset = "utf-8"
    try:
        with request.app[LISTENING].taken():
            await response.prepare(request)
            await _follow(administration, response, seen)
    except TimeoutError:
        _log.warning("event client cut: it does not read", client=request.remote)
        if request.transport is not None:
            request.transport.abort()
    except Problem:
        if not response.prepared:
            raise
    except ConnectionError:
        pass  # it has gone
    return response


async def _follow(administration: Administration, response: web.StreamResponse, seen: int) -> None:
    """Write every event after `seen`, for ever. The journal is the client's backlog."""
    journal = administration.site.journal
    news = asyncio.Event()
    stop = journal.listen(news.set)
    try:
        await _write(response, b": connected\n\n")
        if seen > journal.number:  # an id of an emulator that ran here before
            await _write(response, _gap(seen, 1))
            seen = 0
        while True:
            news.clear()
            events, is_gap = journal.since(seen)
            if is_gap:
                first = events[0].number if events else journal.number + 1
                await _write(response, _gap(seen, first))
            rest = iter(events)
            while part := tuple(islice(rest, _AT_ONCE)):
                await _write(response, b"".join(_told(administration, each) for each in part))
                seen = part[-1].number
                await asyncio.sleep(0)
            if events:
                continue
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await news.wait()
            except TimeoutError:
                await _write(response, b": heartbeat\n\n")
    finally:
        stop()


async def _write(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(SLOW_SECONDS):
        await response.write(data)


def _told(administration: Administration, event: Event) -> bytes:
    data = json.dumps(show_event(administration, event), ensure_ascii=False)
    text = f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"
    return text.encode("utf-8", "replace")


def _gap(seen: int, first: int) -> bytes:
    """Say that events are no longer kept, from which to which."""
    data = json.dumps({"after": seen, "before": first})
    return f"event: gap\ndata: {data}\n\n".encode()


def _last_seen(request: web.Request, administration: Administration) -> int:
    given = request.headers.get("Last-Event-ID")
    if given is None:
        return administration.site.journal.number
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            ProblemKind.MALFORMED_REQUEST,
            "Last-Event-ID is no id that this server has given",
        )
    return int(given)


ENDPOINTS = (
    Endpoint(
        "GET", "/api/v1/events", "followEvents",
        "Server-sent events `phase`, `call`, `agent`, `import`, each with an id and its `time`. "
        "`Last-Event-ID` resumes; an event `gap` says that some are no longer kept.",
        _events, "events",
        {HTTPStatus.OK: Answer("The events.", media_types=("text/event-stream",))},
        problems=(HTTPStatus.BAD_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE),
        may_take_long=True,
    ),
)  # fmt: skip
