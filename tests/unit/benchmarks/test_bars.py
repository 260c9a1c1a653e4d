"""How figures stand to their bars."""

import pytest

from benchmarks.bars import (
    BYES_LOST,
    CAPACITY,
    NORMAL,
    NORMAL_AT_ONCE,
    Bar,
    Figure,
    Outcome,
    all_met,
)


@pytest.mark.parametrize(
    ("bar", "measured", "outcome"),
    [
        pytest.param(NORMAL, 0.9, Outcome.REACHED, id="exactly what is reached for"),
        pytest.param(NORMAL, 1.3, Outcome.MET, id="exactly what it must"),
        pytest.param(NORMAL, 1.301, Outcome.MISSED, id="just over what it must"),
        pytest.param(CAPACITY, 10_000, Outcome.REACHED, id="more is better: reached"),
        pytest.param(CAPACITY, 5_000, Outcome.MET, id="more is better: met"),
        pytest.param(CAPACITY, 4_999, Outcome.MISSED, id="more is better: missed"),
        pytest.param(BYES_LOST, 0, Outcome.REACHED, id="none lost"),
        pytest.param(BYES_LOST, 1, Outcome.MISSED, id="one lost"),
        pytest.param(NORMAL, None, Outcome.MISSED, id="no figure misses its bar"),
        pytest.param(NORMAL_AT_ONCE, 9.0, Outcome.NO_BAR, id="shown for comparison only"),
    ],
)
def test_a_figure_stands_to_its_bar(bar: Bar, measured: float | None, outcome: Outcome) -> None:
    assert bar.judge(measured) is outcome


def test_one_missed_bar_is_enough_to_fail() -> None:
    met = Figure(NORMAL, 1.0, "")
    missed = Figure(CAPACITY, 100.0, "")
    no_bar = Figure(NORMAL_AT_ONCE, 100.0, "")

    assert all_met([met, no_bar])
    assert not all_met([met, missed])
