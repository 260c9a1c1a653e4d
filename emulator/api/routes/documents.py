"""Metrics, the OpenAPI document, and the page that shows it."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange
from emulator.api.figures import take_figures
from emulator.api.lag import LoopLag
from emulator.api.metrics import render_metrics
from emulator.api.problems import Problem, ProblemKind

__all__ = ["ENDPOINTS", "LAG", "OPENAPI", "PAGE", "read_page"]

LAG = web.AppKey("lag", LoopLag)
OPENAPI = web.AppKey("openapi", bytes)
PAGE = web.AppKey("page", dict[str, bytes])
_KINDS = {"docs.html": "text/html", "docs.css": "text/css", "docs.js": "text/javascript"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


async def _metrics(exchange: Exchange) -> web.StreamResponse:
    lag = exchange.request.app[LAG]
    lag.ask()
    figures = await take_figures(exchange.administration)
    data = render_metrics(exchange.administration, figures, lag)
    return web.Response(
        body=data, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    )


async def _openapi(exchange: Exchange) -> web.StreamResponse:
    return web.Response(body=exchange.request.app[OPENAPI], content_type="application/json")


async def _page(exchange: Exchange) -> web.StreamResponse:
    return _file(exchange, "docs.html")


async def _page_file(exchange: Exchange) -> web.StreamResponse:
    return _file(exchange, exchange.path("file"))


def _file(exchange: Exchange, name: str) -> web.Response:
    data = exchange.request.app[PAGE].get(name)
    if data is None:
        raise Problem(HTTPStatus.NOT_FOUND, ProblemKind.NOT_FOUND, f"there is no file {name[:99]}")
    return web.Response(body=data, content_type=_KINDS[name], charset="utf-8", headers=_HEADERS)


def read_page() -> dict[str, bytes]:
    """The files of the page by name, to be read before the loop has anything to serve."""
    folder = Path(__file__).resolve().parent.parent / "page"
    return {name: (folder / name).read_bytes() for name in _KINDS}


ENDPOINTS = (
    Endpoint(
        "GET", "/metrics", "getMetrics", "Metrics in the text format of Prometheus.", _metrics,
        "documents", {HTTPStatus.OK: Answer("The metrics.", media_types=("text/plain",))},
    ),
    Endpoint(
        "GET", "/openapi.json", "getOpenApi", "This document.", _openapi, "documents",
        {HTTPStatus.OK: Answer("The document.")},
    ),
    Endpoint(
        "GET", "/docs", "getDocs", "A page that shows this document.", _page, "documents",
        {HTTPStatus.OK: Answer("The page.", media_types=("text/html",))},
    ),
    Endpoint(
        "GET", "/docs/{file}", "getDocsFile", "What belongs to that page.", _page_file,
        "documents",
        {HTTPStatus.OK: Answer("The file.", media_types=tuple(_KINDS.values()))},
        problems=(HTTPStatus.NOT_FOUND,),
        path_parameters={"file": "The file's name."},
    ),
)  # fmt: skip
