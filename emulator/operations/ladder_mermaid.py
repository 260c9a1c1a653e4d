"""A ladder as a Mermaid sequence diagram, for pages that draw those."""

from __future__ import annotations

from emulator.operations.ladder import Arrow, Chart

__all__ = ["as_mermaid_ladder"]


def as_mermaid_ladder(chart: Chart) -> str:
    """Write `chart` as Mermaid: a dotted arrow is a step inside the emulator."""
    lines = [*(f"%% {line}" for line in chart.heading), "sequenceDiagram"]
    lines += [f"    participant {name}" for name in chart.columns]
    ends = dict.fromkeys((chart.columns[0], chart.columns[-1]))
    for row in chart.rows:
        if isinstance(row, Arrow):
            arrow = "-->>" if row.is_internal else "->>"
            lines.append(f"    {row.source}{arrow}{row.target}: {row.after:.3f} {row.label}")
        else:
            lines.append(f"    Note over {','.join(ends)}: {row.after:.3f} {_plain(row.text)}")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    return text.replace(";", ",").replace("#", " ")
