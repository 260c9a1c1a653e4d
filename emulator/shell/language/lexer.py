"""Cuts a text into tokens.

What a character means depends on where it stands: at the start of a statement, among the elements
of a command, or in an expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

from emulator.shell.language import tokens as t
from emulator.shell.language.errors import ParseError
from emulator.shell.language.frames import Frame, Mode, Role
from emulator.shell.language.numbers import NUMBER, is_number
from emulator.shell.language.positions import Extent, Source
from emulator.shell.language.quoting import Nested, Quoting, variable_name
from emulator.shell.language.tokens import Token

__all__ = ["MAX_DEPTH", "Lexer"]

MAX_DEPTH = 60
_BLANK = re.compile(r"(?:[ \t\u00a0]|`\r?\n|<#.*?#>|\r(?!\n))+", re.DOTALL)
_COMMENT = re.compile(r"#[^\n]*")
_CMDLET_BINDING = re.compile(r"\[\s*CmdletBinding\b[^\]]*\]", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_]\w*")
_FUNCTION_NAME = re.compile(r"[ \t]+([^\s(){}|;,]+)")
_DASH_WORD = re.compile(rf"[{t.DASHES}]([A-Za-z]+)(?![\w-])")
_REDIRECT = re.compile(r"([1-6*]?)>>?(&[12])?")
_ASSIGN = re.compile(r"[-+*/%]?=")
_IN = re.compile(r"in(?!\w)", re.IGNORECASE)
_SPLAT = re.compile(r"@([A-Za-z_]\w*)")
_TYPE = re.compile(r"\[[\w.+`,\s\[\]]*")
_RAW = re.compile(r"[^\s;|(){},]+|.", re.DOTALL)
_CLOSERS = {")": ("RPAR", "()"), "}": ("RBRACE", "{}"), "]": ("RSQB", "[]")}
_BRACKETS = {"(": ")", "$(": ")", "@(": ")", "{": "}", "@{": "}", "[": "]"}


class Lexer:
    """Gives the tokens of `source` from `start`; with `until_closed`, up to a `)` too many."""

    __slots__ = (
        "_after_block",
        "_after_operand",
        "_at",
        "_expects",
        "_frames",
        "_is_member",
        "_last",
        "_needs_more",
        "_pending",
        "_quoting",
        "_source",
        "_spaced",
        "_text",
        "_until_closed",
        "is_closed",
    )

    def __init__(
        self, source: Source, nested: Nested, *, start: int = 0, until_closed: bool = False
    ) -> None:
        self._source = source
        self._text = source.text
        self._quoting = Quoting(source, nested)
        self._at = start
        self._until_closed = until_closed
        self._frames = [Frame("", Mode.START)]
        self._needs_more = True  # what came last cannot end a statement
        self._pending: Extent | None = None  # a separator that is given before the next token
        self._after_block = False
        self._after_operand = False
        self._spaced = True
        self._is_member = False  # whether the name of a member came last
        self._expects = Role.PLAIN  # what the next bracket is for
        self._last = ""
        self.is_closed = False  # whether the `)` too many has come

    @property
    def end(self) -> int:
        """Where reading has come to."""
        return self._at

    @property
    def open_bracket(self) -> str:
        """The innermost bracket that is open, or nothing."""
        return self._frames[-1].bracket

    def __iter__(self) -> Iterator[Token]:
        while True:
            self._skip()
            if self._at >= len(self._text):
                return
            if self._until_closed and len(self._frames) == 1 and self._text[self._at] == ")":
                self._at += 1
                self.is_closed = True
                return
            separator, self._pending = self._pending, None
            if separator is not None and not self._is_needless():
                self._frames[-1].restart()
                self._after_operand = False
                self._last = "SEP"
                yield Token("SEP", ";", separator)
            self._after_block = False
            yield self._token()

    # Blanks and separators

    def _skip(self) -> None:
        """Pass over blanks and comments; note a separator among them."""
        start = self._at
        text = self._text
        while self._at < len(text):
            at = self._at
            if match := _BLANK.match(text, at) or _COMMENT.match(text, at):
                self._at = match.end()
            elif text.startswith("<#", at):
                raise ParseError(
                    "The terminator '#>' is missing from the multiline comment.",
                    "MissingTerminatorMultiLineComment",
                    self._extent(at, len(text)),
                    is_incomplete=True,
                )
            elif text[at] in "\n;" or text.startswith("\r\n", at):
                self._note_separator(at)
                self._at += 2 if text[at] == "\r" else 1
            elif self._frames[-1].mode is Mode.START and (match := _CMDLET_BINDING.match(text, at)):
                self._at = match.end()
            else:
                break
        self._spaced = self._at > start or not self._last

    def _note_separator(self, at: int) -> None:
        is_line = self._text[at] != ";"
        is_within = self._frames[-1].bracket in ("(", "[") or self._expects is not Role.PLAIN
        if is_line and (is_within or self._needs_more):
            return
        if self._needs_more and self._last in ("", "SEP", "OPEN"):
            return
        if self._pending is None:
            self._pending = self._extent(at, at + 1)

    def _is_needless(self) -> bool:
        """Whether the separator that was noted separates nothing."""
        if self._text[self._at] in ")}":
            return True
        if not self._after_block:
            return False
        if self._frames[-1].after_do:
            return self._text[self._at : self._at + 5].lower() == "while"
        return t.BLOCK_TAILS.match(self._text, self._at) is not None

    # Tokens

    def _token(self) -> Token:
        character = self._text[self._at]
        frame = self._frames[-1]
        if self._last in ("DOT", "STATIC"):
            return self._member_name(character)
        if not self._spaced and (found := self._postfix(character)):
            return found
        if character in _CLOSERS and not (character == "]" and frame.mode is Mode.ARGUMENT):
            return self._close(character)
        if character == "|":
            frame.mode = Mode.PIPE
            self._after_operand = False
            return self._make("PIPE", "|", 1, needs_more=True)
        match frame.mode:
            case Mode.ARGUMENT:
                return self._argument(character)
            case Mode.EXPRESSION:
                return self._in_expression(character)
            case Mode.KEY:
                return self._key(character)
            case Mode.PIPE:
                return self._piped(character)
            case _:
                return self._start(character)

    def _start(self, character: str) -> Token:
        """What a statement starts with."""
        word = _NAME.match(self._text, self._at)
        if word is not None and word[0].lower() in t.KEYWORDS and self._is_word_end(word.end()):
            return self._keyword(word[0].lower())
        if self._is_call(character):
            return self._call(character)
        frame = self._frames[-1]
        frame.mode = Mode.EXPRESSION
        return self._operand(character) or self._command()

    def _is_word_end(self, at: int) -> bool:
        return at >= len(self._text) or self._text[at] in t.WORD_END or self._text[at] in "[\"'$"

    def _is_call(self, character: str) -> bool:
        following = self._text[self._at + 1 : self._at + 2]
        return character == "&" or (
            character == "." and following != "" and following in " \t$'\"({"
        )

    def _call(self, character: str) -> Token:
        self._frames[-1].mode = Mode.ARGUMENT
        return self._make("CALL", character, 1, needs_more=True)

    def _piped(self, character: str) -> Token:
        if self._is_call(character):
            return self._call(character)
        is_value = character in "$@(){}[" or character in t.DOUBLE_QUOTES + t.SINGLE_QUOTES
        if is_value or is_number(self._raw_extent().text):
            raise ParseError(
                "Expressions are only allowed as the first element of a pipeline.",
                "ExpressionsMustBeFirstInPipeline",
                self._raw_extent(),
            )
        return self._command()

    def _command(self) -> Token:
        self._frames[-1].mode = Mode.ARGUMENT
        parts, end = self._quoting.word(self._at)
        if not parts:
            self._refuse()
        self._after_operand = False
        return self._make("COMMAND", parts, end - self._at)

    def _keyword(self, word: str) -> Token:
        frame = self._frames[-1]
        name, length, needs_more = word.upper(), len(word), False
        value: Any = word
        if word == "while" and frame.after_do:
            self._expects, frame.after_do = Role.DO_CONDITION, False
        elif word == "foreach":
            self._expects = Role.FOREACH
        elif word in t.HEADER_KEYWORDS:
            self._expects = Role.HEADER
        elif word in t.BLOCK_KEYWORDS:
            self._expects = Role.DO if word == "do" else Role.BLOCK
            frame.mode = Mode.EXPRESSION if word == "catch" else Mode.START
        elif word == "param":
            self._expects = Role.PARAMETERS
        elif word == "function":
            named = _FUNCTION_NAME.match(self._text, self._at + length)
            if named is None:
                raise ParseError(
                    "Missing name after function keyword.",
                    "MissingNameAfterKeyword",
                    self._extent(self._at, self._at + length),
                )
            value, length, self._expects = named[1], named.end() - self._at, Role.FUNCTION
        elif word in ("break", "continue"):
            frame.mode, self._after_operand = Mode.EXPRESSION, True
            return self._make(name, value, length)
        self._after_operand = False
        return self._make(name, value, length, needs_more=needs_more)

    def _key(self, character: str) -> Token:
        """The key of an entry, which may be a bare word."""
        self._frames[-1].mode = Mode.EXPRESSION
        if word := _NAME.match(self._text, self._at):
            self._after_operand = True
            return self._make("STRING", (word[0],), len(word[0]))
        return self._operand(character) or self._refuse()

    # Expressions

    def _in_expression(self, character: str) -> Token:
        if self._after_operand:
            return self._operator(character)
        if self._last == "TYPE":
            word = _DASH_WORD.match(self._text, self._at)
            named = f"-{word[1].lower()}" if word is not None else ""
            is_binary = named in t.OPERATORS and named not in t.UNARY_WORDS
            if is_binary or character in ",=":
                return self._operator(character)
        return self._operand(character) or self._refuse()

    def _operand(self, character: str) -> Token | None:
        """A token with which an operand starts, if one does here."""
        if found := self._value(character):
            return found
        text, at = self._text, self._at
        if character == "[":
            return self._type()
        if character == "!":
            return self._make("NOT", "-not", 1, needs_more=True)
        if character == ",":
            return self._make("UCOMMA", ",", 1, needs_more=True)
        if character in t.DASHES or character == "+":
            word = _DASH_WORD.match(text, at)
            if word is not None and f"-{word[1].lower()}" in t.UNARY_WORDS:
                return self._make("NOT", f"-{word[1].lower()}", len(word[0]), needs_more=True)
            if text.startswith(("--", "++"), at):
                return self._make("STEP", text[at : at + 2], 2, needs_more=True)
            if word is not None:
                return None
            return self._make("SIGN", "+" if character == "+" else "-", 1, needs_more=True)
        number = NUMBER.match(text, at)
        if number is None or re.compile(r"[A-Za-z_\\]").match(text, number.end()):
            return None
        self._after_operand = True
        return self._make("NUMBER", number[0], len(number[0]))

    def _value(self, character: str) -> Token | None:
        """A variable, a string or a bracket, if one starts here."""
        text, at = self._text, self._at
        if character == "$":
            if text.startswith("(", at + 1):
                return self._open("SUB_OPEN", "$(", Mode.START)
            if match := t.VARIABLE.match(text, at):
                self._after_operand = True
                return self._make("VARIABLE", variable_name(match), len(match[0]))
            return None
        if character == "@":
            if (here := self._quoting.here(at)) is not None:
                return self._string(*here)
            if text.startswith("(", at + 1):
                return self._open("ARRAY_OPEN", "@(", Mode.START)
            if text.startswith("{", at + 1):
                return self._open("HASH_OPEN", "@{", Mode.KEY)
            return None
        if character == "(":
            return self._parenthesis()
        if character == "{":
            role = Role.BLOCK if self._expects is Role.FUNCTION else self._expects
            return self._open("LBRACE", "{", Mode.START, role)
        if character in t.DOUBLE_QUOTES:
            return self._string(*self._quoting.double(at))
        if character in t.SINGLE_QUOTES:
            value, end = self._quoting.single(at)
            return self._string((value,) if value else (), end)
        return None

    def _string(self, parts: tuple[t.Part, ...], end: int) -> Token:
        self._after_operand = True
        return self._make("STRING", parts, end - self._at)

    def _parenthesis(self) -> Token:
        is_list = self._expects in (Role.FUNCTION, Role.PARAMETERS)
        mode = Mode.EXPRESSION if is_list or self._expects is Role.FOREACH else Mode.START
        return self._open("LPAR", "(", mode, self._expects)

    def _type(self) -> Token:
        text, start = self._text, self._at
        is_list = self._frames[-1].role in (Role.FUNCTION, Role.PARAMETERS)
        if is_list and self._last in ("OPEN", "LIST_COMMA", "ATTRIBUTE"):
            end = self._balanced(start)
            return self._make("ATTRIBUTE", text[start + 1 : end - 1].strip(), end - start)
        depth = 0
        run = _TYPE.match(text, start)
        for at in range(start, run.end() if run else start):
            depth += {"[": 1, "]": -1}.get(text[at], 0)
            if depth == 0:
                name = re.sub(r"\s+", "", text[start + 1 : at])
                if not name or not (name[0].isalpha() or name[0] == "_"):
                    break
                self._after_operand = False
                return self._make("TYPE", name, at + 1 - start)
        is_all = run is not None and run.end() == len(text)
        raise ParseError(
            "Missing type name after '['." if not is_all else "Missing ] at end of type token.",
            "EndSquareBracketExpectedAtEndOfAttribute" if is_all else "MissingTypename",
            self._extent(start, start + 1),
            is_incomplete=is_all,
        )

    def _balanced(self, start: int) -> int:
        depth = 0
        for at in range(start, len(self._text)):
            depth += {"[": 1, "]": -1}.get(self._text[at], 0)
            if depth == 0:
                return at + 1
        raise ParseError(
            "Missing ] at end of attribute or type literal.",
            "EndSquareBracketExpectedAtEndOfAttribute",
            self._extent(start, start + 1),
            is_incomplete=True,
        )

    def _operator(self, character: str) -> Token:
        """What may follow an operand."""
        text, at, frame = self._text, self._at, self._frames[-1]
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
                self._refuse()
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
        if match := _REDIRECT.match(text, at):
            return self._redirect(match)
        return self._refuse()

    def _binary(self, kind: str, value: str, length: int | None = None) -> Token:
        self._after_operand = False
        return self._make(kind, value, length or len(value), needs_more=True)

    def _redirect(self, match: re.Match[str]) -> Token:
        self._frames[-1].mode = Mode.ARGUMENT
        self._after_operand = False
        if match[2]:
            return self._make("MERGE", (match[1], match[2]), len(match[0]))
        return self._make("REDIRECT", match[1], len(match[0]), needs_more=True)

    # What follows an operand without a blank

    def _postfix(self, character: str) -> Token | None:
        text, at = self._text, self._at
        if text.startswith("::", at) and (self._after_operand or self._last == "TYPE"):
            return self._make("STATIC", "::", 2, needs_more=True)
        if not self._after_operand:
            return None
        following = text[at + 1 : at + 2]
        if character == "." and (following.isalpha() or (following and following in "_$\"'(")):
            return self._make("DOT", ".", 1, needs_more=True)
        if character == "[":
            return self._open("INDEX_OPEN", "[", Mode.EXPRESSION)
        if character == "(" and self._is_member:
            return self._open("CALL_OPEN", "(", Mode.EXPRESSION, Role.CALL)
        is_expression = self._frames[-1].mode is Mode.EXPRESSION
        if is_expression and text.startswith(("++", "--"), at):
            return self._make("POST_STEP", text[at : at + 2], 2)
        return None

    def _member_name(self, character: str) -> Token:
        if match := _NAME.match(self._text, self._at):
            name = self._make("NAME", match[0], len(match[0]))
            self._after_operand = self._is_member = True
            return name
        found = self._value(character) if character != "{" else None
        if found is None:
            raise ParseError(
                "Missing property name after reference operator.",
                "MissingPropertyName",
                self._raw_extent(),
            )
        self._is_member = self._after_operand
        return found

    # Commands

    def _argument(self, character: str) -> Token:
        """An element of a command."""
        text, at = self._text, self._at
        if character == ",":
            self._after_operand = False
            return self._make("COMMA", ",", 1, needs_more=True)
        if match := _REDIRECT.match(text, at):
            return self._redirect(match)
        if character == "&":
            raise ParseError(
                "The ampersand (&) character is not allowed. The & operator is reserved for "
                'future use; wrap an ampersand in double quotation marks ("&") to pass it as '
                "part of a string.",
                "AmpersandNotAllowed",
                self._extent(at, at + 1),
            )
        if match := t.PARAMETER.match(text, at):
            self._after_operand = False
            has_value = bool(match["colon"])
            kind = "PARAMETER_COLON" if has_value else "PARAMETER"
            return self._make(kind, match["name"], len(match[0]), needs_more=has_value)
        if match := _SPLAT.match(text, at):
            self._after_operand = False
            return self._make("SPLAT", match[1], len(match[0]))
        if not self._is_word_with_variable() and (found := self._value(character)):
            return found
        parts, end = self._quoting.word(at)
        if end == at:
            self._refuse()
        self._after_operand = False
        raw = text[at:end]
        if is_number(raw) and parts == (raw,):
            return self._make("NUMBER", raw, end - at)
        return self._make("WORD", parts, end - at)

    def _is_word_with_variable(self) -> bool:
        """Whether a word starts here with a variable and goes on with something else."""
        match = t.VARIABLE.match(self._text, self._at)
        if match is None:
            return False
        end = match.end()
        following = self._text[end : end + 1]
        if following == ".":
            after = self._text[end + 1 : end + 2]
            return not (after.isalpha() or (after != "" and after in "_$\"'("))
        is_static = self._text.startswith("::", end)
        return not (following == "" or following in t.WORD_END or following == "[" or is_static)

    # Brackets

    def _open(self, kind: str, bracket: str, mode: Mode, role: Role = Role.PLAIN) -> Token:
        if len(self._frames) > MAX_DEPTH:
            raise ParseError(
                "The script is nested too deeply.",
                "ScriptTooComplicated",
                self._extent(self._at, self._at + 1),
            )
        length = len(bracket)
        token = self._make(kind, bracket, length, needs_more=True)
        self._frames.append(Frame(bracket, mode, role))
        self._expects = Role.PLAIN
        self._after_operand = False
        self._last = "OPEN"
        return token

    def _close(self, character: str) -> Token:
        frame = self._frames[-1]
        if _BRACKETS.get(frame.bracket) != character:
            self._refuse()
        self._frames.pop()
        kind, _ = _CLOSERS[character]
        token = self._make(kind, character, 1)
        around = self._frames[-1]
        self._after_operand = False
        if frame.role in (Role.HEADER, Role.FUNCTION, Role.FOREACH) and character == ")":
            self._expects = Role.BLOCK
        elif frame.role in (Role.BLOCK, Role.DO, Role.PARAMETERS, Role.DO_CONDITION):
            around.mode, around.after_do = Mode.START, frame.role is Role.DO
            self._after_block = True
            self._pending = self._extent(self._at, self._at)
        else:
            self._after_operand = True
        return token

    # Making and refusing

    def _make(self, kind: str, value: Any, length: int, *, needs_more: bool = False) -> Token:
        at = self._extent(self._at, self._at + length)
        self._at += length
        self._needs_more = needs_more
        self._last = kind
        self._is_member = False
        return Token(kind, value, at)

    def _extent(self, start: int, end: int) -> Extent:
        return Extent(self._source, start, end)

    def _raw_extent(self) -> Extent:
        match = _RAW.match(self._text, self._at)
        return self._extent(self._at, match.end() if match else self._at + 1)

    def _refuse(self) -> NoReturn:
        at = self._raw_extent()
        raise ParseError(
            f"Unexpected token '{at.text}' in expression or statement.", "UnexpectedToken", at
        )
