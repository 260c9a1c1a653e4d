"""Health, metrics, the OpenAPI document, and the page that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from prometheus_client.parser import text_string_to_metric_families

from emulator.api.problems import ProblemKind
from emulator.api.routes import ENDPOINTS
from tests.support.contract import openapi
from tests.support.doors import Door

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def test_readiness_is_said_when_it_is_so(door: Door) -> None:
    ready = await door.ask("GET", "/readyz")
    door.server.set_ready(False)
    ending = await door.ask("GET", "/readyz")
    live = await door.ask("GET", "/livez")

    assert (ready.status, ready.text) == (200, "ready\n")
    assert ending.status == 503
    assert ending.problem["type"] == "/docs#not-ready"
    assert (live.status, live.text) == (200, "live\n")


async def test_metrics_count_calls_verdicts_messages_and_ends(door: Door) -> None:
    await door.connected("erin", "hotline")
    await door.call("frank", "lobby")
    await door.phase("outage")
    await door.call("frank", "helpdesk")

    found = await samples(door)

    assert value(found, "rgs_calls_total", group="hotline") == 1
    assert value(found, "rgs_calls", group="hotline", state="connected") == 0
    assert value(found, "rgs_calls_ended_total", group="hotline", by="rule") == 1
    assert value(found, "rgs_calls_ended_total", group="lobby", by="rule") == 1
    assert value(found, "rgs_verdicts_total", cell="new/outage/not_imported") == 1
    assert value(found, "rgs_verdicts_total", cell="connected/outage/anonymous/primary") == 1
    assert value(found, "rgs_phase", phase="outage") == 1
    assert value(found, "rgs_phase", phase="normal") == 0
    assert value(found, "rgs_epoch") == 1
    received = {"listener": "director", "transport": "udp", "direction": "received"}
    assert value(found, "rgs_sip_messages_total", method="INVITE", **received) == 3
    assert value(found, "rgs_sip_retransmissions_total", listener="director", direction="sent") == 0
    assert value(found, "rgs_queue_seconds_count") == 0
    assert value(found, "rgs_loop_lag_seconds_count") >= 0
    assert value(found, "process_resident_memory_bytes") > 0
    assert any(name == "rgs_sip_transactions" for name, _ in found)


async def test_metrics_tell_sent_requests_by_method_and_responses_apart(door: Door) -> None:
    await door.connected("erin", "hotline")
    await door.phase("outage")  # BYE to the caller

    found = await samples(door)

    def sent(listener: str, method: str, transport: str = "udp") -> float:
        about = {"listener": listener, "transport": transport, "direction": "sent"}
        return value(found, "rgs_sip_messages_total", method=method, **about)

    assert (sent("agents", "INVITE"), sent("agents", "ACK"), sent("primary", "BYE")) == (1, 1, 1)
    statuses = {"listener": "director", "direction": "sent", "transport": "any"}
    ringing = value(found, "rgs_sip_responses_total", status="180", **statuses)
    answered = value(found, "rgs_sip_responses_total", status="200", **statuses)
    assert sent("director", "RESPONSE", "any") == ringing + answered == 2
    assert value(found, "rgs_sip_sent_total", listener="director", transport="udp") == 2


async def test_metrics_show_live_calls_by_state_and_group(door: Door) -> None:
    await door.connected("erin", "helpdesk")
    await door.call("erin", "lobby")
    await door.connected("erin", "alice")

    found = await samples(door)

    assert value(found, "rgs_calls", group="helpdesk", state="connected") == 1
    assert value(found, "rgs_calls", group="lobby", state="pending") == 1
    assert value(found, "rgs_calls", group="persons", state="connected") == 1
    assert value(found, "rgs_calls", group="billing", state="pending") == 0


async def test_queue_times_are_counted_when_an_agent_is_rung(door: Door) -> None:
    waiting = await door.call("erin", "billing")
    await door.ask("POST", "console/carol/sign-in", {"groups": ["billing"]})
    await door.get(f"wait?call_id={waiting['call_ids'][0]}&state=connected")

    found = await samples(door)

    assert value(found, "rgs_queue_seconds_count") == 1
    assert value(found, "rgs_queue_seconds_bucket", le="+Inf") == 1


async def test_openapi_document_is_served_and_well_formed(door: Door) -> None:
    document = await door.get("/openapi.json")

    assert document == openapi()
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for reference in references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


async def test_openapi_document_has_every_route_and_nothing_else(door: Door) -> None:
    document = await door.get("/openapi.json")

    documented = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    served = {
        (route.method, route.resource.canonical)
        for route in door.server.application.router.routes()
        if route.resource is not None and route.method != "HEAD"
        if route.resource.name != "agent_service"  # it has a WSDL
    }
    assert documented == served
    names = [each.name for each in ENDPOINTS]
    assert len(names) == len(set(names))


async def test_every_operation_documents_its_parameters_and_errors(door: Door) -> None:
    document = await door.get("/openapi.json")

    for path, methods in document["paths"].items():
        for operation in methods.values():
            parameters = operation.get("parameters", [])
            in_path = {each["name"] for each in parameters if each["in"] == "path"}
            assert in_path == set(re.findall(r"\{(\w+)\}", path))
            assert operation["responses"]
            for status, answer in operation["responses"].items():
                is_problem = "application/problem+json" in answer.get("content", ())
                assert is_problem == (int(status) >= 400)


async def test_docs_page_needs_nothing_from_elsewhere(door: Door) -> None:
    page = await door.ask("GET", "/docs")
    script = await door.ask("GET", "/docs/docs.js")
    style = await door.ask("GET", "/docs/docs.css")

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    sources = _sources(page.text)
    assert set(sources) == {"/docs/docs.css", "/docs/docs.js", "/openapi.json", "data:,"}
    for each in (page, script, style):
        assert each.status == 200
        assert not re.search(r"https?://", each.text)


@pytest.mark.parametrize("name", ["other.js", "..%2Fserver.py", "docs.html%00"])
async def test_docs_serve_their_own_files_only(door: Door, name: str) -> None:
    assert (await door.ask("GET", f"/docs/{name}")).status == 404


@pytest.mark.parametrize("kind", ProblemKind)
async def test_every_kind_of_problem_is_explained_at_its_address(
    door: Door, kind: ProblemKind
) -> None:
    document = await door.get("/openapi.json")

    assert document["x-problems"][kind] == kind.heading


@pytest.mark.parametrize("path", ["/", "/api", "/api/v1", "/api/v1/nothing", "/docs/", "//"])
async def test_nothing_elsewhere(door: Door, path: str) -> None:
    reply = await door.ask("GET", path)

    assert reply.status == 404
    assert reply.problem


async def test_wrong_method_says_which_are_right(door: Door) -> None:
    reply = await door.ask("DELETE", "phase")

    assert reply.status == 405
    assert reply.headers["Allow"] == "PUT"
    assert reply.problem["type"] == "/docs#method-not-allowed"


async def test_head_is_answered_like_get_without_a_body(door: Door) -> None:
    reply = await door.ask("HEAD", "/livez")

    assert (reply.status, reply.data) == (200, b"")


async def samples(door: Door) -> Samples:
    """Every sample of the metrics."""
    text = (await door.ask("GET", "/metrics")).text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    """One sample's value."""
    return found[name, tuple(sorted(labels.items()))]


def references(value: Any) -> Iterator[str]:
    """Every $ref within `value`."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def _sources(page: str) -> list[str]:
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(text for name, text in attrs if name in ("src", "href") and text)

    Reader().feed(page)
    return found
