"""The proxy: which response goes back (RFC 3261 §16.7, RFC 4320)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.support.proxy_world import World, request_of


@pytest.fixture
def world() -> Iterator[World]:
    loop = asyncio.new_event_loop()
    yield World(loop)
    loop.close()


def test_all_targets_are_asked_at_once_with_branches_of_their_own(world: World) -> None:
    world.forward(targets=3)

    sent = [flow.requests()[0] for flow in world.flows]
    assert [r.uri for r in sent] == [b"sip:agent%d@192.0.2.10" % n for n in range(3)]
    assert len({r.branch for r in sent}) == 3


def test_the_first_2xx_goes_back_at_once_and_the_others_are_cancelled(world: World) -> None:
    world.forward(targets=3)
    world.respond(0, 180)
    world.respond(1, 180)

    world.respond(1, 200)

    assert world.statuses == [180, 180, 200]
    assert world.methods(0) == [b"INVITE", b"CANCEL"]
    assert world.methods(1) == [b"INVITE"]
    assert world.methods(2) == [b"INVITE"]  # nothing provisional yet
    world.respond(2, 180)
    assert world.methods(2) == [b"INVITE", b"CANCEL"]
    assert world.done == [200]


def test_a_2xx_that_comes_late_goes_back_too(world: World) -> None:
    world.forward(targets=2)
    world.respond(0, 180, 200)
    world.respond(1, 180)

    world.respond(1, 200, 200)
    world.respond(0, 200)

    assert world.statuses == [180, 200, 200, 200, 200]
    assert world.done == [200]


def test_what_fails_after_the_answer_does_not_go_back(world: World) -> None:
    world.forward(targets=2)
    world.respond(0, 180, 200)

    world.respond(1, 180, 487)

    assert world.statuses == [180, 200]


@pytest.mark.parametrize(
    ("failures", "best"),
    [
        ((486, 480), 486),  # the first of a class
        ((500, 404), 404),
        ((404, 302), 302),
        ((404, 603, 302), 603),
        ((486, 401), 401),
        ((486, 407), 407),
        ((404, 484), 484),
        ((503, 500), 500),
        ((503, 404), 404),
        ((503, 503), 500),  # §16.7: it is not this element that can't serve
        ((503,), 500),
        ((408, 486), 408),
    ],
)
def test_the_best_of_the_failures_goes_back_once_there_is_no_hope(
    world: World, failures: tuple[int, ...], best: int
) -> None:
    world.forward(targets=len(failures))

    for target, status in enumerate(failures):
        assert world.statuses == []
        world.respond(target, status)

    assert world.statuses == [best]
    assert world.done == [best]


def test_whoever_listens_is_told_whose_response_goes_back(world: World) -> None:
    world.forward(targets=2)

    world.respond(0, 404)
    world.respond(1, 500)

    assert world.passed == [(404, b"sip:agent0@192.0.2.10")]


def test_a_6xx_cancels_what_rings_and_goes_back_once_all_have_ended(world: World) -> None:
    world.forward(targets=2)
    world.respond(1, 180)

    world.respond(0, 603)
    assert world.statuses == [180]
    assert world.methods(1) == [b"INVITE", b"CANCEL"]
    world.respond(1, 487)

    assert world.statuses == [180, 603]


def test_the_challenges_of_all_targets_go_back_together(world: World) -> None:
    world.forward(targets=3)

    world.respond(0, 407, Proxy_Authenticate=b'Digest realm="a", nonce="1"')
    world.respond(1, 486)
    world.respond(2, 401, WWW_Authenticate=b'Digest realm="b", nonce="2"')

    response = world.upstream.responses()[-1]
    assert response.status == 407
    assert response.values(b"Proxy-Authenticate") == [b'Digest realm="a", nonce="1"']
    assert response.values(b"WWW-Authenticate") == [b'Digest realm="b", nonce="2"']


def test_silence_is_a_408(world: World) -> None:
    world.forward(targets=2)

    world.time.advance(32)

    assert world.statuses == [408]
    assert world.done == [408]


def test_what_a_target_has_said_is_better_than_the_silence_of_another(world: World) -> None:
    world.forward(targets=2)
    world.respond(1, 486)

    world.time.advance(32)

    assert world.statuses == [486]


def test_a_target_that_can_not_be_reached_counts_as_503(world: World) -> None:
    world.forward(targets=2)
    world.flows[0].fails = world.flows[1].fails = True
    world.time.advance(0.5)  # the repetitions fail

    assert world.statuses == [500]
    assert world.done == [500]


@pytest.mark.parametrize("status", [None, 408], ids=["silence", "408"])
def test_nothing_goes_back_when_a_request_other_than_invite_finds_no_answer(
    world: World, status: int | None
) -> None:
    world.forward(request=request_of(b"OPTIONS"))

    if status is None:
        world.time.run_out()
    else:
        world.respond(0, status)

    assert world.statuses == []
    assert world.done == [408]
    assert world.endpoint.layer.servers == {}


def test_the_answer_to_a_request_other_than_invite_goes_back(world: World) -> None:
    world.forward(request=request_of(b"OPTIONS"))

    world.respond(0, 200)

    assert world.statuses == [200]
