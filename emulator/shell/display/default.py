"""Out-Default: strings as lines, records of few properties as tables, the others as lists."""

from __future__ import annotations

from typing import Any

from emulator.shell.display.listing import as_list
from emulator.shell.display.shapes import FormattedText, columns_of, is_plain, plain_text
from emulator.shell.display.table import as_table
from emulator.shell.engine.host import Host
from emulator.shell.engine.types import type_name_of
from emulator.shell.engine.values import Hashtable

__all__ = ["Display", "rendered"]

_TABLE_COLUMNS = 4
_MOST_WAITING = 1000


class Display:
    """Shows values as they come; records of one type wait for each other, to be one table."""

    __slots__ = ("_host", "_kind", "_waiting")

    def __init__(self, host: Host) -> None:
        self._host = host
        self._waiting: list[Any] = []
        self._kind = ""

    def show(self, value: Any) -> None:
        """Show `value`, at once or with others like it."""
        if isinstance(value, list):
            for item in value:
                self.show(item)
            return
        if isinstance(value, FormattedText) or is_plain(value):
            self.flush()
            if value is not None:
                text = value.text if isinstance(value, FormattedText) else f"{plain_text(value)}\n"
                self._host.write(text)
            return
        kind = _kind_of(value)
        if kind != self._kind or len(self._waiting) >= _MOST_WAITING:
            self.flush()
        self._kind = kind
        self._waiting.append(value)

    def flush(self) -> None:
        """Show what waits."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._host.write(_records(waiting, self._host.width))


def _kind_of(value: Any) -> str:
    names = () if isinstance(value, Hashtable) else columns_of([value])
    return f"{type_name_of(value)}:{','.join(names).lower()}"


def _records(values: list[Any], width: int) -> str:
    if isinstance(values[0], Hashtable):
        rows = [entry for value in values for entry in value.items()]
        return as_table([dict(zip(("Name", "Value"), row, strict=True)) for row in rows], width)
    names = columns_of(values)
    if len(names) > _TABLE_COLUMNS:
        return as_list(values, names)
    return as_table(values, width, names)


def rendered(values: list[Any], width: int) -> str:
    """What `values` look like, as one text."""
    texts: list[str] = []

    class _Paper:
        """A screen that keeps what is written."""

        @property
        def width(self) -> int:
            return width

        def write(self, text: str) -> None:
            texts.append(text)

        def write_talk(self, text: str) -> None:
            texts.append(f"{text}\n")

        write_error = write_talk

        def clear(self) -> None:
            texts.clear()

        async def ask(self, question: str) -> str | None:
            return None

    display = Display(_Paper())
    for value in values:
        display.show(value)
    display.flush()
    return "".join(texts)
