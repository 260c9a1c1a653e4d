"""The three configuration surfaces: response groups, listed, made, changed, removed."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from emulator.api import answers
from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange, json_answer
from emulator.api.models import GroupDocument, GroupListQuery, PoolQuery
from emulator.operations.configuration import (
    create_group,
    list_groups,
    remove_group,
    replace_group,
    show_group,
)
from emulator.operations.errors import NotThere
from emulator.operations.surfaces import Surface

__all__ = ["ENDPOINTS", "etag_of", "surface_of", "versions_of"]


async def _list(exchange: Exchange) -> web.StreamResponse:
    query = exchange.query(GroupListQuery)
    surface = surface_of(exchange)
    return json_answer(
        await list_groups(exchange.administration, surface, query.pool, shows_all=query.show_all)
    )


async def _create(exchange: Exchange) -> web.StreamResponse:
    surface, pool = surface_of(exchange), exchange.query(PoolQuery).pool
    values = (await exchange.body(GroupDocument)).root
    shown = await create_group(exchange.administration, surface, values, pool, exchange.actor)
    location = f"/api/v1/config/{surface}/groups/{shown['name']}"
    return json_answer(shown, HTTPStatus.CREATED, {"Location": location, **etag_of(shown)})


async def _one(exchange: Exchange) -> web.StreamResponse:
    surface, pool = surface_of(exchange), exchange.query(PoolQuery).pool
    shown = await show_group(exchange.administration, surface, exchange.path("name"), pool)
    return json_answer(shown, headers=etag_of(shown))


async def _replace(exchange: Exchange) -> web.StreamResponse:
    surface, pool = surface_of(exchange), exchange.query(PoolQuery).pool
    values = (await exchange.body(GroupDocument)).root
    shown = await replace_group(
        exchange.administration,
        surface,
        exchange.path("name"),
        values,
        pool,
        versions_of(exchange),
        exchange.actor,
    )
    return json_answer(shown, headers=etag_of(shown))


async def _remove(exchange: Exchange) -> web.StreamResponse:
    surface, pool = surface_of(exchange), exchange.query(PoolQuery).pool
    name = exchange.path("name")
    await remove_group(
        exchange.administration, surface, name, pool, versions_of(exchange), exchange.actor
    )
    return web.Response(status=HTTPStatus.NO_CONTENT)


def surface_of(exchange: Exchange) -> Surface:
    """The surface that the path names; raises NotThere."""
    name = exchange.path("surface")
    if name not in set(Surface):
        raise NotThere("configuration surface", name, list(Surface))
    return Surface(name)


def etag_of(shown: dict[str, object]) -> dict[str, str]:
    """The header that tells the version of what is shown."""
    return {"ETag": f'"{shown["version"]}"'}


def versions_of(exchange: Exchange) -> list[str] | None:
    """The versions that If-Match names (RFC 9110 §13.1.1), of which a weak one is none."""
    if "If-Match" not in exchange.request.headers:
        return None
    tags = exchange.request.if_match or ()
    return [tag.value for tag in tags if not tag.is_weak]


_OF_SURFACE = {"surface": "`control-panel`, `configuration-tool` or `management-shell`."}
_OF_GROUP = {**_OF_SURFACE, "name": "The group's name."}
_DOWN = HTTPStatus.SERVICE_UNAVAILABLE
_CHANGE = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.PRECONDITION_FAILED, _DOWN)

ENDPOINTS = (
    Endpoint(
        "GET", "/api/v1/config/{surface}/groups", "listGroups",
        "The groups that the surface lists, of the pools whose databases answer.",
        _list, "configuration",
        {HTTPStatus.OK: Answer("The groups.", answers.Groups)},
        query=GroupListQuery,
        problems=(HTTPStatus.NOT_FOUND, _DOWN),
        path_parameters=_OF_SURFACE,
    ),
    Endpoint(
        "POST", "/api/v1/config/{surface}/groups", "createGroup",
        "Make a new group on the pool that owns it.",
        _create, "configuration",
        {HTTPStatus.CREATED: Answer("The group.", answers.GroupShown)},
        query=PoolQuery,
        body=GroupDocument,
        problems=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, _DOWN),
        path_parameters=_OF_SURFACE,
    ),
    Endpoint(
        "GET", "/api/v1/config/{surface}/groups/{name}", "getGroup",
        "One group; with `pool=backup` the imported copy of one that the primary pool owns.",
        _one, "configuration",
        {HTTPStatus.OK: Answer("The group.", answers.GroupShown)},
        query=PoolQuery,
        problems=(HTTPStatus.NOT_FOUND, _DOWN),
        path_parameters=_OF_GROUP,
    ),
    Endpoint(
        "PUT", "/api/v1/config/{surface}/groups/{name}", "replaceGroup",
        "Give a group other settings, from the next call on; takes what GET gave.",
        _replace, "configuration",
        {HTTPStatus.OK: Answer("The group then.", answers.GroupShown)},
        query=PoolQuery,
        body=GroupDocument,
        problems=_CHANGE,
        path_parameters=_OF_GROUP,
    ),
    Endpoint(
        "DELETE", "/api/v1/config/{surface}/groups/{name}", "removeGroup",
        "Remove a group: who waits in it is refused, who talks goes on.",
        _remove, "configuration",
        {HTTPStatus.NO_CONTENT: Answer("It is gone.", media_types=())},
        query=PoolQuery,
        problems=(*_CHANGE, HTTPStatus.CONFLICT),
        path_parameters=_OF_GROUP,
    ),
)  # fmt: skip
