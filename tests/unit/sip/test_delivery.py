"""Which way a request takes: large ones, ones for a name, and the next way when one fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sip.endpoint import Endpoint
from sip.message import Request, Response
from sip.timers import Timers
from sip.transaction import ClientTransaction, State
from sip.transport.flow import Address, Flow
from sip.transport.lookup import Resolver
from sip.transport.resolve import Named, Target
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.transaction_users import ClientRecord, UserRecord

PEER = ("192.0.2.1", 5060)
OTHER = ("192.0.2.2", 5070)
NUMERIC = b"sip:agent@192.0.2.1"
NAMED = b"sip:agent@pool.example"
LARGE = b"x" * 1_300


class Answers(Resolver):
    """A resolver that answers when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Named] = []
        self._waiting: list[Callable[[list[Target]], None]] = []

    def find(self, named: Named, is_ipv6: bool, on_found: Callable[[list[Target]], None]) -> None:
        self.asked.append(named)
        self._waiting.append(on_found)

    def answer(self, *targets: Target) -> None:
        for on_found in self._waiting:
            on_found(list(targets))
        self._waiting.clear()


pytestmark = pytest.mark.sources  # no class of Python inherits from a compiled one


class Faked(Endpoint):
    """An endpoint whose flows are fakes, made when they are first asked for."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.flows: dict[Target, FakeFlow] = {}

    def flow_to(self, transport: bytes, remote: Address) -> FakeFlow:
        return self.flows.setdefault((transport, remote), FakeFlow(transport, remote))


class World:
    """The endpoint, its time, its resolver, and who sends."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.time = ManualTime()
        self.resolver = Answers()
        self.user = ClientRecord()
        self.endpoint = Faked(
            "ours", UserRecord(), loop, self.time.deadlines, Timers(), resolver=self.resolver
        )

    def flow(self, transport: bytes, remote: Address = PEER) -> FakeFlow:
        """The flow to `remote`."""
        return self.endpoint.flow_to(transport, remote)

    def request(self, uri: bytes, body: bytes = b"", method: bytes = b"INVITE") -> Request:
        return Request.build(
            method,
            uri,
            via=None,
            from_value=b"<sip:us@example.com>;tag=ours",
            to_value=b"<sip:agent@example.com>",
            call_id=b"ours@example",
            cseq=1,
            body=body,
        )

    def send(
        self, uri: bytes, body: bytes = b"", flow: Flow | None = None
    ) -> ClientTransaction | None:
        return self.endpoint.send_request(self.request(uri, body), self.user, flow)

    def sent(self) -> list[tuple[bytes, Address, bytes]]:
        """Transport, address and method of all that was sent, flow by flow."""
        return [
            (transport, remote, method)
            for (transport, remote), flow in self.endpoint.flows.items()
            for method in flow.methods()
        ]

    def respond(self, flow: FakeFlow, status: int) -> None:
        response = Response.build(flow.requests()[-1], status, to_tag=b"t")
        self.endpoint.layer.receive_response(response, flow)


@pytest.fixture
def world() -> Iterator[World]:
    loop = asyncio.new_event_loop()
    yield World(loop)
    loop.close()


# -- large requests --------------------------------------------------------------------------------


def test_a_small_request_goes_by_udp(world: World) -> None:
    world.send(NUMERIC)

    assert world.sent() == [(b"UDP", PEER, b"INVITE")]


def test_a_large_request_goes_by_tcp_and_says_so_in_its_via(world: World) -> None:
    world.send(NUMERIC, LARGE)

    assert world.sent() == [(b"TCP", PEER, b"INVITE")]
    [request] = world.flow(b"TCP").requests()
    assert len(request.vias) == 1
    assert request.vias[0].startswith(b"SIP/2.0/TCP 127.0.0.1:0;branch=z9hG4bK")


@pytest.mark.parametrize("over", [0, 1])
def test_a_request_is_large_from_1301_octets_on_with_its_via(world: World, over: int) -> None:
    world.send(NUMERIC, b"x")
    smallest = len(world.flow(b"UDP").sent[0])
    spare = len(b"Content-Length: 1000") - len(b"Content-Length: 1")

    world.send(NUMERIC, b"x" * (1_300 + over - smallest - spare + 1))

    size = len(world.flow(b"TCP" if over else b"UDP").sent[-1])
    assert size == 1_300 + over


