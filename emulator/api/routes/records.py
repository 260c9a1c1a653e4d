"""Records of calls, and the usage report that is made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web

from emulator.api import answers, comma_separated
from emulator.api.comma_separated import csv_answer
from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange, json_answer, json_list_answer
from emulator.api.media_types import liked_best
from emulator.api.models import RecordListQuery, UsageQuery
from emulator.api.problems import Problem, ProblemKind
from emulator.model.records import RecordFilter, Usage
from emulator.operations.record_view import (
    RECORD_COLUMNS,
    USAGE_COLUMNS,
    show_record,
    show_usage,
    show_usage_row,
)

__all__ = ["ENDPOINTS"]

_OFFERED = {"json": "application/json", "csv": comma_separated.MEDIA_TYPE}


async def _list(exchange: Exchange) -> web.StreamResponse:
    query = exchange.query(RecordListQuery)
    wanted_format = _format(exchange, query.format)
    limit = query.limit
    if query.latest is not None:
        asked_both = "limit" in query.model_fields_set
        limit = min(limit, query.latest) if asked_both else query.latest
    found = await exchange.administration.recorder.select(
        RecordFilter(
            group=query.group,
            agent=query.agent,
            caller=query.caller,
            kind=query.kind,
            host=query.host,
            since=_seconds(query.from_),
            until=_seconds(query.to),
            calls=query.calls,
        ),
        limit,
        latest=query.latest is not None,
    )
    if wanted_format == "csv":
        return await csv_answer(exchange.request, "records", RECORD_COLUMNS, found, show_record)
    return await json_list_answer(exchange.request, "records", found, show_record)


async def _usage(exchange: Exchange) -> web.StreamResponse:
    query = exchange.query(UsageQuery)
    wanted_format = _format(exchange, query.format)
    wanted = RecordFilter(group=query.group, since=_seconds(query.from_), until=_seconds(query.to))
    rows = await exchange.administration.recorder.usage(wanted, query.by)
    if wanted_format == "csv":

        def show(row: Usage) -> dict[str, Any]:
            return show_usage_row(row, query.by)

        columns = (query.by.value, *USAGE_COLUMNS)
        return await csv_answer(exchange.request, "usage", columns, rows, show)
    return json_answer(show_usage(rows, query.by), headers={"Vary": "Accept"})


def _format(exchange: Exchange, asked: str | None) -> str:
    found = asked or liked_best(exchange.request.headers.get("Accept", ""), _OFFERED)
    if found is None:
        kinds = " and ".join(_OFFERED.values())
        raise Problem(
            HTTPStatus.NOT_ACCEPTABLE, ProblemKind.NOT_ACCEPTABLE, f"this comes as {kinds}"
        )
    return found


def _seconds(time: datetime | None) -> float | None:
    """Seconds since 1970; a time that names no zone is UTC."""
    if time is None:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


_PROBLEMS = (HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.SERVICE_UNAVAILABLE)
_KINDS = tuple(_OFFERED.values())

ENDPOINTS = (
    Endpoint(
        "GET", "/api/v1/records", "listRecords",
        "The newest records of calls that have ended: oldest first, with `latest` newest first.",
        _list, "records",
        {HTTPStatus.OK: Answer("The records.", answers.Records, _KINDS)},
        query=RecordListQuery,
        problems=_PROBLEMS,
    ),
    Endpoint(
        "GET", "/api/v1/reports/usage", "getUsage",
        "The Response Group Usage Report: what became of the calls to response groups.", _usage,
        "records",
        {HTTPStatus.OK: Answer("The report.", answers.UsageReport, _KINDS)},
        query=UsageQuery,
        problems=_PROBLEMS,
    ),
)  # fmt: skip
