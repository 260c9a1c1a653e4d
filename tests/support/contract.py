"""Holds every answer of the admin API to the OpenAPI document that it serves."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from emulator.api.openapi import openapi_document
from emulator.api.routes import ENDPOINTS

__all__ = ["hold_to_contract", "openapi"]


@cache
def openapi() -> dict[str, Any]:
    """The document."""
    document: dict[str, Any] = json.loads(openapi_document(ENDPOINTS))
    return document


def hold_to_contract(method: str, path: str, status: int, kind: str, data: bytes) -> None:
    """Fail unless the document has this answer to `method` of `path`, and its schema fits.

    Paths and methods that the document doesn't have are not judged.
    """
    operation = _operation(method.lower(), path.partition("?")[0])
    if operation is None:
        return
    responses = operation["responses"]
    assert str(status) in responses, f"{method} {path} answered {status}, which is not documented"
    media_type = kind.partition(";")[0]
    content = responses[str(status)].get("content")
    if content is None:
        assert not data, f"{method} {path} answered something, where nothing is documented"
        return
    assert media_type in content, f"{method} {path} answered {media_type}, not {list(content)}"
    if media_type.endswith("json"):
        schema = {**content[media_type]["schema"], "components": openapi()["components"]}
        Draft202012Validator(schema).validate(json.loads(data))


def _operation(method: str, path: str) -> dict[str, Any] | None:
    for template, methods in openapi()["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if method in methods and re.fullmatch(pattern, path):
            found: dict[str, Any] = methods[method]
            return found
    return None