def test_a_large_request_goes_by_udp_if_there_is_no_connection_to_be_had(world: World) -> None:
    world.send(NUMERIC, LARGE)
    refused = world.flow(b"TCP")

    refused.lose()
    world.respond(world.flow(b"UDP"), 180)

    [by_tcp], [by_udp] = refused.requests(), world.flow(b"UDP").requests()
    assert by_udp.vias[0] == by_tcp.vias[0].replace(b"SIP/2.0/TCP", b"SIP/2.0/UDP")
    assert by_udp.body == by_tcp.body
    assert world.user.told == [180]


def test_a_large_request_that_finds_no_way_at_all_is_a_transport_error_once(world: World) -> None:
    world.flow(b"UDP").fails = world.flow(b"TCP").fails = True

    world.send(NUMERIC, LARGE)
    world.time.run_out()

    assert world.user.told == ["transport error"]
    assert world.endpoint.layer.clients == {}


@pytest.mark.parametrize("is_refused", [False, True], ids=["tcp", "udp-after-tcp"])
def test_a_cancel_follows_its_large_invite(world: World, is_refused: bool) -> None:
    transaction = world.send(NUMERIC, LARGE)
    assert transaction is not None
    if is_refused:
        world.flow(b"TCP").lose()
    flow = world.flow(b"UDP" if is_refused else b"TCP")
    world.respond(flow, 180)

    transaction.cancel()

    invite, cancel = flow.requests()
    assert cancel.method == b"CANCEL"
    assert cancel.vias == invite.vias
    assert transaction.flow is flow


def test_a_connection_lost_after_something_was_heard_changes_no_way(world: World) -> None:
    world.send(NUMERIC, LARGE)
    world.respond(world.flow(b"TCP"), 180)

    world.flow(b"TCP").lose()
    world.time.advance(1)

    assert world.flow(b"UDP").sent == []
    assert world.user.told == [180]


def test_a_large_request_follows_the_flow_that_it_is_given(world: World) -> None:
    flow = world.flow(b"UDP", OTHER)

    world.endpoint.send_by(world.request(NUMERIC, LARGE), world.user, flow)

    assert world.sent() == [(b"UDP", OTHER, b"INVITE")]


def test_an_open_connection_that_is_given_is_taken_whatever_the_uri_says(world: World) -> None:
    flow = world.flow(b"TCP", OTHER)

    world.send(NUMERIC, LARGE, flow)
    world.send(NAMED, b"", flow)

    assert world.sent() == [(b"TCP", OTHER, b"INVITE")] * 2
    assert world.resolver.asked == []


# -- names -----------------------------------------------------------------------------------------


def test_a_request_for_a_name_goes_to_its_target_and_its_handle_is_valid_before(
    world: World,
) -> None:
    transaction = world.send(NAMED)
    assert transaction is not None
    assert world.sent() == []
    branch = transaction.branch

    world.resolver.answer((b"TCP", PEER), (b"UDP", OTHER))
    world.respond(world.flow(b"TCP"), 180)

    assert world.resolver.asked == [Named("pool.example", None, None)]
    assert world.sent() == [(b"TCP", PEER, b"INVITE")]
    assert world.flow(b"TCP").requests()[0].vias[0].startswith(b"SIP/2.0/TCP ")
    assert transaction.branch == branch
    assert world.user.told == [180]


def test_the_next_target_is_tried_under_a_new_branch_when_one_fails(world: World) -> None:
    transaction = world.send(NAMED)
    assert transaction is not None
    world.resolver.answer((b"TCP", PEER), (b"UDP", OTHER))

    world.flow(b"TCP").lose()

    [first], [second] = world.flow(b"TCP").requests(), world.flow(b"UDP", OTHER).requests()
    assert first.branch != second.branch == transaction.branch
    assert len(second.vias) == 1
    assert world.user.told == []


def test_when_all_targets_have_failed_the_user_is_told_once(world: World) -> None:
    world.send(NAMED)
    for remote in (PEER, OTHER):
        world.flow(b"UDP", remote).fails = True
    world.resolver.answer((b"UDP", PEER), (b"UDP", OTHER))

    world.time.run_out()

    assert world.user.told == ["transport error"]
    assert world.endpoint.layer.clients == {}


