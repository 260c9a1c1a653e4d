"""Where the lexer stands in a text: the open brackets, what came last, what is expected."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from emulator.shell.language import tokens as t
from emulator.shell.language.errors import ParseError
from emulator.shell.language.frames import Frame, Mode, Role
from emulator.shell.language.positions import Extent, Source
from emulator.shell.language.tokens import Token

__all__ = ["MAX_DEPTH", "Cursor"]

MAX_DEPTH = 60
_BLANK = re.compile(r"(?:[ \t\u00a0]|`\r?\n|<#.*?#>|\r(?!\n))+", re.DOTALL)
_COMMENT = re.compile(r"#[^\n]*")
_CMDLET_BINDING = re.compile(r"\[\s*CmdletBinding\b[^\]]*\]", re.IGNORECASE)
_RAW = re.compile(r"[^\s;|(){},]+|.", re.DOTALL)
_KINDS = {")": "RPAR", "}": "RBRACE", "]": "RSQB"}
_CLOSERS = {"(": ")", "$(": ")", "@(": ")", "{": "}", "@{": "}", "[": "]"}


class Cursor:
    """A place in `source`, and what was seen on the way there."""

    __slots__ = (
        "after_block",
        "after_operand",
        "at",
        "expects",
        "frames",
        "is_member",
        "last",
        "needs_more",
        "pending",
        "source",
        "spaced",
        "text",
    )

    def __init__(self, source: Source, start: int) -> None:
        self.source = source
        self.text = source.text
        self.at = start
        self.frames = [Frame("", Mode.START)]
        self.needs_more = True  # what came last cannot end a statement
        self.pending: Extent | None = None  # a separator that is given before the next token
        self.after_block = False
        self.after_operand = False
        self.spaced = True  # whether a blank came before
        self.is_member = False  # whether the name of a member came last
        self.expects = Role.PLAIN  # what the next bracket is for
        self.last = ""  # the kind of the last token

    @property
    def frame(self) -> Frame:
        """The innermost bracket that is open."""
        return self.frames[-1]

    def skip(self) -> None:
        """Pass over blanks and comments; note a separator among them."""
        start = self.at
        text = self.text
        while self.at < len(text):
            at = self.at
            if match := _BLANK.match(text, at) or _COMMENT.match(text, at):
                self.at = match.end()
            elif text.startswith("<#", at):
                raise ParseError(
                    "The terminator '#>' is missing from the multiline comment.",
                    "MissingTerminatorMultiLineComment",
                    self.extent(at, len(text)),
                    is_incomplete=True,
                )
            elif text[at] in "\n;" or text.startswith("\r\n", at):
                self._note_separator(at)
                self.at += 2 if text[at] == "\r" else 1
            elif self.frame.mode is Mode.START and (match := _CMDLET_BINDING.match(text, at)):
                self.at = match.end()
            else:
                break
        self.spaced = self.at > start or not self.last

    def _note_separator(self, at: int) -> None:
        is_line = self.text[at] != ";"
        is_within = self.frame.bracket in ("(", "[") or self.expects is not Role.PLAIN
        if is_line and (is_within or self.needs_more):
            return
        if self.needs_more and self.last in ("", "SEP", "OPEN"):
            return
        if self.pending is None:
            self.pending = self.extent(at, at + 1)

    def is_needless(self) -> bool:
        """Whether the separator that was noted separates nothing."""
        if self.text[self.at] in ")}":
            return True
        if not self.after_block:
            return False
        if self.frame.after_do:
            return self.text[self.at : self.at + 5].lower() == "while"
        return t.BLOCK_TAILS.match(self.text, self.at) is not None

    def open(self, kind: str, bracket: str, mode: Mode, role: Role = Role.PLAIN) -> Token:
        """Open a bracket, and give its token."""
        if len(self.frames) > MAX_DEPTH:
            raise ParseError(
                "The script is nested too deeply.",
                "ScriptTooComplicated",
                self.extent(self.at, self.at + 1),
            )
        length = len(bracket)
        token = self.make(kind, bracket, length, needs_more=True)
        self.frames.append(Frame(bracket, mode, role))
        self.expects = Role.PLAIN
        self.after_operand = False
        self.last = "OPEN"
        return token

    def close(self, character: str) -> Token:
        """Close the innermost bracket, and give the token."""
        frame = self.frame
        if _CLOSERS.get(frame.bracket) != character:
            self.refuse()
        self.frames.pop()
        kind = _KINDS[character]
        token = self.make(kind, character, 1)
        around = self.frame
        self.after_operand = False
        if frame.role in (Role.HEADER, Role.FUNCTION, Role.FOREACH) and character == ")":
            self.expects = Role.BLOCK
        elif frame.role in (Role.BLOCK, Role.DO, Role.PARAMETERS, Role.DO_CONDITION):
            around.mode, around.after_do = Mode.START, frame.role is Role.DO
            self.after_block = True
            self.pending = self.extent(self.at, self.at)
        else:
            self.after_operand = True
        return token

    def make(self, kind: str, value: Any, length: int, *, needs_more: bool = False) -> Token:
        """A token of `length` characters; the place moves behind it."""
        at = self.extent(self.at, self.at + length)
        self.at += length
        self.needs_more = needs_more
        self.last = kind
        self.is_member = False
        return Token(kind, value, at)

    def extent(self, start: int, end: int) -> Extent:
        """From `start` to `end`."""
        return Extent(self.source, start, end)

    def raw_extent(self) -> Extent:
        """What stands here up to the next blank or bracket."""
        match = _RAW.match(self.text, self.at)
        return self.extent(self.at, match.end() if match else self.at + 1)

    def refuse(self) -> NoReturn:
        """Raise ParseError for what stands here."""
        at = self.raw_extent()
        raise ParseError(
            f"Unexpected token '{at.text}' in expression or statement.", "UnexpectedToken", at
        )
