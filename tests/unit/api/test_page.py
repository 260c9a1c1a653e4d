"""docs/api.md has every request and every metric that there is."""

from __future__ import annotations

import re

import pytest

from emulator.api.endpoint import Endpoint
from emulator.api.routes import ENDPOINTS
from tests.support.commands import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text()


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.name)
def test_page_has_the_request(endpoint: Endpoint) -> None:
    assert f"| `{endpoint.method} {endpoint.path}` |" in PAGE


def test_page_has_no_request_that_is_not_there() -> None:
    told = set(re.findall(r"^\| `(\w+ /\S+)` \|", PAGE, re.MULTILINE))

    assert told == {f"{each.method} {each.path}" for each in ENDPOINTS}


def test_page_has_every_metric() -> None:
    source = (ROOT / "emulator" / "api" / "metrics.py").read_text()

    for name in re.findall(r'"(rgs_\w+)"', source):
        assert re.search(rf"`{name}(_total)?`", PAGE), name