def test_a_large_request_for_a_name_tries_tcp_and_then_udp_at_each_target(world: World) -> None:
    world.send(NAMED, LARGE)

    world.resolver.answer((b"UDP", PEER))
    world.flow(b"TCP").lose()

    assert world.sent() == [(b"TCP", PEER, b"INVITE"), (b"UDP", PEER, b"INVITE")]


def test_a_name_without_targets_leaves_the_flow_that_is_known(world: World) -> None:
    world.send(NAMED, b"", world.flow(b"UDP", OTHER))

    world.resolver.answer()

    assert world.sent() == [(b"UDP", OTHER, b"INVITE")]


def test_a_name_without_targets_and_no_flow_is_a_transport_error(world: World) -> None:
    transaction = world.send(NAMED)

    world.resolver.answer()

    assert world.user.told == ["transport error"]
    assert transaction is not None
    assert transaction.state == State.TERMINATED


def test_an_invite_cancelled_before_it_was_sent_is_never_sent(world: World) -> None:
    transaction = world.send(NAMED)
    assert transaction is not None

    transaction.cancel()
    world.resolver.answer((b"UDP", PEER))
    world.time.run_out()

    assert world.sent() == []
    assert world.user.told == ["timeout"]


def test_a_request_abandoned_before_it_was_sent_is_never_sent(world: World) -> None:
    world.send(NAMED)

    world.endpoint.layer.abandon_all()
    world.resolver.answer((b"UDP", PEER))
    world.time.run_out()

    assert world.sent() == []
    assert world.user.told == []


@pytest.mark.parametrize("uri", [b"tel:+15551234", b"sips:a@pool.example", b"sip:a@x.invalid"])
def test_a_uri_that_leads_nowhere_is_said_at_once_or_leaves_the_known_flow(
    world: World, uri: bytes
) -> None:
    assert world.send(uri) is None
    assert world.send(uri, b"", world.flow(b"UDP", OTHER)) is not None
    assert world.sent() == [(b"UDP", OTHER, b"INVITE")]


def test_without_a_resolver_names_lead_nowhere(world: World) -> None:
    world.endpoint._deliveries.resolver = None

    assert world.send(NAMED) is None
    assert not world.endpoint.send_ack(world.request(NAMED, method=b"ACK"))


# -- ACKs ------------------------------------------------------------------------------------------


def test_an_ack_goes_by_udp_and_a_large_one_by_tcp(world: World) -> None:
    assert world.endpoint.send_ack(world.request(NUMERIC, method=b"ACK"))
    assert world.endpoint.send_ack(world.request(NUMERIC, LARGE, b"ACK"))

    assert world.sent() == [(b"UDP", PEER, b"ACK"), (b"TCP", PEER, b"ACK")]
    assert world.flow(b"TCP").requests()[0].vias[0].startswith(b"SIP/2.0/TCP ")


def test_a_large_ack_goes_by_udp_if_no_connection_comes_about(world: World) -> None:
    world.endpoint.send_ack(world.request(NUMERIC, LARGE, b"ACK"))

    world.flow(b"TCP").lose()

    [ack] = world.flow(b"UDP").requests()
    assert ack.vias[0].startswith(b"SIP/2.0/UDP ")


def test_a_connection_that_ends_long_after_an_ack_brings_it_up_no_more(world: World) -> None:
    world.endpoint.send_ack(world.request(NUMERIC, LARGE, b"ACK"))
    world.time.run_out()

    world.flow(b"TCP").lose()

    assert world.flow(b"UDP").sent == []
    assert not world.flow(b"TCP").is_watched


def test_an_ack_for_a_name_goes_to_its_first_target(world: World) -> None:
    request = world.request(NAMED, method=b"ACK")
    assert world.endpoint.send_ack(request)
    assert request.branch

    world.resolver.answer((b"TCP", PEER), (b"UDP", OTHER))

    assert world.sent() == [(b"TCP", PEER, b"ACK")]
    assert world.flow(b"TCP").requests()[0].vias[0].startswith(b"SIP/2.0/TCP ")


def test_an_ack_for_a_name_without_targets_takes_the_known_flow(world: World) -> None:
    world.endpoint.send_ack(world.request(NAMED, LARGE, b"ACK"), world.flow(b"UDP", OTHER))
    world.endpoint.send_ack(world.request(NAMED, method=b"ACK"))

    world.resolver.answer()

    assert world.sent() == [(b"TCP", OTHER, b"ACK")]
