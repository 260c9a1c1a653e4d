"""What nobody expected: it is counted, reported, answered 500, and goes no further."""

from __future__ import annotations

import asyncio

import pytest

from sip.endpoint import REPORT_SECONDS, Endpoint
from sip.message import Request, parse_message
from sip.transaction import ServerTransaction
from tests.support.endpoint_world import LOOPBACK, User, options
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.sip_messages import PHONE_INVITE, SIPP_INVITE


@pytest.mark.parametrize(
    "data",
    [SIPP_INVITE, options(b"127.0.0.1;rport;branch=z9hG4bK1"), PHONE_INVITE],
    ids=["common", "uncommon", "phone"],
)
async def test_an_exception_that_nobody_expected_is_answered_500_and_goes_no_further(
    endpoint: Endpoint, user: User, reports: list[tuple[Exception, int]], data: bytes
) -> None:
    user.fault = ValueError("a bug")
    parsed = parse_message(data)
    flow = FakeFlow(remote=("127.0.0.1", 5061))
    flow.name = parsed.sent_by if isinstance(parsed, Request) else b""
    flow.transport, flow.reliable = b"TCP", True

    endpoint._receive(data, flow)  # type: ignore[arg-type]
    endpoint._receive(data, flow)  # type: ignore[arg-type]

    assert [r.status for r in flow.responses()][:1] == [500]
    assert flow.responses()[0].to_tag
    assert endpoint.errors == 1  # the repetition finds its transaction
    assert endpoint.tcp.traffic.discarded == {"internal error": 1}
    assert reports == [(user.fault, 1)]


async def test_an_answer_that_was_given_before_the_exception_stands(
    endpoint: Endpoint, user: User
) -> None:
    class Late(User):
        def on_request(self, transaction: ServerTransaction, request: Request) -> None:
            transaction.respond(486, to_tag=b"t")
            raise ValueError

    flow = FakeFlow(b"TCP")
    endpoint._user = Late()

    endpoint._receive(SIPP_INVITE, flow)  # type: ignore[arg-type]

    assert flow.statuses() == [486]


async def test_unexpected_exceptions_are_reported_once_a_minute(
    endpoint: Endpoint, user: User, time: ManualTime, reports: list[tuple[Exception, int]]
) -> None:
    user.fault = ValueError("a bug")

    for number in range(5):
        data = options(b"127.0.0.1;branch=z9hG4bK%d" % number)
        endpoint._receive(data, FakeFlow(b"TCP"))  # type: ignore[arg-type]
        if number == 3:
            time.advance(REPORT_SECONDS)

    assert [count for _, count in reports] == [1, 5]
    assert endpoint.errors == 5


async def test_who_is_told_of_exceptions_may_raise_one(endpoint: Endpoint, user: User) -> None:
    def fail(error: Exception, count: int) -> None:
        raise error

    user.fault = ValueError("a bug")
    endpoint._on_error = fail
    flow = FakeFlow(b"TCP")

    endpoint._receive(SIPP_INVITE, flow)  # type: ignore[arg-type]

    assert flow.statuses() == [500]


async def test_a_fault_over_tcp_is_answered_and_the_connection_stays(
    endpoint: Endpoint, user: User
) -> None:
    user.fault = ValueError("a bug")
    reader, writer = await asyncio.open_connection(LOOPBACK, endpoint.port)

    for branch in (b"z9hG4bK1", b"z9hG4bK2"):
        writer.write(options(b"127.0.0.1;branch=" + branch).replace(b"/UDP", b"/TCP"))
        async with asyncio.timeout(5):
            head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"SIP/2.0 500 ")
    writer.close()
