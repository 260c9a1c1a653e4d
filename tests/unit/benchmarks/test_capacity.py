"""Which rate is tried next, and who was at the end of its strength."""

import pytest

from benchmarks.rows.capacity import LADDER, Step, next_rate


def _rates(limit: int) -> list[int]:
    """Every rate that is tried when all up to `limit` are clean."""
    clean, dirty, tried = 0, None, []
    while (rate := next_rate(clean, dirty)) is not None:
        tried.append(rate)
        clean, dirty = (rate, dirty) if rate <= limit else (clean, rate)
    return tried


def test_the_ladder_is_climbed_to_its_end() -> None:
    assert _rates(10**9) == list(LADDER)


def test_between_clean_and_dirty_the_search_closes_in_to_five_hundred() -> None:
    tried = _rates(5_700)

    assert tried[:4] == [2_000, 3_500, 5_000, 6_500]
    assert max(rate for rate in tried if rate <= 5_700) == 5_500


def test_when_even_the_lowest_rate_fails_lower_ones_are_tried() -> None:
    assert _rates(600)[-1] in (500, 1_000)


@pytest.mark.parametrize(
    ("server", "generator", "limit"),
    [(0.99, 0.5, "the server"), (0.6, 0.97, "the generator"), (0.5, 0.5, "neither core")],
)
def test_the_busy_core_is_named(server: float, generator: float, limit: str) -> None:
    assert Step(5_000, False, server, generator, "").limit == limit
