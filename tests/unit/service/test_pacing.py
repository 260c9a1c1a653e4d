"""Many sends at a pace, on a clock that the test moves."""

from __future__ import annotations

from emulator.service.pacing import BATCH, INTERVAL_SECONDS, Pacer
from sip.deadlines import Deadlines


class Bench:
    """A pacer, what it has sent, and the time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.is_behind = False
        self.sent = 0
        self.deadlines = Deadlines(lambda: self.now)
        self.pacer = Pacer(self.deadlines, lambda: self.is_behind)

    def add(self, number: int) -> None:
        for _ in range(number):
            self.pacer.add(self._send)

    def _send(self) -> None:
        self.sent += 1

    def intervals(self, number: int) -> None:
        for _ in range(number):
            self.deadlines.run(self.now)
            self.now += INTERVAL_SECONDS + 1e-6


def test_a_batch_in_each_interval() -> None:
    bench = Bench()
    bench.add(3 * BATCH)
    bench.intervals(1)
    assert bench.sent == BATCH
    bench.intervals(2)
    assert bench.sent == 3 * BATCH
    assert len(bench.pacer) == 0


def test_waits_while_answers_are_waiting_to_be_read() -> None:
    bench = Bench()
    bench.add(3 * BATCH)
    bench.is_behind = True
    bench.intervals(5)
    assert bench.sent == 0
    bench.is_behind = False
    bench.intervals(3)
    assert bench.sent == 3 * BATCH


def test_goes_on_however_long_that_lasts() -> None:
    bench = Bench()
    bench.is_behind = True
    bench.add(3 * BATCH)
    bench.intervals(40)
    assert bench.sent == 3 * BATCH


def test_tells_when_the_last_was_sent() -> None:
    bench = Bench()
    told: list[int] = []
    bench.add(2 * BATCH)
    bench.pacer.when_idle(lambda: told.append(bench.sent))
    bench.intervals(1)
    assert told == []
    bench.intervals(2)
    assert told == [2 * BATCH]
