"""What the log tells of the journal: bursts are counted, phases never missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from emulator.cli.chronicle import Chronicle
from emulator.deployment import Deployment
from emulator.model.calls import Call, EndedBy
from emulator.operations.administration import Administration
from emulator.operations.imports import import_groups
from emulator.resources import resource
from emulator.rules import Phase, Pool, Row, Situation, load_rules, verdict
from emulator.topology import load_topology

RULES = load_rules()
REFUSED = verdict(Situation(Row.NEW), Phase.OUTAGE, RULES)


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    """What is logged."""
    capture = LogCapture()
    structlog.configure(processors=[capture], cache_logger_on_first_use=False)
    yield capture.entries
    structlog.reset_defaults()


@pytest.fixture
async def administration() -> AsyncIterator[Administration]:
    """A deployment that has not been started."""
    found = Administration(Deployment(load_topology(resource("contoso.yaml")), RULES))
    yield found
    await found.stores.close()


@pytest.fixture
async def chronicle(administration: Administration) -> Chronicle:
    """The log of that deployment."""
    return Chronicle(administration, asyncio.get_running_loop())


def refuse_a_call(administration: Administration) -> None:
    """Let the rules refuse a new call."""
    site = administration.site
    number = site.calls.next_number()
    group = site.groups["helpdesk"]
    call = Call(number, b"%d@x" % number, b"<sip:a@b>", Pool.PRIMARY, REFUSED, group)
    site.calls.add(call)
    site.end_call(call, EndedBy.RULE, status=503, reason=REFUSED.cell, ruling=REFUSED)


async def test_refused_call_is_told_with_its_cell(
    administration: Administration, chronicle: Chronicle, lines: list[Any]
) -> None:
    refuse_a_call(administration)

    chronicle.write()
    chronicle.write()

    (line,) = lines
    assert line["event"] == "call refused by rule"
    assert line["log_level"] == "info"
    assert (line["cell"], line["group"], line["status"]) == (
        "new/outage/not_imported", "helpdesk", 503,
    )  # fmt: skip
    assert line["call_id"] == "1@x"


async def test_burst_is_counted_as_a_whole(
    administration: Administration, chronicle: Chronicle, lines: list[Any]
) -> None:
    for _ in range(1_000):
        refuse_a_call(administration)

    chronicle.write()

    told = [line for line in lines if line["event"] == "call refused by rule"]
    (rest,) = [line for line in lines if line["event"] != "call refused by rule"]
    assert rest["event"] == "more calls were ended or refused by rule"
    assert len(told) + rest["calls"] == 1_000


async def test_import_and_phases_are_told_in_order(
    administration: Administration, chronicle: Chronicle, lines: list[Any]
) -> None:
    await import_groups(administration, ["helpdesk"])
    succession = administration.deployment.succession
    await succession.change(Phase.OUTAGE)
    await succession.change(Phase.FAILING_OVER)

    chronicle.write()

    told = [(line["event"], line.get("phase") or line.get("groups")) for line in lines]
    assert told == [("import", "helpdesk"), ("phase", "outage"), ("phase", "failing_over")]
