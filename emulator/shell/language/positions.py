"""Where something stands in what was typed: a source, and an extent of it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NOWHERE", "Extent", "Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """A text that was typed, or a script; `name` is the script's path."""

    text: str
    name: str | None = None

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """The line and the column of `offset`, both counted from 1."""
        before = self.text[:offset]
        line_start = before.rfind("\n") + 1
        return before.count("\n") + 1, offset - line_start + 1

    def line_at(self, offset: int) -> tuple[int, str]:
        """The offset at which the line around `offset` starts, and its text."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return start, self.text[start : len(self.text) if end < 0 else end].rstrip("\r")


@dataclass(frozen=True, slots=True)
class Extent:
    """The octets from `start` up to `end` of a source."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """What stands there."""
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """The line on which it starts."""
        return self.source.line_and_column(self.start)[0]

    @property
    def column(self) -> int:
        """The column at which it starts."""
        return self.source.line_and_column(self.start)[1]

    def through(self, last: Extent) -> Extent:
        """From the start of this one to the end of `last`."""
        return Extent(self.source, self.start, max(self.end, last.end))

    def described(self) -> str:
        """The `At line:1 char:1` of an error, with the line and what is underlined in it."""
        line, column = self.source.line_and_column(self.start)
        line_start, text = self.source.line_at(self.start)
        width = max(1, min(self.end, line_start + len(text)) - self.start)
        if self.source.name is None:
            place = f"At line:{line} char:{column}"
        else:
            place = f"At {self.source.name}:{line} char:{column}"
        shown = text.replace("\t", " ")
        shift = max(0, column - 60) if len(shown) > 120 else 0
        more = "..." if shift else ""
        cut = more + shown[shift : shift + 120] + ("..." if len(shown) > shift + 120 else "")
        under = " " * (column - 1 - shift + len(more)) + "~" * min(width, 120)
        return f"{place}\n+ {cut}\n+ {under}"


NOWHERE = Extent(Source(""), 0, 0)
