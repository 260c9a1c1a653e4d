"""How commands end: the exit codes, and the failure that says what, where and what next."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ExitCode", "Failure"]


class ExitCode(IntEnum):
    """What the exit codes of `rgs` mean."""

    AS_EXPECTED = 0
    DIFFERS = 1  # behaviour differs from the rules, or a call failed
    USAGE = 2  # or configuration
    COULD_NOT_START = 3
    TIMED_OUT = 4
    INTERRUPTED = 130


class Failure(Exception):
    """Ends the command with `code`; the text goes to stderr."""

    def __init__(self, code: ExitCode, text: str) -> None:
        super().__init__(text)
        self.code = code
