"""A ladder as a picture (SVG), complete in itself."""

from __future__ import annotations

from xml.sax.saxutils import escape

from emulator.operations.ladder import Arrow, Chart, Note

__all__ = ["as_svg_ladder"]

_LEFT = 90
_PITCH = 170
_ROW = 26
_LINE = 18
_STYLE = (
    "text{font:12px ui-monospace,monospace;fill:#1b1f24}.h{font-weight:600}.t{fill:#57606a}"
    ".n{fill:#8250df}line{stroke:#1b1f24}.l{stroke:#d0d7de}.i{stroke-dasharray:3 3}"
    "rect{fill:#fff}"
)


def as_svg_ladder(chart: Chart) -> str:
    """Draw `chart`: a dashed arrow is a step inside the emulator."""
    places = {name: _LEFT + index * _PITCH for index, name in enumerate(chart.columns)}
    top = _LINE * (len(chart.heading) + 2)
    height = top + _ROW * (len(chart.rows) + 1)
    longest = max((len(line) for line in _texts(chart)), default=0)
    width = max(_LEFT + _PITCH * len(chart.columns), _LEFT + 8 * longest)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img">'
        ),
        f"<title>{escape(chart.heading[0])}</title>",
        f"<style>{_STYLE}</style>",
        (
            '<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
            'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
        ),
        f'<rect width="{width}" height="{height}"/>',
    ]
    for number, line in enumerate(chart.heading, 1):
        parts.append(_text(8, _LINE * number, line, "h" if number == 1 else "t"))
    for name, x in places.items():
        parts.append(_text(x, top - 8, name, "h", "middle"))
        parts.append(f'<line class="l" x1="{x}" y1="{top}" x2="{x}" y2="{height - 8}"/>')
    for number, row in enumerate(chart.rows, 1):
        y = top + _ROW * number
        parts.append(_text(_LEFT - 20, y + 4, f"{row.after:.3f}", "t", "end"))
        parts += _arrow(row, places, y) if isinstance(row, Arrow) else _note(row, y)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _texts(chart: Chart) -> list[str]:
    return [*chart.heading, *(row.text for row in chart.rows if isinstance(row, Note))]


def _arrow(arrow: Arrow, places: dict[str, int], y: int) -> list[str]:
    start, end = places[arrow.source], places[arrow.target]
    kind = ' class="i"' if arrow.is_internal else ""
    return [
        f'<line{kind} x1="{start}" y1="{y}" x2="{end}" y2="{y}" marker-end="url(#a)"/>',
        _text((start + end) // 2, y - 4, arrow.label, "", "middle"),
    ]


def _note(note: Note, y: int) -> list[str]:
    return [_text(_LEFT + 8, y + 4, note.text, "n")]


def _text(x: int, y: int, text: str, kind: str, anchor: str = "start") -> str:
    css = f' class="{kind}"' if kind else ""
    return f'<text{css} x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
