"""The screen of a session: streams, and somebody who answers."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from typing import TextIO, TypeAlias

__all__ = ["Ask", "StreamHost"]

Ask: TypeAlias = Callable[[str], Awaitable[str | None]]


class StreamHost:
    """Writes results to one stream, talk and errors to the other; asks by `ask`, if given."""

    __slots__ = ("_ask", "_errors", "_is_terminal", "_output", "_width")

    def __init__(
        self,
        output: TextIO,
        errors: TextIO,
        *,
        ask: Ask | None = None,
        width: int | None = None,
        is_terminal: bool = False,
    ) -> None:
        self._output = output
        self._errors = errors
        self._ask = ask
        self._width = width
        self._is_terminal = is_terminal

    @property
    def width(self) -> int:
        """How many characters a line takes."""
        return self._width or shutil.get_terminal_size((120, 40)).columns

    def write(self, text: str) -> None:
        """Write to the stream of results."""
        self._output.write(text)
        self._output.flush()

    def write_talk(self, text: str) -> None:
        """Write a line of a warning, of -Verbose or -Debug, or of progress."""
        self._errors.write(f"{text}\n")
        self._errors.flush()

    def write_error(self, text: str) -> None:
        """Write an error."""
        self.write_talk(text)

    def clear(self) -> None:
        """Clear the screen, if it is one."""
        if self._is_terminal:
            self.write("\x1b[2J\x1b[H")

    async def ask(self, question: str) -> str | None:
        """The answer to `question`; None if there is nobody to ask."""
        return None if self._ask is None else await self._ask(question)
