"""Draw the results as a chart: `python -m benchmarks.chart RESULTS.json CHART.svg`.

Each figure is a bar on a scale of its own, on which what it must reach stands at the same place, so
that one look shows what is met and by how much.
"""

from __future__ import annotations

import html
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_WIDTH = 960
_LABELS = 400
_SCALE = 380  # pixels from zero to twice the bar
_LINE = 34
_TOP = 64
_COLOURS = {"reached": "#1a7f37", "met": "#57a65b", "missed": "#cf222e"}


def share_of_must(measured: float, must: float, sense: str) -> float:
    """How much of what is allowed was used: 1 at the bar, less is better; 2 is the end."""
    if must == 0:
        return 0.0 if measured == 0 else 2.0
    share = measured / must if sense == "≤" else (must / measured if measured else 2.0)
    return min(share, 2.0)


def draw(results: Mapping[str, Any]) -> str:
    """An SVG of the figures that have a bar."""
    figures = [figure for figure in results["figures"] if figure["must"] is not None]
    height = _TOP + _LINE * len(figures) + 40
    must_at = _LABELS + _SCALE / 2
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
            f'width="{_WIDTH}" height="{height}" font-family="sans-serif" font-size="13" '
            'role="img" aria-label="Benchmarks against their bars">'
        ),
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        (
            '<text x="12" y="24" font-size="16" font-weight="bold" fill="#1f2328">'
            "What is used of what is allowed (shorter is better)</text>"
        ),
        f'<text x="12" y="44" fill="#57606a">{_text(_where(results))}</text>',
    ]
    for number, figure in enumerate(figures):
        parts.extend(_line(figure, _TOP + _LINE * number))
    end = _TOP + _LINE * len(figures)
    parts += [
        (
            f'<line x1="{must_at}" y1="{_TOP - 8}" x2="{must_at}" y2="{end}" stroke="#1f2328" '
            'stroke-dasharray="4 3"/>'
        ),
        f'<text x="{must_at}" y="{end + 18}" text-anchor="middle" fill="#1f2328">must</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _line(figure: Mapping[str, Any], top: float) -> Sequence[str]:
    measured, must, unit = figure["measured"], figure["must"], figure["unit"]
    label = f'<text x="12" y="{top + 19}" fill="#1f2328">{_text(figure["title"])}</text>'
    if measured is None:
        return [label, f'<text x="{_LABELS}" y="{top + 19}" fill="#cf222e">no figure</text>']
    length = _SCALE / 2 * share_of_must(measured, must, figure["sense"])
    reach = _SCALE / 2 * share_of_must(figure["reach"], must, figure["sense"])
    value = f"{measured:,.2f}" if unit == "×" else f"{measured:,.0f}"
    text = f"{value} {unit}".strip() + f" ({figure['sense']} {must:,g})"
    return [
        label,
        (
            f'<rect x="{_LABELS}" y="{top + 4}" width="{max(length, 1.5):.1f}" height="20" '
            f'fill="{_COLOURS[figure["outcome"]]}"/>'
        ),
        (
            f'<line x1="{_LABELS + reach:.1f}" y1="{top + 1}" x2="{_LABELS + reach:.1f}" '
            f'y2="{top + 27}" stroke="#0969da" stroke-width="2"/>'
        ),
        f'<text x="{_LABELS + _SCALE + 10}" y="{top + 19}" fill="#1f2328">{_text(text)}</text>',
    ]


def _where(results: Mapping[str, Any]) -> str:
    machine = results["machine"]
    return (
        f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}, "
        f"{results['taken'][:10]}; blue: what is reached for"
    )


def _text(content: str) -> str:
    return html.escape(content, quote=False)


def main(arguments: Sequence[str]) -> int:
    """Draw RESULTS.json into CHART.svg; 2 when not called so."""
    if len(arguments) != 2:
        print("usage: python -m benchmarks.chart RESULTS.json CHART.svg", file=sys.stderr)
        return 2
    results = json.loads(Path(arguments[0]).read_text())
    Path(arguments[1]).write_text(draw(results))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
