"""Schemathesis asks the admin API whatever its OpenAPI document allows, and what it does not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from emulator.api.routes import ENDPOINTS
from tests.support.emulator_process import EmulatorProcess

_EXAMPLES = int(os.environ.get("RGS_SCHEMA_EXAMPLES", "8"))
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Two stay open for as long as one likes; one is the document, which does not tell of itself.
_APART = ("followEvents", "waitForCall", "getOpenApi")
_ASKED = [each for each in ENDPOINTS if each.name not in _APART]
_RIGHT, _WRONG = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
_CASES = [
    *((each.name, _RIGHT) for each in _ASKED),
    *((each.name, _WRONG) for each in _ASKED if each.query is not None or each.body is not None),
]
_PATIENCE_SECONDS = 20.0


@pytest.fixture(scope="module")
def emulator() -> Iterator[EmulatorProcess]:
    """One emulator for all that is asked."""
    with EmulatorProcess() as running:
        yield running


@pytest.fixture(scope="module")
def operations(emulator: EmulatorProcess) -> dict[str, Any]:
    """What the emulator's own document tells of, by operationId."""
    host, port = emulator.addresses["http"]
    schema = schemathesis.openapi.from_url(f"http://{host}:{port}/openapi.json")
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    return {each.definition.raw["operationId"]: each for each in found}


@pytest.mark.parametrize(
    ("name", "mode"), _CASES, ids=[f"{name}-{mode.value}" for name, mode in _CASES]
)
def test_every_answer_is_one_that_the_document_tells_of(
    operations: dict[str, Any], name: str, mode: schemathesis.GenerationMode
) -> None:
    @given(case=operations[name].as_strategy(generation_mode=mode))
    @settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case: Any) -> None:
        case.call_and_validate(checks=_CHECKS, timeout=_PATIENCE_SECONDS)

    ask()
