"""The arithmetic of paired measurements."""

import pytest

from benchmarks.figures import (
    arrivals_per_second,
    bytes_each,
    paired_ratios,
    seconds_per_thousand,
    summarise,
)


def test_a_summary_gives_the_middle_and_the_width() -> None:
    summary = summarise([1.0, 4.0, 2.0])

    assert (summary.median, summary.spread, summary.count) == (2.0, 3.0, 3)


def test_ratios_are_taken_pair_by_pair() -> None:
    assert paired_ratios([2.0, 3.0], [1.0, 2.0]) == [2.0, 1.5]


def test_what_is_no_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="no pairs"):
        paired_ratios([1.0], [1.0, 2.0])


def test_cost_is_given_per_thousand_calls() -> None:
    assert seconds_per_thousand(0.5, 10_000) == pytest.approx(0.05)


def test_memory_is_shared_out_evenly() -> None:
    assert bytes_each(1_000, 51_000, 50) == 1_000


def test_nothing_is_divided_by_no_calls() -> None:
    with pytest.raises(ValueError, match="cost of 0 calls"):
        seconds_per_thousand(1.0, 0)
    with pytest.raises(ValueError, match="memory of 0 things"):
        bytes_each(0, 1, 0)


@pytest.mark.parametrize(
    ("instants", "rate"),
    [
        pytest.param([], 0.0, id="none"),
        pytest.param([5], 0.0, id="one"),
        pytest.param([0, 500_000_000, 1_000_000_000], 2.0, id="two in a second after the first"),
    ],
)
def test_the_rate_counts_from_the_first_arrival(instants: list[int], rate: float) -> None:
    assert arrivals_per_second(instants) == rate
