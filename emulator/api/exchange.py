"""One request on its way to a use case: what it carries, judged by the models; its answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from emulator.api.problems import Problem, ProblemKind
from emulator.operations.administration import Administration
from emulator.operations.surfaces import Actor

__all__ = [
    "ACTOR",
    "ADMINISTRATION",
    "BODY_SECONDS",
    "MAX_BODY_BYTES",
    "READ_SECONDS",
    "Exchange",
    "json_answer",
    "json_list_answer",
]

ACTOR = web.RequestKey("actor", Actor)
ANYBODY = Actor()
ADMINISTRATION = web.AppKey("administration", Administration)
MAX_BODY_BYTES = 256 * 1024
BODY_SECONDS = 10.0
READ_SECONDS = 30.0  # how long a client may leave a part of a long answer unread
_PART = 200
_HEADERS = {"Cache-Control": "no-store"}
# What curl says of `-d` unless told otherwise. Pages elsewhere are kept out by their Origin.
_ACCEPTED_TYPES = ("application/json", "application/x-www-form-urlencoded", "")

_Model = TypeVar("_Model", bound=BaseModel)
_Item = TypeVar("_Item")


class Exchange:
    """A request with what it is about."""

    __slots__ = ("administration", "request")

    def __init__(self, request: web.Request) -> None:
        self.request = request
        self.administration = request.app[ADMINISTRATION]

    def path(self, name: str) -> str:
        """A part of the path by its name."""
        return self.request.match_info[name]

    def query(self, model: type[_Model]) -> _Model:
        """The query parameters as `model`; raises Problem."""
        given = self.request.query
        values: dict[str, str] = {}
        for name, value in given.items():
            if name in values:
                raise _invalid(((name, "is there twice"),))
            values[name] = value
        try:
            return model.model_validate_strings(values)
        except ValidationError as error:
            raise _invalid(_fields(error)) from error

    async def body(self, model: type[_Model]) -> _Model:
        """The JSON body as `model`; no body at all is an empty object. Raises Problem."""
        request = self.request
        if not request.can_read_body:
            return self._judged(model, b"{}")
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in _ACCEPTED_TYPES and not kind.endswith("+json"):
            raise Problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                ProblemKind.UNSUPPORTED_MEDIA_TYPE,
                f"the body is {kind}, and should be application/json",
            )
        try:
            async with asyncio.timeout(BODY_SECONDS):
                data = await request.read()
        except TimeoutError as error:
            raise Problem(
                HTTPStatus.REQUEST_TIMEOUT,
                ProblemKind.TIMED_OUT,
                f"the body did not arrive within {BODY_SECONDS:.0f} seconds",
                closes_connection=True,
            ) from error
        return self._judged(model, data.strip() or b"{}")

    async def octets(self, most: int, *types: str) -> bytes:
        """The body as it came, of one of `types` and at most `most` bytes; raises Problem."""
        request = self.request
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in types:
            told = f"the body is {kind or 'of no type'}, and should be {types[0]}"
            raise Problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, ProblemKind.UNSUPPORTED_MEDIA_TYPE, told
            )
        data = bytearray()
        try:
            async with asyncio.timeout(READ_SECONDS):
                async for part in request.content.iter_any():
                    data += part
                    if len(data) > most:
                        raise Problem(
                            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                            ProblemKind.BODY_TOO_LARGE,
                            f"the body has more than {most} bytes",
                            closes_connection=True,
                        )
        except TimeoutError as error:
            raise Problem(
                HTTPStatus.REQUEST_TIMEOUT,
                ProblemKind.TIMED_OUT,
                f"the body did not arrive within {READ_SECONDS:.0f} seconds",
                closes_connection=True,
            ) from error
        return bytes(data)

    @property
    def actor(self) -> Actor:
        """Who asks, by the token that was shown."""
        found: Actor = self.request.get(ACTOR, ANYBODY)
        return found

    @staticmethod
    def _judged(model: type[_Model], data: bytes) -> _Model:
        try:
            return model.model_validate_json(data, strict=True)
        except ValidationError as error:
            if error.errors(include_input=False)[0]["type"] == "json_invalid":
                raise _malformed(error) from error
            raise _invalid(_fields(error)) from error


def json_answer(
    value: Any, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None
) -> web.Response:
    """The answer that carries `value` as JSON."""
    return web.Response(
        status=int(status),
        body=_encoded(value),
        content_type="application/json",
        headers=_HEADERS | (headers or {}),
    )


async def json_list_answer(
    request: web.Request, name: str, items: Sequence[_Item], show: Callable[[_Item], Any]
) -> web.StreamResponse:
    """The answer `{name: [...]}`, written in parts: others get their turn between them."""
    if len(items) <= _PART:
        return json_answer({name: [show(item) for item in items]})
    response = web.StreamResponse(headers=_HEADERS)
    response.content_type = "application/json"
    await response.prepare(request)
    separator = b'{"%b": [' % name.encode()
    for start in range(0, len(items), _PART):
        part = b", ".join(_encoded(show(item)) for item in items[start : start + _PART])
        async with asyncio.timeout(READ_SECONDS):
            await response.write(separator + part)
        separator = b", "
        await asyncio.sleep(0)
    await response.write_eof(b"]}")
    return response


def _encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _malformed(error: ValidationError) -> Problem:
    told = error.errors(include_input=False, include_url=False)[0]["msg"]
    return Problem(HTTPStatus.BAD_REQUEST, ProblemKind.MALFORMED_REQUEST, f"the body: {told}")


def _invalid(fields: tuple[tuple[str, str], ...]) -> Problem:
    detail = "; ".join(f"{name}: {told}" if name else told for name, told in fields)
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, ProblemKind.INVALID_FIELDS, detail, fields=fields
    )


def _fields(error: ValidationError) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            ".".join(str(part) for part in found["loc"])[:200],
            "unknown" if found["type"] == "extra_forbidden" else found["msg"],
        )
        for found in error.errors(include_input=False, include_url=False, include_context=False)[
            :20
        ]
    )
