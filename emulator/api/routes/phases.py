"""The state of the deployment, entering phases, and going back to the start."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from emulator.api import answers
from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange, json_answer
from emulator.api.models import Model, PhaseChange, TopologyQuery
from emulator.model.topology import Role
from emulator.operations.errors import NotPermitted
from emulator.operations.phases import enter_phase, show_account, show_state
from emulator.operations.resetting import reset
from emulator.operations.topology_view import show_topology

__all__ = ["ENDPOINTS"]


async def _state(exchange: Exchange) -> web.StreamResponse:
    return json_answer(show_state(exchange.administration))


async def _topology(exchange: Exchange) -> web.StreamResponse:
    has_secrets = exchange.query(TopologyQuery).secrets
    if has_secrets and exchange.actor.role is not Role.ADMINISTRATOR:
        raise NotPermitted(f"a {exchange.actor.role} sees no passwords and tokens")
    return json_answer(show_topology(exchange.administration, has_secrets=has_secrets))


async def _enter(exchange: Exchange) -> web.StreamResponse:
    change = await exchange.body(PhaseChange)
    account = await enter_phase(
        exchange.administration, change.to, change.style, change.expected_epoch
    )
    return json_answer(show_account(account))


async def _reset(exchange: Exchange) -> web.StreamResponse:
    await exchange.body(Model)
    return json_answer(await reset(exchange.administration))


ENDPOINTS = (
    Endpoint(
        "GET", "/api/v1/state", "getState", "Phase, import, pools, live calls.", _state, "phases",
        {HTTPStatus.OK: Answer("The state now.", answers.State)},
    ),
    Endpoint(
        "GET", "/api/v1/topology", "getTopology",
        "The topology as it is now, in the terms of its file.",
        _topology, "phases",
        {HTTPStatus.OK: Answer("The topology.", answers.TopologyShown)},
        query=TopologyQuery,
    ),
    Endpoint(
        "PUT", "/api/v1/phase", "enterPhase",
        "Enter a phase; answered when every drop that is due at once has been handed to the "
        "transport.",
        _enter, "phases",
        {
            HTTPStatus.OK: Answer(
                "What became of the calls that lived at that instant.", answers.PhaseAccount
            )
        },
        body=PhaseChange,
        problems=(HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE),
    ),
    Endpoint(
        "POST", "/api/v1/reset", "reset",
        "Phase normal, no calls; import, sign-ins, bindings and databases as at the start.",
        _reset, "phases",
        {HTTPStatus.OK: Answer("The state now.", answers.State)},
        body=Model,
        problems=(HTTPStatus.SERVICE_UNAVAILABLE,),
    ),
)  # fmt: skip
