"""Format-List: a record's properties one beneath the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulator.shell.display.shapes import cell_text, value_of

__all__ = ["as_list"]


def as_list(values: Sequence[Any], names: Sequence[str]) -> str:
    """The list of `values`, each with the properties of those names."""
    if not names:
        return ""
    indent = max(map(len, names))
    blocks = []
    for value in values:
        lines = []
        for name in names:
            text = cell_text(value_of(value, name))
            first, *rest = text.splitlines() or [""]
            lines.append(f"{name.ljust(indent)} : {first}".rstrip())
            lines.extend(" " * (indent + 3) + line for line in rest)
        blocks.append("\n".join(lines))
    return "\n" + "\n\n".join(blocks) + "\n\n"
