"""One thing that the API can be asked for: where, with what, and what it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias

from aiohttp import web
from pydantic import BaseModel

from emulator.api.exchange import Exchange

__all__ = ["Answer", "Endpoint", "Handle"]

Handle: TypeAlias = Callable[[Exchange], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: what it means, and its body by media type (a model for JSON, else text)."""

    about: str
    model: type[BaseModel] | None = None
    media_types: tuple[str, ...] = ("application/json",)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and a path.

    name       the operationId.
    query      the model of the query parameters, `body` that of the body.
    problems   the statuses of the problem documents that it may answer, beside those that every
               endpoint may.
    is_open    whether it is answered without a token.
    may_take_long  whether the client is to stay: an answer to HEAD makes no sense then.
    """

    method: str
    path: str
    name: str
    about: str
    handle: Handle
    tag: str
    answers: Mapping[HTTPStatus, Answer]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    problems: tuple[HTTPStatus, ...] = ()
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False
    may_take_long: bool = False
