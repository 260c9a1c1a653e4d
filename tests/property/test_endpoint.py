"""Whatever arrives at an endpoint, it neither raises nor loses count."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sip.endpoint import Endpoint
from sip.timers import Timers
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.sip_messages import PHONE_INVITE, SIPP_ACK, SIPP_BYE, SIPP_CANCEL, SIPP_INVITE
from tests.support.transaction_users import UserRecord

MESSAGES = [SIPP_INVITE, SIPP_ACK, SIPP_BYE, SIPP_CANCEL, PHONE_INVITE]
OCTETS = st.sampled_from(
    [b"\x00", b"\xff", b"\r\n", b"\n", b";", b'"', b"<", b",", b":", b"%00", b"  "]
)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A message with some of its octets replaced, removed or doubled."""
    data = draw(st.sampled_from(MESSAGES))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data) - 1))
        end = min(len(data), at + draw(st.integers(0, 8)))
        data = data[:at] + draw(OCTETS) * draw(st.integers(0, 2)) + data[end:]
        if not data:
            break
    return data


@settings(max_examples=400, deadline=None)
@given(messages=st.lists(mutations() | st.binary(max_size=80), max_size=6), is_stream=st.booleans())
def test_no_message_raises_and_none_is_an_error_of_ours(
    loop: asyncio.AbstractEventLoop, messages: list[bytes], is_stream: bool
) -> None:
    time = ManualTime()
    reports: list[Exception] = []
    endpoint = Endpoint(
        "ours",
        UserRecord(),
        loop,
        time.deadlines,
        Timers(),
        on_error=lambda error, _: reports.append(error),
    )
    flow = FakeFlow(b"TCP" if is_stream else b"UDP")

    for data in messages:
        endpoint._receive(data, flow)  # type: ignore[arg-type]
    time.run_out()

    assert reports == []
    for data in flow.sent:
        assert data.startswith(b"SIP/2.0 ")
