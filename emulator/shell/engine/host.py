"""What the engine talks to: the screen, and somebody to ask."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Host"]


class Host(Protocol):
    """Where text goes that is not put out, and who answers questions."""

    @property
    def width(self) -> int:
        """How many characters a line takes."""
        ...

    def write(self, text: str) -> None:
        """Write what is meant for the screen, such as Write-Host's."""

    def write_talk(self, text: str) -> None:
        """Write a line of a warning, of -Verbose or -Debug, or of progress."""

    def write_error(self, text: str) -> None:
        """Write an error."""

    def clear(self) -> None:
        """Clear the screen, if there is one."""

    async def ask(self, question: str) -> str | None:
        """The answer to `question`; None if there is nobody to ask."""
