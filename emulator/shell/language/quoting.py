"""Reads strings: quoted, here-strings, and the words of a command, with what expands in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from emulator.shell.language.errors import ParseError
from emulator.shell.language.positions import Extent, Source
from emulator.shell.language.syntax import SubExpression, Variable
from emulator.shell.language.tokens import (
    DOUBLE_QUOTES,
    ESCAPES,
    SINGLE_QUOTES,
    VARIABLE,
    WORD_END,
    Part,
)

__all__ = ["Nested", "Quoting", "variable_name"]

# Reads the statements from an offset up to the `)` that closes them: they, and where it ended.
Nested: TypeAlias = Callable[[int], tuple[SubExpression, int]]

_HERE_START = re.compile(r"@(?P<quote>[\"'])[ \t]*\r?\n")


def variable_name(match: re.Match[str]) -> str:
    """The name in a match of VARIABLE."""
    return match["braced"] or match["plain"] or match["special"]


class Quoting:
    """Reads the strings of one source; `nested` reads what `$(` opens."""

    __slots__ = ("_nested", "_source", "_text")

    def __init__(self, source: Source, nested: Nested) -> None:
        self._source = source
        self._text = source.text
        self._nested = nested

    def single(self, start: int) -> tuple[str, int]:
        """The string whose single quote stands at `start`, and where it ends."""
        text = self._text
        at = start + 1
        got: list[str] = []
        while at < len(text):
            if text[at] in SINGLE_QUOTES:
                if text[at + 1 : at + 2] and text[at + 1] in SINGLE_QUOTES:
                    got.append(text[at])
                    at += 2
                    continue
                return "".join(got), at + 1
            got.append(text[at])
            at += 1
        raise self._unterminated(start, "'")

    def double(self, start: int) -> tuple[tuple[Part, ...], int]:
        """The parts of the string whose double quote stands at `start`, and where it ends."""
        text = self._text
        at = start + 1
        parts: list[Part] = []
        while at < len(text):
            if text[at] in DOUBLE_QUOTES:
                if text[at + 1 : at + 2] and text[at + 1] in DOUBLE_QUOTES:
                    parts.append(text[at])
                    at += 2
                    continue
                return _merged(parts), at + 1
            at = self._expandable(at, parts, len(text))
        raise self._unterminated(start, '"')

    def here(self, start: int) -> tuple[tuple[Part, ...], int] | None:
        """The parts of the here-string that opens at `start`, if one does, and where it ends."""
        opened = _HERE_START.match(self._text, start)
        if opened is None:
            return None
        closing = re.compile(rf"\r?\n{opened['quote']}@").search(self._text, opened.end() - 1)
        if closing is None:
            raise self._unterminated(start, f"{opened['quote']}@")
        at, end = opened.end(), closing.start()
        if opened["quote"] == "'":
            return _merged([self._text[at:end]]), closing.end()
        parts: list[Part] = []
        while at < end:
            at = self._expandable(at, parts, end)
        return _merged(parts), closing.end()

    def word(self, start: int) -> tuple[tuple[Part, ...], int]:
        """The parts of the word at `start`, and where it ends."""
        text = self._text
        at = start
        parts: list[Part] = []
        while at < len(text) and text[at] not in WORD_END:
            character = text[at]
            if character in SINGLE_QUOTES:
                value, at = self.single(at)
                parts.append(value)
            elif character in DOUBLE_QUOTES:
                inner, at = self.double(at)
                parts.extend(inner)
            elif character == "`" and text[at + 1 : at + 2] in ("\r", "\n", ""):
                break
            else:
                at = self._expandable(at, parts, len(text))
        return _merged(parts), at

    def _expandable(self, at: int, parts: list[Part], end: int) -> int:
        """Read what stands at `at` where variables expand; say where it ends."""
        text = self._text
        character = text[at]
        if character == "`" and at + 1 < end:
            parts.append(ESCAPES.get(text[at + 1], text[at + 1]))
            return at + 2
        if character == "$":
            if text.startswith("(", at + 1):
                inner, after = self._nested(at + 2)
                parts.append(inner)
                return after
            match = VARIABLE.match(text, at, end)
            if match is not None:
                extent = Extent(self._source, at, match.end())
                if text.startswith(":", match.end()) and not match["braced"]:
                    raise ParseError(
                        "Variable reference is not valid. ':' was not followed by a valid "
                        "variable name character. Consider using ${} to delimit the name.",
                        "InvalidVariableReferenceWithDrive",
                        extent,
                    )
                parts.append(Variable(variable_name(match), at=extent))
                return match.end()
        parts.append(character)
        return at + 1

    def _unterminated(self, start: int, quote: str) -> ParseError:
        at = Extent(self._source, start, len(self._text))
        return ParseError(
            f"The string is missing the terminator: {quote}.",
            "TerminatorExpectedAtEndOfString",
            at,
            is_incomplete=True,
        )


def _merged(parts: list[Part]) -> tuple[Part, ...]:
    """The parts with neighbouring text joined and empty text left out."""
    merged: list[Part] = []
    text: list[str] = []
    for part in parts:
        if isinstance(part, str):
            text.append(part)
            continue
        if joined := "".join(text):
            merged.append(joined)
        text.clear()
        merged.append(part)
    if joined := "".join(text):
        merged.append(joined)
    return tuple(merged)
