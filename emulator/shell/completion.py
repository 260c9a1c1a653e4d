"""What can stand where the cursor is: commands, parameters, values, variables, paths."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from emulator.shell.engine import Cmdlet, CmdletError, Interpreter, Parameter, ScriptBlock
from emulator.shell.engine.binding import find_parameter
from emulator.shell.engine.common import all_parameters
from emulator.shell.engine.functions import declared

__all__ = ["Candidate", "candidates"]

_MOST = 200
_WORD = re.compile(r"(?:'[^'\n]*|\"[^\"\n]*|[^\s;|(){},='\"]*)$")
_SIMPLE = re.compile(r"[\w.:\\/@+-]+")
_PIECES = re.compile(r"'(?:[^']|'')*'?|\"[^\"]*\"?|[^\s'\"]+")
_KEYWORDS = ("if", "foreach", "while", "function", "try", "return", "throw", "exit")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that can replace what stands from `start` up to the cursor."""

    text: str
    start: int
    kind: str


async def candidates(text: str, interpreter: Interpreter) -> list[Candidate]:
    """What can stand at the end of `text`, in the order in which it is offered."""
    found = _WORD.search(text)
    word = found[0] if found else ""
    start = len(text) - len(word)
    if word.startswith("$"):
        known = interpreter.scope.all_variables()
        return _matching((f"${name}" for name in known), word, start, "variable")
    words = _command_words(text[:start])
    if not words:
        return _commands(word, start, interpreter)
    parameters = _parameters(words[0], interpreter)
    if word.startswith("-"):
        names = (f"-{parameter.name}" for parameter in parameters)
        return _matching(names, word, start, "parameter")
    parameter = _parameter_at(parameters, words[1:])
    if parameter is not None:
        values = list(parameter.choices)
        if parameter.completes is not None:
            values += await parameter.completes()
        if parameter.type.lower() in ("boolean", "bool"):
            values += ["$true", "$false"]
        if values:
            return _values(values, word, start)
    return _paths(word, start)


def _matching(names: Iterable[str], word: str, start: int, kind: str) -> list[Candidate]:
    folded = word.lower()
    matching = sorted((n for n in names if n.lower().startswith(folded)), key=str.lower)
    return [Candidate(name, start, kind) for name in matching[:_MOST]]


def _command_words(before: str) -> list[str]:
    """The words of the command in which the cursor is; none where a command is to start."""
    opened = 0
    quote = ""
    for at, character in enumerate(before):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "|;({=\n&":
            opened = at + 1
    return _PIECES.findall(before[opened:])


def _commands(word: str, start: int, interpreter: Interpreter) -> list[Candidate]:
    cmdlets = _matching(interpreter.cmdlets, word, start, "cmdlet")
    functions = _matching(interpreter.scope.all_functions(), word, start, "function")
    more = []
    if word:
        more = _matching(interpreter.aliases, word, start, "alias")
        more += _matching(_KEYWORDS, word, start, "keyword")
    if any(mark in word for mark in "\\/."):
        more += _paths(word, start)
    return [*cmdlets, *functions, *more]


def _parameters(name: str, interpreter: Interpreter) -> tuple[Parameter, ...]:
    found = interpreter.commands.find(name.strip("'\""), interpreter.scope)
    if isinstance(found, Cmdlet):
        return all_parameters(found)
    if isinstance(found, ScriptBlock):
        return declared(found.block.parameters or ())
    return ()


def _parameter_at(parameters: tuple[Parameter, ...], words: list[str]) -> Parameter | None:
    """The parameter that the next word is a value of."""
    given: set[str] = set()
    awaited: Parameter | None = None
    placed = 0
    for word in words:
        if word.startswith("-") and word[1:2].isalpha():
            awaited = _named(parameters, word[1:].rstrip(":"))
            if awaited is not None:
                given.add(awaited.name)
                awaited = None if awaited.is_switch else awaited
        elif word.endswith(","):
            continue
        elif awaited is not None:
            awaited = None
        else:
            placed += 1
    if awaited is not None:
        return awaited
    free = [p for p in parameters if p.position is not None and p.name not in given]
    free.sort(key=lambda p: p.position or 0)
    return free[placed] if placed < len(free) else None


def _named(parameters: tuple[Parameter, ...], name: str) -> Parameter | None:
    try:
        return find_parameter(parameters, name)
    except CmdletError:
        return None


def _values(values: list[str], word: str, start: int) -> list[Candidate]:
    plain = word.lstrip("'\"").lower()
    found = sorted((v for v in values if v.lower().startswith(plain)), key=str.lower)
    return [Candidate(_quoted(value), start, "value") for value in found[:_MOST]]


def _quoted(text: str) -> str:
    if _SIMPLE.fullmatch(text) or text.startswith("$"):
        return text
    return "'" + text.replace("'", "''") + "'"


def _paths(word: str, start: int) -> list[Candidate]:
    plain = word.lstrip("'\"")
    folder, mark, last = plain.rpartition("/")
    place = Path(f"{folder}{mark}" or ".").expanduser()
    try:
        names = sorted(
            f"{path.name}/" if path.is_dir() else path.name
            for path in place.iterdir()
            if path.name.lower().startswith(last.lower())
            and (last.startswith(".") or not path.name.startswith("."))
        )
    except OSError:
        return []
    return [Candidate(_quoted(f"{folder}{mark}{n}"), start, "path") for n in names[:_MOST]]
