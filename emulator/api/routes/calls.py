"""Calls: list them, look at one, place one, hang it up, wait for one."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from emulator.api import answers
from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange, json_answer, json_list_answer
from emulator.api.models import CallListQuery, CallOrder, CallQuery, WaitQuery
from emulator.api.problems import Problem, ProblemKind
from emulator.api.seats import Seats
from emulator.operations.call_view import show_call
from emulator.operations.calls import CallFilter, find_call, select_calls
from emulator.operations.placing import BadTarget, hang_up, place_call
from emulator.operations.waiting import wait_for_call

__all__ = ["ENDPOINTS", "MAX_WAITING", "WAITING"]

MAX_WAITING = 256
WAITING = web.AppKey("waiting", Seats)


async def _list(exchange: Exchange) -> web.StreamResponse:
    query = exchange.query(CallListQuery)
    limit = query.limit
    if query.latest is not None:
        asked_both = "limit" in query.model_fields_set
        limit = min(limit, query.latest) if asked_both else query.latest
    found = await select_calls(exchange.administration, _wanted(query), limit)
    if query.latest is None:
        found.reverse()
    return await json_list_answer(exchange.request, "calls", found, show_call)


async def _one(exchange: Exchange) -> web.StreamResponse:
    call = find_call(exchange.administration, exchange.path("id"))
    return json_answer(show_call(call))


async def _place(exchange: Exchange) -> web.StreamResponse:
    order = await exchange.body(CallOrder)
    try:
        call = await place_call(exchange.administration, order.from_, order.to, order.on_behalf_of)
    except BadTarget as error:
        raise _wrong_field("to", str(error)) from error
    location = f"/api/v1/calls/{call.number}"
    return json_answer(show_call(call), HTTPStatus.CREATED, {"Location": location})


async def _hang_up(exchange: Exchange) -> web.StreamResponse:
    return json_answer(show_call(hang_up(exchange.administration, exchange.path("id"))))


async def _wait(exchange: Exchange) -> web.StreamResponse:
    query = exchange.query(WaitQuery)
    with exchange.request.app[WAITING].taken():
        call = await wait_for_call(exchange.administration, _wanted(query), query.timeout)
    if call is None:
        raise Problem(
            HTTPStatus.REQUEST_TIMEOUT,
            ProblemKind.TIMED_OUT,
            f"no such call within {query.timeout:g} seconds",
        )
    return json_answer(call)


def _wanted(query: CallQuery) -> CallFilter:
    return CallFilter(
        state=query.state,
        group=query.group,
        kind=query.kind,
        host=query.host,
        caller=query.caller,
        call_id=query.call_id,
    )


def _wrong_field(name: str, text: str) -> Problem:
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        ProblemKind.INVALID_FIELDS,
        f"{name}: {text}",
        fields=((name, text),),
    )


_OF_CALL = {"id": "The call's id."}

ENDPOINTS = (
    Endpoint(
        "GET", "/api/v1/calls", "listCalls",
        "The newest calls that the filters let through: oldest first, with `latest` newest first.",
        _list, "calls",
        {HTTPStatus.OK: Answer("The calls.", answers.Calls)},
        query=CallListQuery,
    ),
    Endpoint(
        "POST", "/api/v1/calls", "placeCall", "Let an emulated agent place a call.", _place,
        "calls",
        {HTTPStatus.CREATED: Answer("The call, as soon as there is one.", answers.Call)},
        body=CallOrder,
        problems=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    ),
    Endpoint(
        "GET", "/api/v1/calls/{id}", "getCall", "One call.", _one, "calls",
        {HTTPStatus.OK: Answer("The call.", answers.Call)},
        problems=(HTTPStatus.NOT_FOUND,),
        path_parameters=_OF_CALL,
    ),
    Endpoint(
        "DELETE", "/api/v1/calls/{id}", "hangUp",
        "End the call on both ends; one that has ended stays as it is.", _hang_up, "calls",
        {HTTPStatus.OK: Answer("The call.", answers.Call)},
        problems=(HTTPStatus.NOT_FOUND,),
        path_parameters=_OF_CALL,
    ),
    Endpoint(
        "GET", "/api/v1/wait", "waitForCall",
        "The newest call that the filters let through, as soon as there is one.", _wait, "calls",
        {HTTPStatus.OK: Answer("The call.", answers.Call)},
        query=WaitQuery,
        problems=(HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.SERVICE_UNAVAILABLE),
        may_take_long=True,
    ),
)  # fmt: skip
