"""The OpenAPI 3.1 document, made from the endpoints and their models."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from emulator import __version__
from emulator.api.answers import ProblemDocument
from emulator.api.endpoint import Answer, Endpoint
from emulator.api.problems import MEDIA_TYPE, ProblemKind

__all__ = ["openapi_document"]

_REF = "#/components/schemas/{model}"
_EVERY = (HTTPStatus.FORBIDDEN, HTTPStatus.MISDIRECTED_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR)
_WITH_QUERY = (HTTPStatus.UNPROCESSABLE_ENTITY,)
_WITH_BODY = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
_TAGS = {
    "phases": "Phases, imports, databases",
    "calls": "Calls",
    "records": "Records of calls, and reports on them",
    "configuration": "The three configuration surfaces",
    "agents": "Agents and their consoles",
    "events": "What happens, as it happens",
    "health": "Whether the emulator is well",
    "documents": "Metrics and this documentation",
}


def openapi_document(endpoints: Sequence[Endpoint]) -> bytes:
    """Give the document as JSON."""
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation") for model in _models(endpoints)
    ]
    keyed, shared = models_json_schema(modes, ref_template=_REF)
    schemas = {model: keyed[model, mode] for model, mode in modes}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(
            endpoint, schemas, shared["$defs"]
        )
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Response Group emulator: admin API",
            "version": __version__,
            "description": (
                "Drives and watches an emulated pair of Lync Server 2013 pools. Errors are "
                "problem documents (RFC 9457); nothing is changed by a request that was refused."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
        "security": [{"token": []}, {}],
        "paths": paths,
        "components": {
            "schemas": shared["$defs"],
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of `rgs up --token`; asked for where one is set.",
                }
            },
        },
        "x-problems": {kind.value: kind.heading for kind in ProblemKind},
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def _models(endpoints: Iterable[Endpoint]) -> list[type[BaseModel]]:
    """Every model that some endpoint takes or gives, once."""
    found: dict[type[BaseModel], None] = {ProblemDocument: None}
    for endpoint in endpoints:
        given = [answer.model for answer in endpoint.answers.values()]
        for model in (endpoint.query, endpoint.body, *given):
            if model is not None:
                found[model] = None
    return list(found)


_Schemas = dict[type[BaseModel], dict[str, Any]]


def _operation(endpoint: Endpoint, schemas: _Schemas, shared: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.about.partition(". ")[0].rstrip("."),
        "description": endpoint.about,
        "tags": [endpoint.tag],
    }
    if endpoint.is_open:
        operation["security"] = []
    parameters = [*_path_parameters(endpoint), *_query_parameters(endpoint, schemas, shared)]
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": _needs_body(endpoint.body),
            "content": {"application/json": {"schema": schemas[endpoint.body]}},
        }
    operation["responses"] = {
        str(int(status)): _success(answer, schemas) for status, answer in endpoint.answers.items()
    } | {str(int(status)): _problem(status, schemas) for status in _problems(endpoint)}
    return operation


def _needs_body(model: type[BaseModel]) -> bool:
    return any(field.is_required() for field in model.model_fields.values())


def _path_parameters(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    for name, about in endpoint.path_parameters.items():
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": about,
            "schema": {"type": "string"},
        }


def _query_parameters(
    endpoint: Endpoint, schemas: _Schemas, shared: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    if endpoint.query is None:
        return
    schema = shared[schemas[endpoint.query]["$ref"].rpartition("/")[2]]
    for name, original in schema["properties"].items():
        described = dict(original)
        parameter: dict[str, Any] = {"name": name, "in": "query"}
        about = described.pop("description", None)
        if about:
            parameter["description"] = about
        if name in schema.get("required", ()):
            parameter["required"] = True
        parameter["schema"] = _without_null(described)
        yield parameter


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is not there; there is no way to write null."""
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if not choices:
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**rest, **choices[0]} if len(choices) == 1 else {**rest, "anyOf": choices}


def _success(answer: Answer, schemas: _Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.about}
    text: dict[str, Any] = {"type": "string"}
    is_json = answer.media_types == ("application/json",)
    schema: dict[str, Any] = {"type": "object"} if is_json else text
    if answer.model is not None:
        schema = schemas[answer.model]
    if answer.media_types:
        described["content"] = {
            kind: {"schema": text if kind.startswith("text/") else schema}
            for kind in answer.media_types
        }
    return described


def _problems(endpoint: Endpoint) -> list[HTTPStatus]:
    statuses = {*endpoint.problems, *_EVERY}
    if not endpoint.is_open:
        statuses.add(HTTPStatus.UNAUTHORIZED)
    if endpoint.query is not None:
        statuses.update(_WITH_QUERY)
    if endpoint.body is not None:
        statuses.update(_WITH_BODY)
    return sorted(statuses)


def _problem(status: HTTPStatus, schemas: _Schemas) -> dict[str, Any]:
    return {
        "description": f"{status.phrase}.",
        "content": {MEDIA_TYPE: {"schema": schemas[ProblemDocument]}},
    }
