"""The proxy: what it changes in a request, whom it asks, what it cancels (RFC 3261 §16)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from sip.message import Request, Response, parse_message
from sip.proxy import Branch, Target, forwarded, has_looped, loop_mark
from tests.support.fake_flow import FakeFlow
from tests.support.proxy_world import World, request_of


@pytest.fixture
def world() -> Iterator[World]:
    loop = asyncio.new_event_loop()
    yield World(loop)
    loop.close()


def test_a_forwarded_request_has_its_target_and_one_hop_less() -> None:
    request = request_of(b"INVITE", b"Max-Forwards: 12")
    copy = forwarded(request, Target(b"sip:agent@192.0.2.10", FakeFlow()))

    assert copy.uri == b"sip:agent@192.0.2.10"
    assert copy.header("Max-Forwards") == "11"
    assert (request.uri, request.header("Max-Forwards")) == (b"sip:agents@example.com", "12")


def test_a_request_without_max_forwards_gets_70() -> None:
    copy = forwarded(request_of(), Target(b"sip:a@b", FakeFlow()))

    assert copy.header("Max-Forwards") == "70"


def test_record_routes_are_put_on_one_after_the_other_the_last_on_top() -> None:
    near, far = b"<sip:192.0.2.99;lr>", b"<sip:192.0.2.99;transport=tcp;lr>"  # RFC 5658 §3
    request = request_of(b"INVITE", b"Record-Route: <sip:before.example;lr>")

    copy = forwarded(request, Target(b"sip:a@b", FakeFlow(), (near, far)))

    assert copy.record_routes == [far, near, b"<sip:before.example;lr>"]


def test_a_branch_carries_our_via_on_top_of_those_it_came_with(world: World) -> None:
    world.forward()

    sent = world.flows[0].requests()[0]
    assert len(sent.vias) == 2
    assert sent.vias[0].startswith(b"SIP/2.0/UDP 127.0.0.1:0;branch=z9hG4bK")
    assert sent.vias[1] == b"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-up"


def test_a_response_goes_back_without_our_via(world: World) -> None:
    world.forward()

    world.respond(0, 180)

    assert world.upstream.responses()[-1].vias == [b"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-up"]


def test_a_100_stops_here_and_every_other_provisional_response_goes_back(world: World) -> None:
    world.forward()

    world.respond(0, 100, 180, 183)

    assert world.statuses == [180, 183]


def test_a_request_without_hops_left_is_answered_483(world: World) -> None:
    world.forward(request=request_of(b"INVITE", b"Max-Forwards: 0"))

    assert world.statuses == [483]
    assert world.flows[0].sent == []
    assert world.done == [483]


def test_a_request_without_targets_is_answered_480(world: World) -> None:
    world.forward(targets=0)

    assert world.statuses == [480]
    assert world.done == [480]


def passed_through(world: World, request: Request, uri: bytes) -> Request:
    """`request` as it comes back after this element has forwarded it to `uri`."""
    flow = FakeFlow()
    copy = forwarded(request, Target(uri, flow))
    world.endpoint.send_by(copy, None, flow, suffix=loop_mark(request))
    back = flow.requests()[0]
    back.push_via(b"SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK-far", b"z9hG4bK-far", b"192.0.2.7")
    again = parse_message(back.to_bytes())
    assert isinstance(again, Request)
    return again


def test_a_request_that_comes_back_for_the_same_target_has_looped(world: World) -> None:
    request = request_of()

    back = passed_through(world, request, request.uri)

    assert has_looped(back, [world.endpoint.sent_by])
    assert not has_looped(request, [world.endpoint.sent_by])


def test_a_request_that_comes_back_for_another_target_spirals(world: World) -> None:
    request = request_of()

    spiral = passed_through(world, request, b"sip:agent@example.com")
    loop = passed_through(world, spiral, b"sip:agents@example.com")

    assert not has_looped(spiral, [world.endpoint.sent_by])
    assert has_looped(loop, [world.endpoint.sent_by])


def test_the_mark_of_another_element_is_no_loop_of_ours(world: World) -> None:
    back = passed_through(world, request_of(), request_of().uri)

    assert not has_looped(back, [b"192.0.2.200:5060"])
    assert has_looped(back, [b"192.0.2.200:5060", world.endpoint.sent_by])


@pytest.mark.parametrize(
    "other",
    [
        request_of(uri=b"sip:other@example.com"),
        request_of(cseq=2),
        request_of(to_tag=b"x"),
        request_of(b"INVITE", b"Route: <sip:p.example;lr>"),
        request_of(b"INVITE", b"Proxy-Require: gruu"),
    ],
    ids=["uri", "cseq", "to-tag", "route", "proxy-require"],
)
def test_what_decides_where_a_request_goes_is_in_its_mark(other: Request) -> None:
    assert loop_mark(other) != loop_mark(request_of())
    assert loop_mark(request_of()) == loop_mark(request_of())


def cancel_from_upstream(world: World, *lines: bytes) -> None:
    world.endpoint.layer.receive_request(request_of(b"CANCEL", *lines), world.upstream)


def test_a_cancel_goes_to_every_branch_with_its_reason(world: World) -> None:
    world.forward(targets=2)
    world.respond(0, 180)
    world.respond(1, 180)

    cancel_from_upstream(world, b"Reason: SIP;cause=200;text=x")

    for flow in world.flows:
        assert flow.methods() == [b"INVITE", b"CANCEL"]
        assert flow.requests()[1].header("Reason") == "SIP;cause=200;text=x"
    world.respond(0, 487)
    world.respond(1, 487)
    assert world.statuses == [180, 180, 200, 487]


def test_an_answer_that_crosses_the_cancel_goes_back(world: World) -> None:
    world.forward()
    world.respond(0, 180)

    cancel_from_upstream(world)
    world.respond(0, 200)

    assert world.statuses == [180, 200, 200]


def test_a_branch_that_rings_for_longer_than_timer_c_is_cancelled(world: World) -> None:
    world.forward()
    world.respond(0, 100)
    world.time.advance(184)
    assert world.methods(0) == [b"INVITE"]

    world.time.advance(1)
    assert world.methods(0) == [b"INVITE", b"CANCEL"]
    world.time.run_out()

    assert world.done == [408]
    assert world.endpoint.layer.clients == {}


def test_each_provisional_response_but_100_starts_timer_c_anew(world: World) -> None:
    world.forward()
    for status in (180, 183, 100):
        world.respond(0, status)
        world.time.advance(90)

    assert world.methods(0) == [b"INVITE"]  # 270 seconds, but 180 since the 183
    world.time.advance(5)
    assert world.methods(0) == [b"INVITE", b"CANCEL"]


def test_timer_c_ends_with_the_final_response(world: World) -> None:
    world.forward()
    world.respond(0, 180, 200)

    world.time.run_out()

    assert world.methods(0) == [b"INVITE"]
    assert len(world.time.deadlines) == 0


class Branching:
    """Who forks by hand."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def on_branch_response(self, branch: Branch, response: Response) -> None:
        self.told.append(response.status)

    def on_branch_failed(self, branch: Branch, status: int) -> None:
        self.told.append(-status)


def test_a_branch_that_was_cancelled_before_it_started_is_cancelled_once_it_rings(
    world: World,
) -> None:
    flow, user = FakeFlow(), Branching()
    target = Target(b"sip:agent@192.0.2.10", flow)
    branch = Branch(world.endpoint, forwarded(request_of(), target), target, user)

    branch.cancel([(b"Reason", b"SIP;cause=200")])
    branch.start()
    assert flow.methods() == [b"INVITE"]
    ringing = Response.build(flow.requests()[0], 180, to_tag=b"t")
    world.endpoint.layer.receive_response(ringing, flow)

    assert flow.methods() == [b"INVITE", b"CANCEL"]
    assert flow.requests()[1].header("Reason") == "SIP;cause=200"
    assert user.told == [180]


def test_an_abandoned_branch_hears_and_sends_nothing_more(world: World) -> None:
    flow, user = FakeFlow(), Branching()
    target = Target(b"sip:agent@192.0.2.10", flow)
    branch = Branch(world.endpoint, forwarded(request_of(), target), target, user)
    branch.start()

    branch.abandon()
    world.time.run_out()

    assert flow.methods() == [b"INVITE"]
    assert user.told == []
    assert branch.is_final
