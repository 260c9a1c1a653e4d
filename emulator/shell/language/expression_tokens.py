"""Cuts expressions into tokens: operands, the operators between them, what follows one at once."""

from __future__ import annotations

import re

from emulator.shell.language import tokens as t
from emulator.shell.language.cursor import Cursor
from emulator.shell.language.errors import ParseError
from emulator.shell.language.frames import Mode, Role
from emulator.shell.language.numbers import NUMBER
from emulator.shell.language.quoting import Quoting, variable_name
from emulator.shell.language.tokens import Token

__all__ = ["REDIRECTION", "ExpressionTokens"]

REDIRECTION = re.compile(r"([1-6*]?)(>>?)(&[12])?")
_NAME = re.compile(r"[A-Za-z_]\w*")
_DASH_WORD = re.compile(rf"[{t.DASHES}]([A-Za-z]+)(?![\w-])")
_ASSIGN = re.compile(r"[-+*/%]?=")
_IN = re.compile(r"in(?!\w)", re.IGNORECASE)
_TYPE = re.compile(r"\[[\w.+`,\s\[\]]*")
_WORD = re.compile(r"[A-Za-z_\\]")


class ExpressionTokens:
    """Reads at a cursor what stands in expressions, and the values among a command's elements."""

    __slots__ = ("_cursor", "_quoting")

    def __init__(self, cursor: Cursor, quoting: Quoting) -> None:
        self._cursor = cursor
        self._quoting = quoting

    def next(self, character: str) -> Token:
        """A token of an expression: an operand or what may follow one."""
        if self._cursor.after_operand:
            return self._operator(character)
        if self._cursor.last == "TYPE":
            word = _DASH_WORD.match(self._cursor.text, self._cursor.at)
            named = f"-{word[1].lower()}" if word is not None else ""
            is_binary = named in t.OPERATORS and named not in t.UNARY_WORDS
            if is_binary or character in ",=":
                return self._operator(character)
        return self.operand(character) or self._cursor.refuse()

    def operand(self, character: str) -> Token | None:
        """A token with which an operand starts, if one does here."""
        if found := self.value(character):
            return found
        text, at = self._cursor.text, self._cursor.at
        if character == "[":
            return self._type()
        if character == "!":
            return self._cursor.make("NOT", "-not", 1, needs_more=True)
        if character == ",":
            return self._cursor.make("UCOMMA", ",", 1, needs_more=True)
        if character in t.DASHES or character == "+":
            word = _DASH_WORD.match(text, at)
            if word is not None and f"-{word[1].lower()}" in t.UNARY_WORDS:
                return self._cursor.make(
                    "NOT", f"-{word[1].lower()}", len(word[0]), needs_more=True
                )
            if text.startswith(("--", "++"), at):
                return self._cursor.make("STEP", text[at : at + 2], 2, needs_more=True)
            if word is not None:
                return None
            return self._cursor.make("SIGN", "+" if character == "+" else "-", 1, needs_more=True)
        number = NUMBER.match(text, at)
        if number is None or _WORD.match(text, number.end()):
            return None
        self._cursor.after_operand = True
        return self._cursor.make("NUMBER", number[0], len(number[0]))

    def value(self, character: str) -> Token | None:
        """A variable, a string or a bracket, if one starts here."""
        text, at = self._cursor.text, self._cursor.at
        if character == "$":
            if text.startswith("(", at + 1):
                return self._cursor.open("SUB_OPEN", "$(", Mode.START)
            if match := t.VARIABLE.match(text, at):
                self._cursor.after_operand = True
                return self._cursor.make("VARIABLE", variable_name(match), len(match[0]))
            return None
        if character == "@":
            if (here := self._quoting.here(at)) is not None:
                return self._string(*here)
            if text.startswith("(", at + 1):
                return self._cursor.open("ARRAY_OPEN", "@(", Mode.START)
            if text.startswith("{", at + 1):
                return self._cursor.open("HASH_OPEN", "@{", Mode.KEY)
            return None
        if character == "(":
            return self._parenthesis()
        if character == "{":
            role = Role.BLOCK if self._cursor.expects is Role.FUNCTION else self._cursor.expects
            return self._cursor.open("LBRACE", "{", Mode.START, role)
        if character in t.DOUBLE_QUOTES:
            return self._string(*self._quoting.double(at))
        if character in t.SINGLE_QUOTES:
            value, end = self._quoting.single(at)
            return self._string((value,) if value else (), end)
        return None

    def _string(self, parts: tuple[t.Part, ...], end: int) -> Token:
        self._cursor.after_operand = True
        return self._cursor.make("STRING", parts, end - self._cursor.at)

    def _parenthesis(self) -> Token:
        is_list = self._cursor.expects in (Role.FUNCTION, Role.PARAMETERS)
        mode = Mode.EXPRESSION if is_list or self._cursor.expects is Role.FOREACH else Mode.START
        return self._cursor.open("LPAR", "(", mode, self._cursor.expects)

    def _type(self) -> Token:
        text, start = self._cursor.text, self._cursor.at
        is_list = self._cursor.frame.role in (Role.FUNCTION, Role.PARAMETERS)
        if is_list and self._cursor.last in ("OPEN", "LIST_COMMA", "ATTRIBUTE"):
            end = self._balanced(start)
            return self._cursor.make("ATTRIBUTE", text[start + 1 : end - 1].strip(), end - start)
        depth = 0
        run = _TYPE.match(text, start)
        for at in range(start, run.end() if run else start):
            depth += {"[": 1, "]": -1}.get(text[at], 0)
            if depth == 0:
                name = re.sub(r"\s+", "", text[start + 1 : at])
                if not name or not (name[0].isalpha() or name[0] == "_"):
                    break
                self._cursor.after_operand = False
                return self._cursor.make("TYPE", name, at + 1 - start)
        is_all = run is not None and run.end() == len(text)
        raise ParseError(
            "Missing type name after '['." if not is_all else "Missing ] at end of type token.",
            "EndSquareBracketExpectedAtEndOfAttribute" if is_all else "MissingTypename",
            self._cursor.extent(start, start + 1),
            is_incomplete=is_all,
        )

    def _balanced(self, start: int) -> int:
        depth = 0
        for at in range(start, len(self._cursor.text)):
            depth += {"[": 1, "]": -1}.get(self._cursor.text[at], 0)
            if depth == 0:
                return at + 1
        raise ParseError(
            "Missing ] at end of attribute or type literal.",
            "EndSquareBracketExpectedAtEndOfAttribute",
            self._cursor.extent(start, start + 1),
            is_incomplete=True,
        )

    def _operator(self, character: str) -> Token:
        """What may follow an operand."""
        text, at, frame = self._cursor.text, self._cursor.at, self._cursor.frame
        if match := _ASSIGN.match(text, at):
            is_list = frame.role in (Role.FUNCTION, Role.PARAMETERS)
            frame.mode = Mode.EXPRESSION if is_list else Mode.START
            return self._binary("ASSIGN", match[0])
        if frame.role is Role.FOREACH and (match := _IN.match(text, at)):
            frame.mode, frame.role = Mode.START, Role.HEADER
            return self._binary("IN", match[0])
        if match := _DASH_WORD.match(text, at):
            word = f"-{match[1].lower()}"
            if word not in t.OPERATORS:
                self._cursor.refuse()
            kind = t.OPERATORS[word]
            plain = f"-{word[2:]}" if word[1] == "i" and f"-{word[2:]}" in t.OPERATORS else word
            return self._binary(kind, plain, len(word))
        if text.startswith("..", at):
            return self._binary("RANGE", "..")
        if character in t.DASHES or character == "+":
            return self._binary("ADD", "+" if character == "+" else "-")
        if character in "*/%" and not text.startswith("*>", at):
            return self._binary("MULTIPLY", character)
        if character == ",":
            is_list = frame.role in (Role.FUNCTION, Role.PARAMETERS, Role.CALL)
            return self._binary("LIST_COMMA" if is_list else "COMMA", ",")
        if match := REDIRECTION.match(text, at):
            return self.redirection(match)
        return self._cursor.refuse()

    def _binary(self, kind: str, value: str, length: int | None = None) -> Token:
        self._cursor.after_operand = False
        return self._cursor.make(kind, value, length or len(value), needs_more=True)

    def redirection(self, match: re.Match[str]) -> Token:
        """A redirection that `match` of REDIRECTION has found."""
        self._cursor.frame.mode = Mode.ARGUMENT
        self._cursor.after_operand = False
        stream, mark, goal = match.groups()
        if goal:
            return self._cursor.make("MERGE", (stream, goal), len(match[0]))
        way = (stream, mark == ">>")
        return self._cursor.make("REDIRECT", way, len(match[0]), needs_more=True)

    def postfix(self, character: str) -> Token | None:
        """What follows an operand without a blank, if it does."""
        text, at = self._cursor.text, self._cursor.at
        if text.startswith("::", at) and (
            self._cursor.after_operand or self._cursor.last == "TYPE"
        ):
            return self._cursor.make("STATIC", "::", 2, needs_more=True)
        if not self._cursor.after_operand:
            return None
        following = text[at + 1 : at + 2]
        if character == "." and (following.isalpha() or (following and following in "_$\"'(")):
            return self._cursor.make("DOT", ".", 1, needs_more=True)
        if character == "[":
            return self._cursor.open("INDEX_OPEN", "[", Mode.EXPRESSION)
        if character == "(" and self._cursor.is_member:
            return self._cursor.open("CALL_OPEN", "(", Mode.EXPRESSION, Role.CALL)
        is_expression = self._cursor.frame.mode is Mode.EXPRESSION
        if is_expression and text.startswith(("++", "--"), at):
            return self._cursor.make("POST_STEP", text[at : at + 2], 2)
        return None

    def member_name(self, character: str) -> Token:
        """The name after a dot."""
        if match := _NAME.match(self._cursor.text, self._cursor.at):
            name = self._cursor.make("NAME", match[0], len(match[0]))
            self._cursor.after_operand = self._cursor.is_member = True
            return name
        found = self.value(character) if character != "{" else None
        if found is None:
            raise ParseError(
                "Missing property name after reference operator.",
                "MissingPropertyName",
                self._cursor.raw_extent(),
            )
        self._cursor.is_member = self._cursor.after_operand
        return found
