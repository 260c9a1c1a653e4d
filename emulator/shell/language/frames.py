"""What the lexer remembers of each bracket that is open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

__all__ = ["Frame", "Mode", "Role"]


class Mode(Enum):
    """What is read inside a bracket just now."""

    START = auto()  # a statement is to start
    PIPE = auto()  # a command is to follow a bar
    ARGUMENT = auto()  # among the elements of a command
    EXPRESSION = auto()
    KEY = auto()  # the key of an entry of a hashtable is to start


class Role(Enum):
    """What a bracket is for."""

    PLAIN = auto()
    BLOCK = auto()  # of a statement: the statement may end with it
    DO = auto()
    DO_CONDITION = auto()
    HEADER = auto()  # the condition before a block
    FOREACH = auto()
    FUNCTION = auto()  # the parameters after a function's name, or its block
    PARAMETERS = auto()
    CALL = auto()  # the arguments of a method


@dataclass(slots=True)
class Frame:
    """An open bracket; the outermost has none."""

    bracket: str
    mode: Mode
    role: Role = Role.PLAIN
    after_do: bool = False

    def restart(self) -> None:
        """A separator has come."""
        self.mode = Mode.KEY if self.bracket == "@{" else Mode.START
