"""From what went wrong to the problem document that says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from aiohttp import web

from emulator.api.problems import Problem, ProblemKind
from emulator.operations.errors import (
    DatabaseDown,
    ForbiddenByRule,
    NotOffered,
    NotPermitted,
    NotThere,
    NotUsable,
    OperationRefused,
    StaleVersion,
)
from emulator.operations.resuming import StoreFailed
from emulator.rules import TransitionRefused
from emulator.service.succession import PoolCannotReturn, StaleEpoch, StyleRefused

__all__ = ["answer_faults"]

_log = structlog.get_logger("api")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_BY_ERROR: tuple[tuple[type[Exception], HTTPStatus, ProblemKind], ...] = (
    (NotThere, HTTPStatus.NOT_FOUND, ProblemKind.NOT_FOUND),
    (DatabaseDown, HTTPStatus.SERVICE_UNAVAILABLE, ProblemKind.DATABASE_DOWN),
    (StaleVersion, HTTPStatus.PRECONDITION_FAILED, ProblemKind.STALE_VERSION),
    (NotOffered, HTTPStatus.METHOD_NOT_ALLOWED, ProblemKind.METHOD_NOT_ALLOWED),
    (StoreFailed, HTTPStatus.SERVICE_UNAVAILABLE, ProblemKind.STORE_FAILED),
    (NotPermitted, HTTPStatus.FORBIDDEN, ProblemKind.NOT_PERMITTED),
    (TransitionRefused, HTTPStatus.CONFLICT, ProblemKind.TRANSITION_REFUSED),
    (StaleEpoch, HTTPStatus.CONFLICT, ProblemKind.STALE_EPOCH),
    (StyleRefused, HTTPStatus.BAD_REQUEST, ProblemKind.STYLE_REFUSED),
    (PoolCannotReturn, HTTPStatus.SERVICE_UNAVAILABLE, ProblemKind.POOL_CANNOT_RETURN),
    (OperationRefused, HTTPStatus.CONFLICT, ProblemKind.CONFLICT),
)
_BY_STATUS = {
    HTTPStatus.NOT_FOUND: ProblemKind.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: ProblemKind.METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ProblemKind.BODY_TOO_LARGE,
}


@web.middleware
async def answer_faults(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Answer whatever is raised further in with a problem document."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except web.HTTPException as error:
        return _of_http(request, error).response()
    except ConnectionError:
        raise  # the client has gone
    except web.RequestPayloadError as error:
        return _of_payload(error).response()
    except Exception as error:  # noqa: BLE001 - the last line of defence
        known = _of_error(error)
        if known is not None:
            return known.response()
        _log.error(
            "request failed",
            method=request.method,
            path=request.path[:200],
            exc_info=error,
        )
        return Problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            ProblemKind.INTERNAL_FAULT,
            "the emulator failed to carry this out; its log says more",
        ).response()


def _of_error(error: Exception) -> Problem | None:
    if isinstance(error, ForbiddenByRule):
        return Problem(
            HTTPStatus.FORBIDDEN, ProblemKind.FORBIDDEN_BY_RULE, str(error), cell=error.cell
        )
    if isinstance(error, NotUsable):
        return Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            ProblemKind.INVALID_FIELDS,
            str(error),
            fields=error.fields,
        )
    for kind, status, problem in _BY_ERROR:
        if isinstance(error, kind):
            return Problem(status, problem, str(error))
    return None


def _of_payload(error: web.RequestPayloadError) -> Problem:
    return Problem(
        HTTPStatus.BAD_REQUEST,
        ProblemKind.MALFORMED_REQUEST,
        f"the body can't be read: {error}"[:300],
        closes_connection=True,
    )


def _of_http(request: web.Request, error: web.HTTPException) -> Problem:
    status = HTTPStatus(error.status)
    headers: dict[str, str] = {}
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        headers["Allow"] = allowed
        detail = f"{request.path[:200]} takes {allowed}, not {request.method[:20]}"
    elif status is HTTPStatus.NOT_FOUND:
        detail = f"there is nothing at {request.path[:200]}"
    elif status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        detail = "the body is too large"
    else:
        detail = error.reason
    kind = _BY_STATUS.get(status, ProblemKind.MALFORMED_REQUEST)
    is_flood = status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return Problem(status, kind, detail, headers=headers, closes_connection=is_flood)
