"""The ladder of a call: as text, as a Mermaid diagram, as a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus

from aiohttp import web

from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange
from emulator.api.models import LadderQuery
from emulator.api.problems import Problem, ProblemKind
from emulator.operations.calls import find_call
from emulator.operations.ladder import Chart, chart_of
from emulator.operations.ladder_mermaid import as_mermaid_ladder
from emulator.operations.ladder_svg import as_svg_ladder
from emulator.operations.ladder_text import as_text_ladder

__all__ = ["ENDPOINTS", "format_accepted"]

_DRAWN: dict[str, tuple[str, Callable[[Chart], str]]] = {
    "text": ("text/plain", as_text_ladder),
    "mermaid": ("text/vnd.mermaid", as_mermaid_ladder),
    "svg": ("image/svg+xml", as_svg_ladder),
}


async def _ladder(exchange: Exchange) -> web.StreamResponse:
    query = exchange.query(LadderQuery)
    call = find_call(exchange.administration, exchange.path("id"))
    wanted = query.format or format_accepted(exchange.request.headers.get("Accept", ""))
    if wanted is None:
        kinds = ", ".join(kind for kind, _ in _DRAWN.values())
        raise Problem(
            HTTPStatus.NOT_ACCEPTABLE, ProblemKind.NOT_ACCEPTABLE, f"a ladder comes as {kinds}"
        )
    media_type, draw = _DRAWN[wanted]
    return web.Response(
        text=draw(chart_of(exchange.administration, call)),
        content_type=media_type,
        charset="utf-8",
        headers={"Cache-Control": "no-store", "Vary": "Accept"},
    )


def format_accepted(accept: str) -> str | None:
    """The format that an Accept header likes best; the first named wins among equals."""
    for pattern in _by_quality(accept):
        for name, (media_type, _) in _DRAWN.items():
            whole, _, part = media_type.partition("/")
            if pattern in (media_type, "*/*", f"{whole}/*", f"text/{name}", f"{part}"):
                return name
    return "text" if not accept.strip() else None


def _by_quality(accept: str) -> Iterator[str]:
    ranked: list[tuple[float, str]] = []
    for item in accept.split(","):
        pattern, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if pattern and quality > 0:
            ranked.append((quality, pattern))
    ranked.sort(key=lambda each: -each[0])
    return (pattern for _, pattern in ranked)


ENDPOINTS = (
    Endpoint(
        "GET", "/api/v1/calls/{id}/ladder", "getLadder",
        "Who sent what to whom, and where the rules decided.", _ladder, "calls",
        {
            HTTPStatus.OK: Answer(
                "The ladder.", media_types=tuple(kind for kind, _ in _DRAWN.values())
            )
        },
        query=LadderQuery,
        problems=(HTTPStatus.NOT_FOUND, HTTPStatus.NOT_ACCEPTABLE),
        path_parameters={"id": "The call's id."},
    ),
)  # fmt: skip
