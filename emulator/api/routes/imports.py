"""Importing groups into the backup pool, and the pools' databases."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from emulator.api import answers
from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange, json_answer
from emulator.api.models import DatabaseChange, GroupsNamed
from emulator.operations.databases import set_database
from emulator.operations.errors import NotThere
from emulator.operations.imports import import_groups, remove_import
from emulator.rules import Pool

__all__ = ["ENDPOINTS"]


async def _import(exchange: Exchange) -> web.StreamResponse:
    named = await exchange.body(GroupsNamed)
    return json_answer(await import_groups(exchange.administration, named.groups))


async def _remove(exchange: Exchange) -> web.StreamResponse:
    named = await exchange.body(GroupsNamed)
    return json_answer(await remove_import(exchange.administration, named.groups))


async def _set_database(exchange: Exchange) -> web.StreamResponse:
    name = exchange.path("pool")
    if name not in set(Pool):
        raise NotThere("pool", name, list(Pool))
    change = await exchange.body(DatabaseChange)
    return json_answer(set_database(exchange.administration, Pool(name), is_up=change.up))


ENDPOINTS = (
    Endpoint(
        "POST", "/api/v1/import", "importGroups",
        "Copy the primary pool's groups, all or those named, to the backup pool; a copy that is "
        "there is replaced.",
        _import, "phases",
        {HTTPStatus.OK: Answer("The copies that there are now.", answers.Import)},
        body=GroupsNamed,
        problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE),
    ),
    Endpoint(
        "DELETE", "/api/v1/import", "removeImport",
        "Remove the copies, all or those named; the calls that they host go on.",
        _remove, "phases",
        {HTTPStatus.OK: Answer("The copies that are left.", answers.Import)},
        body=GroupsNamed,
        problems=(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
    ),
    Endpoint(
        "PUT", "/api/v1/pools/{pool}/database", "setDatabase",
        "Let the pool's back-end database stop or start answering.",
        _set_database, "phases",
        {HTTPStatus.OK: Answer("The pool's state.", answers.PoolState)},
        body=DatabaseChange,
        problems=(HTTPStatus.NOT_FOUND,),
        path_parameters={"pool": "`primary` or `backup`."},
    ),
)  # fmt: skip
