"""Calls: list them, look at one."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange, json_answer
from emulator.api.models import CallListQuery, CallQuery
from emulator.operations.call_view import show_call
from emulator.operations.calls import CallFilter, find_call, select_calls

__all__ = ["ENDPOINTS", "wanted_calls"]


def wanted_calls(query: CallQuery) -> CallFilter:
    """The filter that the query parameters describe."""
    return CallFilter(
        state=query.state,
        group=query.group,
        kind=query.kind,
        host=query.host,
        caller=query.caller,
        call_id=query.call_id,
    )


async def _list(exchange: Exchange) -> web.StreamResponse:
    query = exchange.query(CallListQuery)
    limit = query.limit
    if query.latest is not None:
        asked_both = "limit" in query.model_fields_set
        limit = min(limit, query.latest) if asked_both else query.latest
    found = await select_calls(exchange.administration, wanted_calls(query), limit)
    if query.latest is None:
        found.reverse()
    return json_answer({"calls": [show_call(call) for call in found]})


async def _one(exchange: Exchange) -> web.StreamResponse:
    call = find_call(exchange.administration, exchange.path("id"))
    return json_answer(show_call(call))


ENDPOINTS = (
    Endpoint(
        "GET", "/api/v1/calls", "listCalls",
        "The newest calls that the filters let through: oldest first, with `latest` newest first.",
        _list, "calls",
        {HTTPStatus.OK: Answer("The calls.")},
        query=CallListQuery,
    ),
    Endpoint(
        "GET", "/api/v1/calls/{id}", "getCall", "One call.", _one, "calls",
        {HTTPStatus.OK: Answer("The call.")},
        problems=(HTTPStatus.NOT_FOUND,),
        path_parameters={"id": "The call's id."},
    ),
)  # fmt: skip
