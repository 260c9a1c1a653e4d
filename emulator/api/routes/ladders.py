"""The ladder of a call: as text, as a Mermaid diagram, as a picture."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web

from emulator.api.endpoint import Answer, Endpoint
from emulator.api.exchange import Exchange
from emulator.api.media_types import liked_best
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
    return liked_best(accept, {name: media_type for name, (media_type, _) in _DRAWN.items()})


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
