"""Parts of the admin API that need no socket: formats, lag, seats, problems."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus

import pytest

from emulator.api import lag as lag_module
from emulator.api.lag import LAG_BOUNDS, LoopLag
from emulator.api.problems import Problem, ProblemKind
from emulator.api.routes.ladders import format_accepted
from emulator.api.seats import Seats


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "text"),
        ("*/*", "text"),
        ("text/*", "text"),
        ("text/plain", "text"),
        ("text/vnd.mermaid", "mermaid"),
        ("image/svg+xml", "svg"),
        ("image/*", "svg"),
        ("text/plain;q=0.2, image/svg+xml;q=0.9", "svg"),
        ("text/html, application/xhtml+xml, */*;q=0.8", "text"),
        ("application/json", None),
        ("text/plain;q=0", None),
        ("text/plain;q=x", None),
        (",;,", None),
    ],
)
def test_ladder_format_follows_the_accept_header(accept: str, chosen: str | None) -> None:
    assert format_accepted(accept) == chosen


async def test_lag_counts_into_its_buckets() -> None:
    lag = LoopLag(asyncio.get_running_loop())

    for seconds in (0.0, 0.0005, 0.004, 0.3, 7.0):
        lag.note(seconds)

    assert sum(lag.counts) == 5
    assert lag.counts[0] == 2
    assert lag.counts[LAG_BOUNDS.index(0.005)] == 1
    assert lag.counts[LAG_BOUNDS.index(0.5)] == 1
    assert lag.counts[-1] == 1
    assert lag.seconds == pytest.approx(7.3045)


async def test_lag_is_sampled_only_while_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lag_module, "ASKED_SECONDS", 0.0)
    lag = LoopLag(asyncio.get_running_loop())
    before = lag.is_sampling

    lag.ask()

    during = lag.is_sampling
    async with asyncio.timeout(10):
        while lag.is_sampling:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
    assert (before, during, sum(lag.counts)) == (False, True, 1)


async def test_seats_are_bounded_and_free_again() -> None:
    seats = Seats(1, "listening")

    with seats.taken():
        with pytest.raises(Problem) as refused, seats.taken():
            pass
        assert seats.taken_now == 1

    assert refused.value.status is HTTPStatus.SERVICE_UNAVAILABLE
    assert seats.taken_now == 0


async def test_dismissed_client_is_told_and_one_that_leaves_is_not() -> None:
    seats = Seats(2, "waiting")

    async def stay() -> None:
        with seats.taken():
            await asyncio.Event().wait()

    leaving, staying = asyncio.create_task(stay()), asyncio.create_task(stay())
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    seats.dismiss()
    with pytest.raises(Problem):
        await staying

    assert seats.taken_now == 0


def test_problem_document_has_what_rfc_9457_names() -> None:
    problem = Problem(
        HTTPStatus.FORBIDDEN,
        ProblemKind.FORBIDDEN_BY_RULE,
        "agents cannot sign in",
        cell="console/outage/primary",
        fields=(("groups", "wrong"),),
    )

    response = problem.response()

    assert response.status == 403
    assert response.content_type == "application/problem+json"
    assert isinstance(response.body, bytes)
    assert json.loads(response.body) == {
        "type": "/docs#forbidden-by-rule",
        "title": "Forbidden by rule",
        "status": 403,
        "detail": "agents cannot sign in",
        "cell": "console/outage/primary",
        "errors": [{"field": "groups", "detail": "wrong"}],
    }
