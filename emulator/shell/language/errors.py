"""What is wrong with a text that is no script."""

from __future__ import annotations

from emulator.shell.language.positions import Extent

__all__ = ["ParseError"]


class ParseError(Exception):
    """A text that cannot be read; `is_incomplete` if more of it may still make it right."""

    def __init__(
        self, message: str, error_id: str, at: Extent, *, is_incomplete: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_id = error_id
        self.at = at
        self.is_incomplete = is_incomplete

    def described(self) -> str:
        """The error as PowerShell prints it."""
        return (
            f"{self.at.described()}\n{self.message}\n"
            "    + CategoryInfo          : ParserError: (:) [], "
            "ParentContainsErrorRecordException\n"
            f"    + FullyQualifiedErrorId : {self.error_id}"
        )
