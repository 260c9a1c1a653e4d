"""Reads a script: the lexer's tokens through the grammar's machine into the tree."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark
from lark.exceptions import UnexpectedInput

from emulator.shell.language.building import Builder
from emulator.shell.language.errors import ParseError
from emulator.shell.language.lexer import Lexer
from emulator.shell.language.positions import Extent, Source
from emulator.shell.language.syntax import Block, Node, SubExpression
from emulator.shell.language.tokens import Token

__all__ = ["MAX_CHARACTERS", "parse"]

MAX_CHARACTERS = 1 << 20
_MAX_TREE_DEPTH = 150
_MAX_NESTED = 12  # strings within `$( )` within strings
_OPEN = {"": "", "(": ")", "$(": ")", "@(": ")", "{": "}", "@{": "}", "[": "]"}


@cache
def _machine() -> Lark:
    grammar = files("emulator.shell.language").joinpath("grammar.lark").read_text("utf-8")
    return Lark(
        grammar,
        parser="lalr",
        start=["script", "nested"],
        transformer=Builder(),
        keep_all_tokens=True,
        maybe_placeholders=False,
    )


def parse(text: str, name: str | None = None) -> Block:
    """Read the script `text`; `name` is the path that errors say.

    Raises ParseError, with `is_incomplete` if more lines may still make it right.
    """
    source = Source(text, name)
    if len(text) > MAX_CHARACTERS:
        at = Extent(source, 0, 1)
        raise ParseError("The script is too long.", "ScriptTooLong", at)
    block, _ = _Reading(source, 0).read("script", 0)
    _require_flat(block)
    return block


class _Reading:
    """Reads a part of a source that lies within `depth` strings."""

    __slots__ = ("_depth", "_source")

    def __init__(self, source: Source, depth: int) -> None:
        self._source = source
        self._depth = depth

    def read(self, rule: str, start: int) -> tuple[Block, int]:
        """The block at `start`, and where it ended."""
        lexer = Lexer(self._source, self._nested, start=start, until_closed=rule == "nested")
        machine = _machine().parse_interactive(start=rule)
        last: Token | None = None
        for token in lexer:
            try:
                machine.feed_token(token)  # type: ignore[arg-type]
            except UnexpectedInput:
                raise _refusal(last, token) from None
            last = token
        end = Extent(self._source, max(0, len(self._source.text) - 1), len(self._source.text))
        if rule == "nested" and not lexer.is_closed:
            raise _unfinished(last, end, ")")
        try:
            block: Block = machine.feed_eof(last)  # type: ignore[no-untyped-call]
        except UnexpectedInput:
            raise _unfinished(last, end, _OPEN[lexer.open_bracket]) from None
        return block, lexer.end

    def _nested(self, start: int) -> tuple[SubExpression, int]:
        at = Extent(self._source, start - 2, start)
        if self._depth >= _MAX_NESTED:
            raise ParseError("The script is nested too deeply.", "ScriptTooComplicated", at)
        block, end = _Reading(self._source, self._depth + 1).read("nested", start)
        return SubExpression(block.statements, at=Extent(self._source, start - 2, end)), end


# What is missing after a token of that kind.
_MISSING = {
    "PIPE": ("An empty pipe element is not allowed.", "EmptyPipeElement"),
    "COMMA": ("Missing expression after ','.", "MissingExpressionAfterToken"),
    "LIST_COMMA": ("Missing expression after ','.", "MissingExpressionAfterToken"),
    "PARAMETER_COLON": ("Missing argument in parameter list.", "MissingArgument"),
    "REDIRECT": ("Missing file specification after redirection operator.", "MissingFileSpec"),
    "INDEX_OPEN": ("Array index expression is missing or not valid.", "MissingArrayIndex"),
    "CALL": (
        "The expression after '&' in a pipeline element produced an object that was not valid.",
        "MissingExpression",
    ),
    "IF": ("Missing '(' after 'if' in if statement.", "MissingOpenParenthesisInIfStatement"),
    "ELSEIF": ("Missing '(' after 'elseif' in if statement.", "MissingOpenParenthesisInIf"),
    "WHILE": ("Missing '(' after 'while'.", "MissingOpenParenthesisAfterKeyword"),
    "FOREACH": ("Missing opening '(' after keyword 'foreach'.", "MissingOpenParenthesis"),
    "FUNCTION": ("Missing function body in function declaration.", "MissingFunctionBody"),
    "TRY": ("The Try statement is missing its statement block.", "MissingTryStatementBlock"),
    "CATCH": ("The Catch block is missing its statement block.", "MissingCatchHandlerBlock"),
    "ELSE": ("Missing statement block after 'else' keyword.", "MissingStatementBlockAfterElse"),
    "PARAM": ("Missing '(' after 'param'.", "MissingOpenParenthesisInParam"),
}
_TAKES_OPERAND = frozenset(
    (
        *("LOGICAL", "BITWISE", "COMPARE", "ADD", "MULTIPLY", "FORMAT", "RANGE"),
        *("ASSIGN", "SIGN", "NOT", "UCOMMA", "IN"),
    )
)


def _missing_after(last: Token | None) -> tuple[str, str] | None:
    if last is None:
        return None
    if last.type in _TAKES_OPERAND:
        told = f"You must provide a value expression following the '{last.value}' operator."
        return told, "ExpectedValueExpression"
    return _MISSING.get(last.type)


def _refusal(last: Token | None, token: Token) -> ParseError:
    """Why `token` cannot stand after `last`."""
    missing = _missing_after(last)
    if token.type == "PIPE" and (last is None or last.type in ("SEP", "PIPE")):
        missing = _MISSING["PIPE"]
    if missing is not None:
        return ParseError(*missing, token.at)
    told = f"Unexpected token '{token.at.text.strip()}' in expression or statement."
    if token.type == "SEP":
        return ParseError("Missing closing ')' in expression.", "MissingEndParenthesis", token.at)
    return ParseError(told, "UnexpectedToken", token.at)


def _unfinished(last: Token | None, end: Extent, closer: str) -> ParseError:
    """Why the text cannot end after `last`, with the bracket open that `closer` closes."""
    told, error_id = "Unexpected end of the script.", "UnexpectedEnd"
    if missing := _missing_after(last):
        told, error_id = missing
    elif closer == "}":
        told = "Missing closing '}' in statement block or type definition."
        error_id = "MissingEndCurlyBrace"
    elif closer == ")":
        told, error_id = "Missing closing ')' in expression.", "MissingEndParenthesisInExpression"
    elif closer == "]":
        told, error_id = "Missing ']' after array index expression.", "MissingEndSquareBracket"
    return ParseError(told, error_id, end, is_incomplete=True)


def _require_flat(block: Block) -> None:
    """Raise ParseError if the tree is so deep that walking it could overflow."""
    waiting: list[tuple[Any, int]] = [(block, 0)]
    while waiting:
        item, depth = waiting.pop()
        if depth > _MAX_TREE_DEPTH * 2:
            told = "The script is nested too deeply."
            at = item.at if isinstance(item, Node) else block.at
            raise ParseError(told, "ScriptTooComplicated", at)
        if isinstance(item, tuple):
            waiting.extend((inner, depth) for inner in item)
        elif isinstance(item, Node):
            waiting.extend((getattr(item, f.name), depth + 1) for f in fields(item))
