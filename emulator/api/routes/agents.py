"""Agents, and what their consoles show and let them do."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from emulator.api import answers
from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange, json_answer
from emulator.api.models import SignIn
from emulator.operations.agents import find_agent, show_agent, show_agents
from emulator.operations.console import show_console, sign_in, sign_out

__all__ = ["ENDPOINTS"]


async def _list(exchange: Exchange) -> web.StreamResponse:
    return json_answer({"agents": show_agents(exchange.administration)})


async def _one(exchange: Exchange) -> web.StreamResponse:
    agent = find_agent(exchange.administration, exchange.path("name"))
    return json_answer(show_agent(exchange.administration, agent))


async def _console(exchange: Exchange) -> web.StreamResponse:
    return json_answer(show_console(exchange.administration, exchange.path("agent")))


async def _sign_in(exchange: Exchange) -> web.StreamResponse:
    name = exchange.path("agent")
    wish = await exchange.body(SignIn)
    shown = await sign_in(exchange.administration, name, wish.groups, imported=wish.imported)
    return json_answer(shown)


async def _sign_out(exchange: Exchange) -> web.StreamResponse:
    name = exchange.path("agent")
    wish = await exchange.body(SignIn)
    shown = await sign_out(exchange.administration, name, wish.groups, imported=wish.imported)
    return json_answer(shown)


_CONSOLE = {HTTPStatus.OK: Answer("The console then.", answers.Console)}
_OF_AGENT = {"agent": "The agent's name."}

ENDPOINTS = (
    Endpoint(
        "GET", "/api/v1/agents", "listAgents", "Every agent.", _list, "agents",
        {HTTPStatus.OK: Answer("The agents.", answers.Agents)},
    ),
    Endpoint(
        "GET", "/api/v1/agents/{name}", "getAgent", "One agent.", _one, "agents",
        {HTTPStatus.OK: Answer("The agent.", answers.Agent)},
        problems=(HTTPStatus.NOT_FOUND,),
        path_parameters={"name": "The agent's name."},
    ),
    Endpoint(
        "GET", "/api/v1/console/{agent}", "getConsole", "What the agent's console shows now.",
        _console, "agents",
        {HTTPStatus.OK: Answer("The console.", answers.Console)},
        problems=(HTTPStatus.NOT_FOUND,),
        path_parameters=_OF_AGENT,
    ),
    Endpoint(
        "POST", "/api/v1/console/{agent}/sign-in", "signIn", "Sign the agent in to groups.",
        _sign_in, "agents", _CONSOLE,
        body=SignIn,
        problems=(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
        path_parameters=_OF_AGENT,
    ),
    Endpoint(
        "POST", "/api/v1/console/{agent}/sign-out", "signOut", "Sign the agent out of groups.",
        _sign_out, "agents", _CONSOLE,
        body=SignIn,
        problems=(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
        path_parameters=_OF_AGENT,
    ),
)  # fmt: skip
