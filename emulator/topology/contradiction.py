"""A fault of a whole topology, each part of which is right by itself."""

from dataclasses import dataclass

from emulator.topology.judgement import Path

__all__ = ["Contradiction"]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What is wrong; `path` leads to the value to blame, such as `groups, 2, tel`."""

    path: Path
    text: str
