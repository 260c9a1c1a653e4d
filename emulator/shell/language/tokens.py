"""Tokens, and the tables of words and characters by which they are told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from emulator.shell.language.positions import Extent
    from emulator.shell.language.syntax import SubExpression, Variable

__all__ = [
    "BLOCK_KEYWORDS",
    "BLOCK_TAILS",
    "DASHES",
    "DOUBLE_QUOTES",
    "ESCAPES",
    "HEADER_KEYWORDS",
    "KEYWORDS",
    "OPERATORS",
    "PARAMETER",
    "SINGLE_QUOTES",
    "UNARY_WORDS",
    "VARIABLE",
    "WORD_END",
    "Part",
    "Token",
]

Part: TypeAlias = "str | Variable | SubExpression"

# What is pasted from a document has typographic dashes and quotes; PowerShell takes them too.
DASHES = "-\u2013\u2014\u2015"
DOUBLE_QUOTES = '"\u201c\u201d\u201e'
SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b"
ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
WORD_END = frozenset(" \t\r\n\u00a0;|&<>(){},")

KEYWORDS = frozenset(
    (
        *("if", "elseif", "else", "foreach", "while", "do", "function", "try", "catch"),
        *("finally", "return", "throw", "exit", "break", "continue", "param"),
    )
)
# A block follows at once, or after what stands in parentheses.
BLOCK_KEYWORDS = frozenset(["else", "do", "try", "catch", "finally"])
HEADER_KEYWORDS = frozenset(["if", "elseif", "foreach", "while"])
# What may follow a block and belong to the same statement.
BLOCK_TAILS = re.compile(r"(?:else|elseif|catch|finally)(?![\w-])", re.IGNORECASE)

_COMPARISONS = (
    *("eq", "ne", "gt", "ge", "lt", "le", "like", "notlike", "match", "notmatch"),
    *("contains", "notcontains", "in", "notin", "replace", "split"),
)
OPERATORS: dict[str, str] = {
    **{f"-{case}{name}": "COMPARE" for name in _COMPARISONS for case in ("", "c", "i")},
    **{f"-{name}": "COMPARE" for name in ("is", "isnot", "as", "join")},
    **{f"-{name}": "BITWISE" for name in ("band", "bor", "bxor")},
    **{f"-{name}": "LOGICAL" for name in ("and", "or", "xor")},
    "-f": "FORMAT",
}
UNARY_WORDS = frozenset(("-not", "-split", "-join", "-bnot"))

VARIABLE = re.compile(
    r"\$(?:\{(?P<braced>[^{}\n]+)\}|(?P<plain>(?:[A-Za-z_]\w*:(?=\w))?\w+)|(?P<special>[?$^]))"
)
PARAMETER = re.compile(rf"[{DASHES}](?P<name>[A-Za-z_?][^\s{{}}();,|&.\[:=<>\"'$]*)(?P<colon>:?)")


@dataclass(slots=True, eq=False)
class Token:
    """A token as the grammar's machine takes it: `type` names it in the grammar."""

    type: str
    value: Any
    at: Extent

    # The machine copies these to the token that stands for the end.
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    end_pos: int = 0

    @property
    def start_pos(self) -> int:
        """The offset at which it starts."""
        return self.at.start
