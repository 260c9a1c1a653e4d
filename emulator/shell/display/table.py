"""Format-Table: a record a line, its properties in columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from emulator.shell.display.shapes import cell_text, columns_of, value_of

__all__ = ["as_table"]

_LEAST_WIDTH = 5


def as_table(
    values: Sequence[Any],
    width: int,
    names: Sequence[str] | None = None,
    *,
    wraps: bool = False,
    hides_headers: bool = False,
    fills: bool = False,
) -> str:
    """The table of `values`; what is too wide is cut, or with `wraps` broken into lines."""
    shown = list(names) if names else _row_names(values)
    if not shown:
        return ""
    raw = [[value_of(value, name) for name in shown] for value in values]
    rows = [[cell_text(cell).replace("\r", "") for cell in row] for row in raw]
    if not wraps:
        rows = [[cell.replace("\n", " ") for cell in row] for row in rows]
    is_right = [_is_numeric([row[at] for row in raw]) for at in range(len(shown))]
    widths = _widths(shown, rows, width)
    if fills and not wraps and len(shown) > 1:
        spare = width - 1 - sum(widths) - len(widths) + 1
        widths = [w + max(0, spare) // len(widths) for w in widths]
    shown = shown[: len(widths)]
    lines: list[str] = []
    if not hides_headers:
        lines.append(_line(shown, widths, is_right))
        lines.append(
            _line(
                ["-" * len(_cut(n, w)) for n, w in zip(shown, widths, strict=True)],
                widths,
                is_right,
            )
        )
    for row in rows:
        lines.extend(_lines(row[: len(widths)], widths, is_right, wraps=wraps))
    return "\n" + "\n".join(lines) + "\n\n"


def _row_names(values: Sequence[Any]) -> list[str]:
    if values and isinstance(values[0], dict):
        return list(values[0])
    return columns_of(values) if values else []


def _is_numeric(cells: Sequence[Any]) -> bool:
    held = [cell for cell in cells if cell is not None]
    return bool(held) and all(
        isinstance(cell, int | float) and not isinstance(cell, bool) for cell in held
    )


def _widths(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """As wide as what stands in the column; the widest give way where there is no room."""
    wanted = [
        max([len(name), *(len(part) for row in rows for part in row[at].split("\n"))])
        for at, name in enumerate(names)
    ]
    while wanted and (len(wanted) - 1) * (_LEAST_WIDTH + 1) + _LEAST_WIDTH > width - 1:
        wanted.pop()  # no room even for narrow columns: the last ones are left out
    room = max(_LEAST_WIDTH, width - 1 - (len(wanted) - 1))
    while sum(wanted) > room:
        widest = max(wanted)
        second = max((w for w in wanted if w < widest), default=_LEAST_WIDTH)
        count = wanted.count(widest)
        excess = sum(wanted) - room
        step = max(1, min(widest - second, -(-excess // count)))
        if widest - step < _LEAST_WIDTH:
            break
        wanted = [w - step if w == widest else w for w in wanted]
    return wanted


def _cut(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    return f"{text[: width - 3]}..." if width > 3 else text[:width]


def _line(cells: Sequence[str], widths: Sequence[int], is_right: Sequence[bool]) -> str:
    parts = []
    for cell, width, right in zip(cells, widths, is_right, strict=False):
        text = _cut(cell, width)
        parts.append(text.rjust(width) if right else text.ljust(width))
    return " ".join(parts).rstrip()


def _lines(
    row: Sequence[str], widths: Sequence[int], is_right: Sequence[bool], *, wraps: bool
) -> list[str]:
    if not wraps:
        return [_line(row, widths, is_right)]
    cells = [
        [piece for part in cell.split("\n") for piece in textwrap.wrap(part, width) or [""]]
        for cell, width in zip(row, widths, strict=True)
    ]
    height = max(map(len, cells))
    return [
        _line([cell[at] if at < len(cell) else "" for cell in cells], widths, is_right)
        for at in range(height)
    ]
