"""What response groups are made of, on each surface; the shell's exports, imports and moves."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from emulator.api import answers
from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange, json_answer
from emulator.api.models import (
    ExportOrder,
    ImportQuery,
    MoveOrder,
    ObjectDocument,
    ObjectListQuery,
    PoolQuery,
    SettingsDocument,
    SettingsQuery,
)
from emulator.api.routes.configuration import etag_of, surface_of, versions_of
from emulator.model.configuration import ObjectKind
from emulator.operations.archives import MAX_ARCHIVE_BYTES
from emulator.operations.audio import MAX_AUDIO_BYTES, store_audio
from emulator.operations.errors import NotThere
from emulator.operations.exports import (
    ImportWish,
    export_configuration,
    import_configuration,
    move_configuration,
)
from emulator.operations.objects import (
    change_settings,
    create_object,
    list_objects,
    remove_object,
    replace_object,
    show_object,
    show_settings,
)
from emulator.operations.surfaces import Surface

__all__ = ["ENDPOINTS"]

_KINDS = {
    "workflows": ObjectKind.WORKFLOW,
    "queues": ObjectKind.QUEUE,
    "agent-groups": ObjectKind.AGENT_GROUP,
    "hours-of-business": ObjectKind.HOURS,
    "holiday-sets": ObjectKind.HOLIDAY_SET,
}
_SHELL = "/api/v1/config/management-shell"


async def _list(exchange: Exchange) -> web.StreamResponse:
    query = exchange.query(ObjectListQuery)
    shown = await list_objects(
        exchange.administration,
        surface_of(exchange),
        _kind(exchange),
        query.pool,
        query.owner,
        shows_all=query.show_all,
    )
    return json_answer(shown)


async def _create(exchange: Exchange) -> web.StreamResponse:
    surface, kind = surface_of(exchange), _kind(exchange)
    pool = exchange.query(PoolQuery).pool
    values = (await exchange.body(ObjectDocument)).root
    shown = await create_object(
        exchange.administration, surface, kind, values, pool, exchange.actor
    )
    location = f"/api/v1/config/{surface}/{exchange.path('kind')}/{shown['id']}"
    return json_answer(shown, HTTPStatus.CREATED, {"Location": location, **etag_of(shown)})


async def _one(exchange: Exchange) -> web.StreamResponse:
    shown = await show_object(
        exchange.administration,
        surface_of(exchange),
        _kind(exchange),
        exchange.path("name"),
        exchange.query(PoolQuery).pool,
    )
    return json_answer(shown, headers=etag_of(shown))


async def _replace(exchange: Exchange) -> web.StreamResponse:
    surface, kind = surface_of(exchange), _kind(exchange)
    pool = exchange.query(PoolQuery).pool
    values = (await exchange.body(ObjectDocument)).root
    shown = await replace_object(
        exchange.administration,
        surface,
        kind,
        exchange.path("name"),
        values,
        pool,
        versions_of(exchange),
        exchange.actor,
    )
    return json_answer(shown, headers=etag_of(shown))


async def _remove(exchange: Exchange) -> web.StreamResponse:
    await remove_object(
        exchange.administration,
        surface_of(exchange),
        _kind(exchange),
        exchange.path("name"),
        exchange.query(PoolQuery).pool,
        versions_of(exchange),
        exchange.actor,
    )
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def _settings(exchange: Exchange) -> web.StreamResponse:
    pool = exchange.query(SettingsQuery).pool
    shown = await show_settings(exchange.administration, Surface.MANAGEMENT_SHELL, pool)
    return json_answer(shown, headers=etag_of(shown))


async def _change_settings(exchange: Exchange) -> web.StreamResponse:
    pool = exchange.query(SettingsQuery).pool
    wanted = await exchange.body(SettingsDocument)
    shown = await change_settings(
        exchange.administration,
        Surface.MANAGEMENT_SHELL,
        pool,
        wanted.model_dump(exclude_unset=True),
        versions_of(exchange),
        exchange.actor,
    )
    return json_answer(shown, headers=etag_of(shown))


async def _store_audio(exchange: Exchange) -> web.StreamResponse:
    pool = exchange.query(SettingsQuery).pool
    content = await exchange.octets(MAX_AUDIO_BYTES, "application/octet-stream")
    name = exchange.path("name")
    await store_audio(exchange.administration, pool, name, content, exchange.actor)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def _export(exchange: Exchange) -> web.StreamResponse:
    order = await exchange.body(ExportOrder)
    packed = await export_configuration(
        exchange.administration, order.source, order.owner, remove=order.remove
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="rgs-{order.source}.zip"',
    }
    return web.Response(body=packed, content_type="application/zip", headers=headers)


async def _import(exchange: Exchange) -> web.StreamResponse:
    query = exchange.query(ImportQuery)
    data = await exchange.octets(MAX_ARCHIVE_BYTES, "application/zip", "application/octet-stream")
    wish = ImportWish(
        query.destination,
        query.overwrite_owner,
        query.replace_settings,
        query.resolve_name_conflicts,
    )
    return json_answer(await import_configuration(exchange.administration, data, wish))


async def _move(exchange: Exchange) -> web.StreamResponse:
    order = await exchange.body(MoveOrder)
    done = await move_configuration(
        exchange.administration,
        order.source,
        order.destination,
        resolve_name_conflicts=order.resolve_name_conflicts,
    )
    return json_answer(done)


def _kind(exchange: Exchange) -> ObjectKind:
    word = exchange.path("kind")
    if word not in _KINDS:
        raise NotThere("kind of object", word, ["groups", *_KINDS])
    return _KINDS[word]


_OF_KIND = {
    "surface": "`control-panel`, `configuration-tool` or `management-shell`.",
    "kind": "`workflows`, `queues`, `agent-groups`, `hours-of-business` or `holiday-sets`; "
    "not every surface has each.",
}
_OF_OBJECT = {**_OF_KIND, "name": "The object's name, or its id."}
_DOWN = HTTPStatus.SERVICE_UNAVAILABLE
_CHANGE = (
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.CONFLICT,
    HTTPStatus.PRECONDITION_FAILED,
    _DOWN,
)
_BODY = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)

ENDPOINTS = (
    Endpoint(
        "GET", f"{_SHELL}/settings", "getSettings",
        "The settings of the Response Group service on a pool.",
        _settings, "configuration",
        {HTTPStatus.OK: Answer("The settings.", answers.SettingsShown)},
        query=SettingsQuery,
        problems=(_DOWN,),
    ),
    Endpoint(
        "PUT", f"{_SHELL}/settings", "replaceSettings",
        "Give the Response Group service on a pool other settings, all of them.",
        _change_settings, "configuration",
        {HTTPStatus.OK: Answer("The settings then.", answers.SettingsShown)},
        query=SettingsQuery,
        body=SettingsDocument,
        problems=_CHANGE,
    ),
    Endpoint(
        "PUT", f"{_SHELL}/audio-files/{{name}}", "putAudioFile",
        "Store an audio file on a pool, as application/octet-stream, for prompts to name it.",
        _store_audio, "configuration",
        {HTTPStatus.NO_CONTENT: Answer("It is stored.", media_types=())},
        query=SettingsQuery,
        problems=(*_CHANGE, *_BODY),
        path_parameters={"name": "The file's name, with .wav or .wma."},
    ),
    Endpoint(
        "POST", f"{_SHELL}/export", "exportConfiguration",
        "A zip file of what a pool has of its own, or of the other's; it may be removed then.",
        _export, "configuration",
        {HTTPStatus.OK: Answer("The file.", media_types=("application/zip",))},
        body=ExportOrder,
        problems=_CHANGE,
    ),
    Endpoint(
        "POST", f"{_SHELL}/import", "importConfiguration",
        "Take in a zip file of an export, as application/zip: all of it or nothing.",
        _import, "configuration",
        {HTTPStatus.OK: Answer("What was taken in.", answers.Imported)},
        query=ImportQuery,
        problems=(*_CHANGE, *_BODY),
    ),
    Endpoint(
        "POST", f"{_SHELL}/move", "moveConfiguration",
        "Let the other pool own and have all that a pool owns.",
        _move, "configuration",
        {HTTPStatus.OK: Answer("What was moved.", answers.Imported)},
        body=MoveOrder,
        problems=_CHANGE,
    ),
    Endpoint(
        "GET", "/api/v1/config/{surface}/{kind}", "listObjects",
        "The objects of a kind that the surface lists, of the pools whose databases answer.",
        _list, "configuration",
        {HTTPStatus.OK: Answer("The objects.", answers.Objects)},
        query=ObjectListQuery,
        problems=(HTTPStatus.NOT_FOUND, _DOWN),
        path_parameters=_OF_KIND,
    ),
    Endpoint(
        "POST", "/api/v1/config/{surface}/{kind}", "createObject",
        "Make a new object on the pool that owns it.",
        _create, "configuration",
        {HTTPStatus.CREATED: Answer("The object.", answers.ObjectShown)},
        query=PoolQuery,
        body=ObjectDocument,
        problems=_CHANGE,
        path_parameters=_OF_KIND,
    ),
    Endpoint(
        "GET", "/api/v1/config/{surface}/{kind}/{name}", "getObject",
        "One object; with `pool=backup` the imported copy of one that the primary pool owns.",
        _one, "configuration",
        {HTTPStatus.OK: Answer("The object.", answers.ObjectShown)},
        query=PoolQuery,
        problems=(HTTPStatus.NOT_FOUND, _DOWN),
        path_parameters=_OF_OBJECT,
    ),
    Endpoint(
        "PUT", "/api/v1/config/{surface}/{kind}/{name}", "replaceObject",
        "Give an object other fields, from the next call on; what names it follows a new name.",
        _replace, "configuration",
        {HTTPStatus.OK: Answer("The object then.", answers.ObjectShown)},
        query=PoolQuery,
        body=ObjectDocument,
        problems=_CHANGE,
        path_parameters=_OF_OBJECT,
    ),
    Endpoint(
        "DELETE", "/api/v1/config/{surface}/{kind}/{name}", "removeObject",
        "Remove an object that nothing else needs.",
        _remove, "configuration",
        {HTTPStatus.NO_CONTENT: Answer("It is gone.", media_types=())},
        query=PoolQuery,
        problems=_CHANGE,
        path_parameters=_OF_OBJECT,
    ),
)  # fmt: skip
