"""Cuts a text into tokens.

What a character means depends on where it stands: at the start of a statement, among the elements
of a command, or in an expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from emulator.shell.language import tokens as t
from emulator.shell.language.cursor import Cursor
from emulator.shell.language.errors import ParseError
from emulator.shell.language.expression_tokens import REDIRECTION, ExpressionTokens
from emulator.shell.language.frames import Mode, Role
from emulator.shell.language.numbers import is_number
from emulator.shell.language.positions import Source
from emulator.shell.language.quoting import Nested, Quoting
from emulator.shell.language.tokens import Token

__all__ = ["Lexer"]

_NAME = re.compile(r"[A-Za-z_]\w*")
_FUNCTION_NAME = re.compile(r"[ \t]+([^\s(){}|;,]+)")
_SPLAT = re.compile(r"@([A-Za-z_]\w*)")
_CLOSERS = ")}]"


class Lexer:
    """Gives the tokens of `source` from `start`; with `until_closed`, up to a `)` too many."""

    __slots__ = ("_cursor", "_expressions", "_quoting", "_until_closed", "is_closed")

    def __init__(
        self, source: Source, nested: Nested, *, start: int = 0, until_closed: bool = False
    ) -> None:
        self._cursor = Cursor(source, start)
        self._quoting = Quoting(source, nested)
        self._expressions = ExpressionTokens(self._cursor, self._quoting)
        self._until_closed = until_closed
        self.is_closed = False  # whether the `)` too many has come

    @property
    def end(self) -> int:
        """Where reading has come to."""
        return self._cursor.at

    @property
    def open_bracket(self) -> str:
        """The innermost bracket that is open, or nothing."""
        return self._cursor.frame.bracket

    def __iter__(self) -> Iterator[Token]:
        while True:
            self._cursor.skip()
            if self._cursor.at >= len(self._cursor.text):
                return
            if (
                self._until_closed
                and len(self._cursor.frames) == 1
                and self._cursor.text[self._cursor.at] == ")"
            ):
                self._cursor.at += 1
                self.is_closed = True
                return
            separator, self._cursor.pending = self._cursor.pending, None
            if separator is not None and not self._cursor.is_needless():
                self._cursor.frame.restart()
                self._cursor.after_operand = False
                self._cursor.last = "SEP"
                yield Token("SEP", ";", separator)
            self._cursor.after_block = False
            yield self._token()

    # Tokens

    def _token(self) -> Token:
        character = self._cursor.text[self._cursor.at]
        frame = self._cursor.frame
        if self._cursor.last in ("DOT", "STATIC"):
            return self._expressions.member_name(character)
        if not self._cursor.spaced and (found := self._expressions.postfix(character)):
            return found
        if character in _CLOSERS and not (character == "]" and frame.mode is Mode.ARGUMENT):
            return self._cursor.close(character)
        if character == "|":
            frame.mode = Mode.PIPE
            self._cursor.after_operand = False
            return self._cursor.make("PIPE", "|", 1, needs_more=True)
        match frame.mode:
            case Mode.ARGUMENT:
                return self._argument(character)
            case Mode.EXPRESSION:
                return self._expressions.next(character)
            case Mode.KEY:
                return self._key(character)
            case Mode.PIPE:
                return self._piped(character)
            case _:
                return self._start(character)

    def _start(self, character: str) -> Token:
        """What a statement starts with."""
        word = _NAME.match(self._cursor.text, self._cursor.at)
        if word is not None and word[0].lower() in t.KEYWORDS and self._is_word_end(word.end()):
            return self._keyword(word[0].lower())
        if self._is_call(character):
            return self._call(character)
        frame = self._cursor.frame
        frame.mode = Mode.EXPRESSION
        return self._expressions.operand(character) or self._command()

    def _is_word_end(self, at: int) -> bool:
        return (
            at >= len(self._cursor.text)
            or self._cursor.text[at] in t.WORD_END
            or self._cursor.text[at] in "[\"'$"
        )

    def _is_call(self, character: str) -> bool:
        following = self._cursor.text[self._cursor.at + 1 : self._cursor.at + 2]
        return character == "&" or (
            character == "." and following != "" and following in " \t$'\"({"
        )

    def _call(self, character: str) -> Token:
        self._cursor.frame.mode = Mode.ARGUMENT
        return self._cursor.make("CALL", character, 1, needs_more=True)

    def _piped(self, character: str) -> Token:
        if self._is_call(character):
            return self._call(character)
        is_value = character in "$@(){}[" or character in t.DOUBLE_QUOTES + t.SINGLE_QUOTES
        if is_value or is_number(self._cursor.raw_extent().text):
            raise ParseError(
                "Expressions are only allowed as the first element of a pipeline.",
                "ExpressionsMustBeFirstInPipeline",
                self._cursor.raw_extent(),
            )
        return self._command()

    def _command(self) -> Token:
        self._cursor.frame.mode = Mode.ARGUMENT
        parts, end = self._quoting.word(self._cursor.at)
        if not parts:
            self._cursor.refuse()
        self._cursor.after_operand = False
        return self._cursor.make("COMMAND", parts, end - self._cursor.at)

    def _keyword(self, word: str) -> Token:
        frame = self._cursor.frame
        name, length, needs_more = word.upper(), len(word), False
        value: Any = word
        if word == "while" and frame.after_do:
            self._cursor.expects, frame.after_do = Role.DO_CONDITION, False
        elif word == "foreach":
            self._cursor.expects = Role.FOREACH
        elif word in t.HEADER_KEYWORDS:
            self._cursor.expects = Role.HEADER
        elif word in t.BLOCK_KEYWORDS:
            self._cursor.expects = Role.DO if word == "do" else Role.BLOCK
            frame.mode = Mode.EXPRESSION if word == "catch" else Mode.START
        elif word == "param":
            self._cursor.expects = Role.PARAMETERS
        elif word == "function":
            named = _FUNCTION_NAME.match(self._cursor.text, self._cursor.at + length)
            if named is None:
                raise ParseError(
                    "Missing name after function keyword.",
                    "MissingNameAfterKeyword",
                    self._cursor.extent(self._cursor.at, self._cursor.at + length),
                )
            value, length, self._cursor.expects = (
                named[1],
                named.end() - self._cursor.at,
                Role.FUNCTION,
            )
        elif word in ("break", "continue"):
            frame.mode, self._cursor.after_operand = Mode.EXPRESSION, True
            return self._cursor.make(name, value, length)
        self._cursor.after_operand = False
        return self._cursor.make(name, value, length, needs_more=needs_more)

    def _key(self, character: str) -> Token:
        """The key of an entry, which may be a bare word."""
        self._cursor.frame.mode = Mode.EXPRESSION
        if word := _NAME.match(self._cursor.text, self._cursor.at):
            self._cursor.after_operand = True
            return self._cursor.make("STRING", (word[0],), len(word[0]))
        return self._expressions.operand(character) or self._cursor.refuse()

    # Commands

    def _argument(self, character: str) -> Token:
        """An element of a command."""
        text, at = self._cursor.text, self._cursor.at
        if character == ",":
            self._cursor.after_operand = False
            return self._cursor.make("COMMA", ",", 1, needs_more=True)
        if match := REDIRECTION.match(text, at):
            return self._expressions.redirection(match)
        if character == "&":
            raise ParseError(
                "The ampersand (&) character is not allowed. The & operator is reserved for "
                'future use; wrap an ampersand in double quotation marks ("&") to pass it as '
                "part of a string.",
                "AmpersandNotAllowed",
                self._cursor.extent(at, at + 1),
            )
        if match := t.PARAMETER.match(text, at):
            self._cursor.after_operand = False
            has_value = bool(match["colon"])
            kind = "PARAMETER_COLON" if has_value else "PARAMETER"
            return self._cursor.make(kind, match["name"], len(match[0]), needs_more=has_value)
        if match := _SPLAT.match(text, at):
            self._cursor.after_operand = False
            return self._cursor.make("SPLAT", match[1], len(match[0]))
        if not self._is_word_with_variable() and (found := self._expressions.value(character)):
            return found
        parts, end = self._quoting.word(at)
        if end == at:
            self._cursor.refuse()
        self._cursor.after_operand = False
        raw = text[at:end]
        if is_number(raw) and parts == (raw,):
            return self._cursor.make("NUMBER", raw, end - at)
        return self._cursor.make("WORD", parts, end - at)

    def _is_word_with_variable(self) -> bool:
        """Whether a word starts here with a variable and goes on with something else."""
        match = t.VARIABLE.match(self._cursor.text, self._cursor.at)
        if match is None:
            return False
        end = match.end()
        following = self._cursor.text[end : end + 1]
        if following == ".":
            after = self._cursor.text[end + 1 : end + 2]
            return not (after.isalpha() or (after != "" and after in "_$\"'("))
        is_static = self._cursor.text.startswith("::", end)
        return not (following == "" or following in t.WORD_END or following == "[" or is_static)
