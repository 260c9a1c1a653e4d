"""Session timers (RFC 4028): the caller refreshes, and a session that nobody refreshes ends."""

from __future__ import annotations

import asyncio

import pytest

from emulator.model.calls import CallState
from emulator.testing.call import ClientCall
from tests.support.house import House

_TOPOLOGY = """
agents:
  - {name: ann}
  - {name: ben, endpoint: none}
groups:
  - {name: desk, agents: [ann]}
  - {name: line, kind: anonymous, agents: [ann]}
  - {name: bridge, kind: anonymous, agents: [ben]}
"""
groups = pytest.mark.parametrize("group", ["desk", "line", "bridge"])


def _asked(seconds: int, more: str = "") -> dict[str, str]:
    return {"Supported": "timer", "Session-Expires": f"{seconds}{more}"}


async def _connect(house: House, group: str, headers: dict[str, str]) -> ClientCall:
    await house.build(_TOPOLOGY)
    agent = await house.agent("ben")
    caller = await house.client("caller")
    placing = asyncio.create_task(caller.invite(group, headers=headers))
    if group == "bridge":
        taken = await agent.expect_call()
        await taken.answer()
    return await placing


@groups
async def test_the_callers_wish_is_agreed_to_with_the_caller_as_refresher(
    house: House, group: str
) -> None:
    call = await _connect(house, group, _asked(1800))

    answer = await call.expect(200)

    assert answer.header("Session-Expires") == "1800;refresher=uac"
    assert answer.header("Require") == "timer"


@groups
@pytest.mark.parametrize(
    "headers",
    [{}, {"Session-Expires": "1800"}, _asked(1800, ";refresher=uas")],
    ids=["none", "unsupported", "we should refresh"],
)
async def test_there_is_no_timer_where_the_caller_would_not_refresh(
    house: House, group: str, headers: dict[str, str]
) -> None:
    call = await _connect(house, group, headers)

    answer = await call.expect(200)

    assert answer.header("Session-Expires") is None
    assert answer.header("Require") is None


@groups
async def test_a_session_that_is_not_refreshed_ends(house: House, group: str) -> None:
    call = await _connect(house, group, _asked(1))

    await call.expect("BYE")

    assert (house.call.state, house.call.ended_by) == (CallState.ENDED, "fault")
    assert not any(agent.calls for agent in house.site.agents.values())


@groups
@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
async def test_a_session_that_is_refreshed_goes_on(house: House, group: str, method: str) -> None:
    call = await _connect(house, group, _asked(1))
    loop = asyncio.get_running_loop()
    began = loop.time()

    while loop.time() < began + 1.2:
        answer = await call.request(method, headers=_asked(1))
        assert (answer.status, answer.header("Session-Expires")) == (200, "1;refresher=uac")
        await call.expect_nothing(0.3)

    assert house.call.state == CallState.CONNECTED


async def test_what_requires_session_timers_is_not_refused(house: House) -> None:
    call = await _connect(house, "desk", _asked(1800) | {"Require": "timer"})

    assert call.status == 200
