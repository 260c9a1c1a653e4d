"""Deadlines: called when due, in order, once, and never after they were cancelled."""

from __future__ import annotations

import asyncio
import time

import pytest

from sip.clockwork import Clockwork
from sip.deadlines import Deadlines
from tests.support.manual_time import ManualTime


@pytest.fixture
def clock() -> ManualTime:
    return ManualTime()


def test_a_deadline_is_called_when_its_delay_is_over(clock: ManualTime) -> None:
    called: list[str] = []
    clock.deadlines.after(0.5, called.append, "cancellable")
    clock.deadlines.later(0.5, called.append, "plain")

    clock.advance(0.4)
    assert called == []
    clock.advance(0.1)

    assert sorted(called) == ["cancellable", "plain"]
    assert len(clock.deadlines) == 0


def test_a_cancelled_deadline_is_never_called(clock: ManualTime) -> None:
    called: list[str] = []
    deadline = clock.deadlines.after(0.5, called.append, "x")

    deadline.cancel()
    deadline.cancel()
    clock.run_out()

    assert called == []
    assert len(clock.deadlines) == 0


def test_a_deadline_that_has_been_called_is_past_cancelling(clock: ManualTime) -> None:
    called: list[str] = []
    deadline = clock.deadlines.after(0.5, called.append, "x")

    clock.advance(1)
    deadline.cancel()
    clock.deadlines.after(0.5, called.append, "y")
    clock.advance(1)

    assert called == ["x", "y"]
    assert len(clock.deadlines) == 0


def test_deadlines_of_the_same_delay_are_called_in_the_order_in_which_they_were_set(
    clock: ManualTime,
) -> None:
    called: list[int] = []
    for number in range(5):
        clock.deadlines.after(1.0, called.append, number)
        clock.advance(0.01)

    clock.run_out()

    assert called == [0, 1, 2, 3, 4]


def test_the_next_due_time_is_the_earliest_of_all_delays(clock: ManualTime) -> None:
    clock.deadlines.later(3.0, print, None)
    earliest = clock.deadlines.after(1.0, print, None)
    clock.deadlines.after(2.0, print, None)

    assert clock.deadlines.next_due() == clock.now + 1.0
    earliest.cancel()
    assert clock.deadlines.next_due() == clock.now + 2.0


def test_nothing_is_due_where_nothing_was_set(clock: ManualTime) -> None:
    assert clock.deadlines.next_due() is None
    assert clock.deadlines.run(clock.now) == 0


def test_a_delay_that_is_one_of_many_is_kept_too(clock: ManualTime) -> None:
    called: list[float] = []
    for number in range(200):
        clock.deadlines.after(1 + number / 1000, called.append, number)
        clock.deadlines.later(2 + number / 1000, called.append, 1_000 + number)

    clock.run_out()

    assert called == [*range(200), *range(1_000, 1_200)]
    assert len(clock.deadlines) == 0


def test_a_cancelled_deadline_among_many_delays_is_never_called(clock: ManualTime) -> None:
    called: list[float] = []
    deadlines = [clock.deadlines.after(1 + n / 1000, called.append, n) for n in range(200)]

    for deadline in deadlines[::2]:
        deadline.cancel()
    clock.run_out()

    assert called == list(range(1, 200, 2))
    assert len(clock.deadlines) == 0


def test_delays_that_came_once_do_not_take_the_place_of_those_that_come_often(
    clock: ManualTime,
) -> None:
    for number in range(500):
        clock.deadlines.after(0.001 + number / 1e6, lambda _: None, None)
        clock.deadlines.later(0.001 + number / 1e6, lambda _: None, None)
        clock.advance(1)

    assert len(clock.deadlines._queues) <= 64
    assert len(clock.deadlines._plain) <= 64
    assert clock.deadlines._heap == []


def test_a_clock_that_steps_back_loses_no_deadline(clock: ManualTime) -> None:
    called: list[str] = []
    clock.deadlines.after(1.0, called.append, "first")
    clock.now -= 0.5
    clock.deadlines.after(1.0, called.append, "second")

    clock.run_out()

    assert called == ["second", "first"]


def test_many_cancelled_deadlines_are_swept_before_they_are_due(clock: ManualTime) -> None:
    for _ in range(20_000):
        clock.deadlines.after(3_600.0, print, None).cancel()

    assert sum(map(len, clock.deadlines._queues.values())) < 15_000
    assert len(clock.deadlines) == 0


def test_a_run_calls_some_hundreds_at_most_so_that_others_have_their_turn(
    clock: ManualTime,
) -> None:
    called: list[int] = []
    for number in range(1_200):
        clock.deadlines.later(1.0, called.append, number)
        clock.deadlines.after(1.0, called.append, number)
    clock.now += 1.0

    runs = []
    while (due := clock.deadlines.next_due()) is not None:
        assert due <= clock.now
        runs.append(clock.deadlines.run(clock.now))

    assert sum(runs) == len(called) == 2_400
    assert max(runs) <= 500


def test_whoever_runs_deadlines_hears_only_of_what_is_earlier_than_all_others() -> None:
    heard: list[float] = []
    deadlines = Deadlines(lambda: 0.0, heard.append)

    deadlines.after(2.0, print, None)
    deadlines.after(3.0, print, None)
    deadlines.later(1.0, print, None)
    deadlines.later(2.5, print, None)

    assert heard == [2.0, 1.0]


async def test_the_clockwork_calls_what_is_due_on_the_loop() -> None:
    deadlines = Deadlines(time.monotonic)
    clockwork = Clockwork(asyncio.get_running_loop(), deadlines)
    done = asyncio.Event()

    deadlines.later(5.0, lambda _: None, None)
    deadlines.after(0.01, lambda _: done.set(), None)

    async with asyncio.timeout(2):
        await done.wait()
    clockwork.stop()


async def test_a_callback_that_raises_is_reported_and_stops_no_other() -> None:
    loop = asyncio.get_running_loop()
    reported: list[object] = []
    loop.set_exception_handler(lambda _, context: reported.append(context["exception"]))
    deadlines = Deadlines(time.monotonic)
    clockwork = Clockwork(loop, deadlines)
    done = asyncio.Event()
    fault = ValueError("a bug")

    def fail(_: object) -> None:
        raise fault

    deadlines.after(0.01, fail, None)
    deadlines.after(0.02, lambda _: done.set(), None)

    async with asyncio.timeout(2):
        await done.wait()
    clockwork.stop()
    assert reported == [fault]


async def test_a_stopped_clockwork_calls_nothing() -> None:
    deadlines = Deadlines(time.monotonic)
    clockwork = Clockwork(asyncio.get_running_loop(), deadlines)
    called: list[int] = []
    deadlines.later(0.0, called.append, 1)

    clockwork.stop()
    deadlines.later(0.0, called.append, 2)
    await asyncio.sleep(0)

    assert called == []
