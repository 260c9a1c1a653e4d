"""Problem documents (RFC 9457): every error of the admin API is one."""

from __future__ import annotations

import json
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from aiohttp import web

__all__ = ["MEDIA_TYPE", "Problem", "ProblemKind"]

MEDIA_TYPE = "application/problem+json"


class ProblemKind(StrEnum):
    """The kinds of problem: each is the end of its `type`, and its title in words."""

    MALFORMED_REQUEST = "malformed-request"
    INVALID_FIELDS = "invalid-fields"
    STYLE_REFUSED = "style-refused"
    TOKEN_REQUIRED = "token-required"
    FORBIDDEN_BY_RULE = "forbidden-by-rule"
    NOT_PERMITTED = "not-permitted"
    FOREIGN_ORIGIN = "foreign-origin"
    FOREIGN_HOST = "foreign-host"
    NOT_FOUND = "not-found"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    NOT_ACCEPTABLE = "not-acceptable"
    TIMED_OUT = "timed-out"
    TRANSITION_REFUSED = "transition-refused"
    STALE_EPOCH = "stale-epoch"
    CONFLICT = "conflict"
    BODY_TOO_LARGE = "body-too-large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    TOO_MANY_CLIENTS = "too-many-clients"
    STALE_VERSION = "stale-version"
    DATABASE_DOWN = "database-down"
    STORE_FAILED = "store-failed"
    POOL_CANNOT_RETURN = "pool-cannot-return"
    NOT_READY = "not-ready"
    INTERNAL_FAULT = "internal-fault"

    @property
    def heading(self) -> str:
        """Its title: what it is in words."""
        return self.value.replace("-", " ").capitalize()


class Problem(Exception):
    """What a request is answered with when it is not carried out.

    cell    the cell of the rules that forbids it.
    fields  what is wrong with which field: (name, text).
    closes_connection  whether what the client still sends is of no use.
    """

    def __init__(
        self,
        status: HTTPStatus,
        kind: ProblemKind,
        detail: str,
        *,
        cell: str | None = None,
        fields: tuple[tuple[str, str], ...] = (),
        headers: dict[str, str] | None = None,
        closes_connection: bool = False,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.cell = cell
        self.fields = fields
        self.headers = headers or {}
        self.closes_connection = closes_connection

    def document(self) -> dict[str, Any]:
        """The problem document."""
        document: dict[str, Any] = {
            "type": f"/docs#{self.kind}",
            "title": self.kind.heading,
            "status": int(self.status),
            "detail": self.detail,
        }
        if self.cell is not None:
            document["cell"] = self.cell
        if self.fields:
            document["errors"] = [
                {"field": field, "detail": detail} for field, detail in self.fields
            ]
        return document

    def response(self) -> web.Response:
        """The answer that carries the document."""
        response = web.Response(
            status=int(self.status),
            body=json.dumps(self.document(), ensure_ascii=False).encode("utf-8", "replace"),
            content_type=MEDIA_TYPE,
            headers={"Cache-Control": "no-store", **self.headers},
        )
        if self.closes_connection:
            response.force_close()
        return response
