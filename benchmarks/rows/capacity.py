"""How many calls a second one core takes without a failure or a retransmission."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import bars
from benchmarks.bars import Figure
from benchmarks.contenders import emulator
from benchmarks.settings import Bench
from benchmarks.sipp import Load, Outcome, run_calls

LADDER = (2_000, 3_500, 5_000, 6_500, 8_000, 10_000, 12_500, 15_000)
_STEP = 500
_TRIES = 2
_FULL_CORE = 0.93
# A caller that falls behind places its calls later, not fewer of them: the clock finds it out.
_LATE_SHARE, _START_SECONDS = 1.05, 0.6


@dataclass(frozen=True, slots=True)
class Step:
    """One rate, tried: whether it was clean, and how busy both cores were."""

    rate: int
    is_clean: bool
    server_share: float
    generator_share: float
    text: str

    @property
    def verdict(self) -> str:
        """`clean`, or what was not."""
        return "clean" if self.is_clean else self.text

    @property
    def limit(self) -> str:
        """Which side was at its end."""
        if self.generator_share >= _FULL_CORE > self.server_share:
            return "the generator"
        if self.server_share >= _FULL_CORE:
            return "the server"
        return "neither core"


def next_rate(clean: int, dirty: int | None) -> int | None:
    """The rate to try next: up the ladder, then halves of what is left, to 500 calls/s."""
    if dirty is None:
        return next((rate for rate in LADDER if rate > clean), None)
    middle = (clean + dirty) // 2 // _STEP * _STEP
    return middle if clean < middle < dirty else None


def measure_capacity(bench: Bench) -> list[Figure]:
    """The highest rate that was clean for its whole time, in one of two tries."""
    steps: list[Step] = []
    clean, dirty = 0, None
    while (rate := next_rate(clean, dirty)) is not None:
        step = _best_of_tries(bench, rate)
        steps.append(step)
        clean, dirty = (rate, dirty) if step.is_clean else (clean, rate)
    note = _say_limit(steps)
    if clean and not bench.is_quick:
        longer = _try(bench, clean, bench.sizes.forget_seconds)
        note += f"; for {bench.sizes.forget_seconds:.0f} s: {longer.verdict}"
    details = {
        "steps": [
            [step.rate, step.is_clean, step.server_share, step.generator_share, step.text]
            for step in steps
        ]
    }
    return [Figure(bars.CAPACITY, float(clean), note, details)]


def _best_of_tries(bench: Bench, rate: int) -> Step:
    step = _try(bench, rate, bench.sizes.seconds_at_a_rate)
    for _ in range(_TRIES - 1):
        if step.is_clean:
            break
        step = _try(bench, rate, bench.sizes.seconds_at_a_rate)
    return step


def _try(bench: Bench, rate: int, seconds: float) -> Step:
    """One rate on an emulator of its own: what an overload leaves behind would spoil the next."""
    calls = int(rate * seconds)
    with emulator(bench) as server:
        run_calls(bench, Load("helpdesk", bench.sizes.warm_up, bench.sizes.rate), server.port)
        before = server.process.cpu_seconds()
        outcome = run_calls(bench, Load("helpdesk", calls, rate), server.port)
        share = (server.process.cpu_seconds() - before) / outcome.wall_seconds
    is_clean = _is_clean(outcome, calls, rate)
    step = Step(rate, is_clean, share, outcome.generator_share, str(outcome))
    bench.say(
        f"  {rate:,} calls/s for {seconds:.0f} s: {step.verdict}; "
        f"server {share:.0%}, generator {outcome.generator_share:.0%} of a core"
    )
    return step


def _is_clean(outcome: Outcome, calls: int, rate: int) -> bool:
    kept_up = outcome.wall_seconds <= calls / rate * _LATE_SHARE + _START_SECONDS
    return outcome.is_clean and outcome.succeeded == calls and kept_up


def _say_limit(steps: list[Step]) -> str:
    dirty = [step for step in steps if not step.is_clean]
    if not dirty:
        return f"clean at every rate tried, up to {max(step.rate for step in steps):,}"
    first = min(dirty, key=lambda step: step.rate)
    return (
        f"at {first.rate:,}: {first.text}; {first.limit} at its end (server "
        f"{first.server_share:.0%}, generator {first.generator_share:.0%} of a core)"
    )
