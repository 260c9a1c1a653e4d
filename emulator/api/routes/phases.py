"""The state of the deployment, and entering phases."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange, json_answer
from emulator.api.models import PhaseChange
from emulator.operations.phases import enter_phase, show_account, show_state

__all__ = ["ENDPOINTS"]


async def _state(exchange: Exchange) -> web.StreamResponse:
    return json_answer(show_state(exchange.administration))


async def _enter(exchange: Exchange) -> web.StreamResponse:
    change = await exchange.body(PhaseChange)
    account = await enter_phase(
        exchange.administration, change.to, change.style, change.expected_epoch
    )
    return json_answer(show_account(account))


ENDPOINTS = (
    Endpoint(
        "GET", "/api/v1/state", "getState", "Phase, import, pools, live calls.", _state, "phases",
        {HTTPStatus.OK: Answer("The state now.")},
    ),
    Endpoint(
        "PUT", "/api/v1/phase", "enterPhase",
        "Enter a phase; answered when every drop that is due at once has been handed to the "
        "transport.",
        _enter, "phases",
        {HTTPStatus.OK: Answer("What became of the calls that lived at that instant.")},
        body=PhaseChange,
        problems=(HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE),
    ),
)  # fmt: skip
