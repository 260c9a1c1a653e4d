"""The chart: what is used of what is allowed."""

from xml.etree import ElementTree as ET

import pytest

from benchmarks.chart import draw, share_of_must


@pytest.mark.parametrize(
    ("measured", "must", "sense", "share"),
    [
        (0.65, 1.3, "≤", 0.5),
        (1.3, 1.3, "≤", 1.0),
        (99.0, 1.3, "≤", 2.0),
        (10_000, 5_000, "≥", 0.5),
        (0, 5_000, "≥", 2.0),
        (0, 0, "≤", 0.0),
        (3, 0, "≤", 2.0),
    ],
)
def test_a_bar_is_as_long_as_its_share(
    measured: float, must: float, sense: str, share: float
) -> None:
    assert share_of_must(measured, must, sense) == share


def test_the_chart_is_well_formed_and_names_every_figure_with_a_bar() -> None:
    figure = {"unit": "×", "measured": 1.0, "must": 1.3, "reach": 0.9, "sense": "≤"}
    results = {
        "taken": "2026-11-24T15:00:00+00:00",
        "machine": {"processor": "A & B", "cores": 2, "python": "3.11.7"},
        "figures": [
            {**figure, "title": "normal <call>", "outcome": "met"},
            {**figure, "title": "no figure", "measured": None, "outcome": "missed"},
            {**figure, "title": "for comparison", "must": None, "reach": None, "outcome": "–"},
        ],
    }

    image = draw(results)

    texts = [element.text for element in ET.fromstring(image).iter() if element.text]
    assert "normal <call>" in texts
    assert "for comparison" not in texts
