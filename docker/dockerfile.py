"""Reads a Dockerfile into its stages, for the rehearsal; refuses what it does not know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

KEYWORDS = frozenset(
    {"FROM", "LABEL", "ENV", "WORKDIR", "USER", "COPY", "RUN", "EXPOSE"}
    | {"HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT", "CMD"}
)
_AS = re.compile(r"\s+AS\s+", re.IGNORECASE)


class DockerfileError(Exception):
    """The Dockerfile says something that this reader does not know."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: the line it begins at, its keyword in capitals, and all that follows."""

    line: int
    keyword: str
    value: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What one FROM begins: the base image, the stage's name ("" if none), its instructions."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def __iter__(self) -> Iterator[Instruction]:
        return iter(self.instructions)

    def last(self, keyword: str) -> Instruction | None:
        """Give the instruction of this keyword that holds, which is the last one."""
        found = [each for each in self if each.keyword == keyword]
        return found[-1] if found else None


def parse_dockerfile(text: str) -> list[Stage]:
    """Give the stages in order. Raises DockerfileError with the line number."""
    stages: list[Stage] = []
    for instruction in _instructions(text):
        if instruction.keyword not in KEYWORDS:
            raise DockerfileError(f"line {instruction.line}: {instruction.keyword} is not known")
        if instruction.keyword == "FROM":
            base, *name = _AS.split(instruction.value)
            stages.append(Stage(base, "".join(name), ()))
        elif not stages:
            raise DockerfileError(f"line {instruction.line}: {instruction.keyword} before FROM")
        else:
            stage = stages[-1]
            stages[-1] = Stage(stage.base, stage.name, (*stage.instructions, instruction))
    return stages


def exec_form(instruction: Instruction) -> list[str]:
    """Give the words of an ENTRYPOINT, a CMD or a HEALTHCHECK's CMD, which must be JSON lists."""
    begin = instruction.value.find("[")
    try:
        words = json.loads(instruction.value[begin:]) if begin >= 0 else None
    except ValueError:
        words = None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise DockerfileError(f"line {instruction.line}: {instruction.keyword} is no JSON list")
    return words


def _instructions(text: str) -> list[Instruction]:
    """Join continued lines, drop comments and empty lines (also those between continued ones)."""
    found: list[Instruction] = []
    begun, joined = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        begun = begun or number
        joined += line
        if joined.endswith("\\"):
            joined = joined[:-1]
            continue
        keyword, _, value = joined.strip().partition(" ")
        found.append(Instruction(begun, keyword.upper(), value.strip()))
        begun, joined = 0, ""
    if joined:
        raise DockerfileError(f"line {begun}: the last instruction does not end")
    return found
