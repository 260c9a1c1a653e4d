"""A ladder as text: columns of lifelines, arrows between them, notes across."""

from __future__ import annotations

from collections.abc import Iterator

from emulator.operations.ladder import Arrow, Chart, Note

__all__ = ["as_text_ladder"]

_TIME_WIDTH = 9
_LEAST_PITCH = 14
_ROOM_AROUND_LABEL = 5  # two lines, a head, and a step away from each lifeline


def as_text_ladder(chart: Chart) -> str:
    """Draw `chart` in plain ASCII: `--->` is a packet, `...>` a step inside the emulator."""
    pitch = _pitch(chart)
    places = {name: index * pitch for index, name in enumerate(chart.columns)}
    lines = [*chart.heading, "", _head(chart, pitch)]
    for row in chart.rows:
        drawn = _arrow(row, places) if isinstance(row, Arrow) else _note(row)
        lines.append(f"{row.after:{_TIME_WIDTH}.3f}  {drawn}".rstrip())
    return "\n".join(lines) + "\n"


def _pitch(chart: Chart) -> int:
    return max(_LEAST_PITCH, *_wanted(chart))


def _wanted(chart: Chart) -> Iterator[int]:
    positions = {name: index for index, name in enumerate(chart.columns)}
    yield from (len(name) + 2 for name in chart.columns)
    for row in chart.rows:
        if isinstance(row, Arrow):
            steps = abs(positions[row.source] - positions[row.target]) or 1
            yield -(-(len(row.label) + _ROOM_AROUND_LABEL) // steps)


def _head(chart: Chart, pitch: int) -> str:
    names = "".join(name.ljust(pitch) for name in chart.columns)
    return f"{'seconds':>{_TIME_WIDTH}}  {names}".rstrip()


def _arrow(arrow: Arrow, places: dict[str, int]) -> str:
    cells = _lifelines(places)
    left, right = sorted((places[arrow.source], places[arrow.target]))
    if left == right:
        return "".join(cells) + f"  {arrow.label}"
    stroke = "." if arrow.is_internal else "-"
    room = right - left - 3
    body = arrow.label.center(room, stroke)
    if places[arrow.source] < places[arrow.target]:
        drawn = f"{stroke}{body}>"
    else:
        drawn = f"<{body}{stroke}"
    cells[left + 1 : right] = list(drawn)
    return "".join(cells)


def _note(note: Note) -> str:
    return f"*  {note.text}"


def _lifelines(places: dict[str, int]) -> list[str]:
    cells = [" "] * (max(places.values()) + 1)
    for place in places.values():
        cells[place] = "|"
    return cells
