"""Calls of which nothing is heard any more are written off, whoever has forgotten them."""

from __future__ import annotations

import asyncio

import pytest

from emulator.model import calls as model
from emulator.model.calls import Call, CallState
from emulator.model.ladder import MAX_STEPS, Party, steps_of
from emulator.rules import Pool
from emulator.service import sweep
from tests.support.house import House

_TOPOLOGY = """
silent_call_seconds: 1
agents:
  - {name: ann, concurrent: unlimited}
  - {name: ben, endpoint: none}
  - {name: rita, answer_after_ms: null}
groups:
  - {name: desk, agents: [ann]}
  - {name: line, kind: anonymous, agents: [ann]}
  - {name: shop, agents: [ben]}
  - {name: bridge, kind: anonymous, agents: [ben]}
  - {name: slow, agents: [rita]}
"""


@pytest.mark.parametrize("group", ["desk", "line"])
async def test_a_call_with_an_emulated_agent_ends_with_bye(house: House, group: str) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller")
    call = await caller.invite(group)

    await call.expect("BYE")

    assert (house.call.state, house.call.ended_by) == (CallState.ENDED, "fault")
    assert not house.site.agents["ann"].calls


@pytest.mark.parametrize("group", ["shop", "bridge"])
async def test_a_call_with_a_registered_agent_ends_with_bye_both_ways(
    house: House, group: str
) -> None:
    await house.build(_TOPOLOGY)
    ben = await house.agent("ben")
    caller = await house.client("caller")
    placing = asyncio.create_task(caller.invite(group))
    taken = await ben.expect_call()
    await taken.answer()
    call = await placing

    await call.expect("BYE")
    await taken.expect("BYE")

    assert house.call.ended_by == "fault"


async def test_a_call_that_says_something_now_and_then_goes_on(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller")
    call = await caller.invite("desk")
    loop = asyncio.get_running_loop()
    began = loop.time()

    while loop.time() < began + 1.5:
        assert (await call.request("OPTIONS")).status == 200
        await call.expect_nothing(0.3)

    assert house.call.state == CallState.CONNECTED


async def test_a_pending_call_is_refused(house: House) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller")
    call = await caller.invite("slow", wait="ringing")

    await call.expect(408)

    assert house.call.ended_by == "fault"
    assert not house.site.agents["rita"].calls


async def test_callers_who_wait_for_long_hear_now_and_then_that_they_still_do(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "_AT_MOST_EVERY_SECONDS", 0.1)
    await house.build(_TOPOLOGY.replace("silent_call_seconds: 1", "silent_call_seconds: 3600"))
    caller = await house.client("caller")
    call = await caller.invite("slow", wait="ringing")

    await house.until(lambda: caller.trail.drawn().count("180 Ringing (INVITE)") >= 3)

    assert (await call.cancel()).status == 200
    await call.expect(487)


async def test_many_calls_are_swept_a_few_at_a_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "_AT_ONCE", 3)
    await house.build(_TOPOLOGY)
    caller = await house.client("caller")
    for _ in range(10):
        await caller.invite("desk")

    await house.until(lambda: all(call.state == CallState.ENDED for call in house.calls))

    assert {call.ended_by for call in house.calls} == {"fault"}


def _call(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> Call:
    monkeypatch.setattr(model, "_time", lambda: clock[0])
    return Call(1, b"id", b"<sip:a@b>;tag=1", Pool.PRIMARY, None, target="ann")


def test_a_call_tells_how_long_it_has_been_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    call = _call(monkeypatch, clock)
    call.saw_request(Party.CALLER, Party.DIRECTOR, b"INVITE")

    clock[0] += 30_000
    assert call.quiet_seconds == pytest.approx(30_000)
    clock[0] += 20_000  # over the twelve hours that a step can tell apart
    call.saw_request(Party.CALLER, Party.DIRECTOR, b"BYE")
    clock[0] += 5
    assert call.quiet_seconds == pytest.approx(5)
    clock[0] -= 60  # the clock was put back
    assert call.quiet_seconds == 0


def test_a_ladder_that_is_full_keeps_its_newest_step(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    call = _call(monkeypatch, clock)
    for _ in range(MAX_STEPS + 50):
        clock[0] += 1
        call.saw_request(Party.CALLER, Party.DIRECTOR, b"OPTIONS")

    call.saw_request(Party.CALLER, Party.DIRECTOR, b"BYE")

    steps = list(steps_of(call.steps))
    last = steps[-1]
    assert len(steps) == MAX_STEPS
    assert (last.method, call.quiet_seconds) == (b"BYE", 0)


def test_silence_of_days_is_told_from_that_of_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    call = _call(monkeypatch, clock)
    call.saw_request(Party.CALLER, Party.DIRECTOR, b"INVITE")
    watched = _Watched(call, 2 * 86_400)

    silent_for = 0
    while not watched.is_written_off(clock[0]):
        clock[0] += 3_600
        silent_for += 3_600
        if silent_for == 86_400:
            call.saw_request(Party.CALLER, Party.DIRECTOR, b"OPTIONS")

    assert silent_for == 3 * 86_400


class _Watched:
    """One call, swept by hand."""

    def __init__(self, call: Call, limit_seconds: float) -> None:
        self._call = call
        self._sweep = sweep.Sweep.__new__(sweep.Sweep)
        self._sweep._limit_seconds = limit_seconds
        self._sweep._quiet = {}

    def is_written_off(self, now: float) -> bool:
        self._sweep._still_quiet = {}
        found = self._sweep._is_written_off(self._call, now)
        self._sweep._quiet = self._sweep._still_quiet
        return found
