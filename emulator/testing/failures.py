"""How expectations fail: errors whose text is the ladder."""

from __future__ import annotations

__all__ = ["EmulatorFailed", "ExpectationFailed", "NoAnswer", "RequestRefused", "Unreachable"]


class ExpectationFailed(AssertionError):
    """Something else came than what was expected, or nothing; the text shows what did."""


class NoAnswer(ExpectationFailed):
    """A request got no final response in time."""


class Unreachable(NoAnswer):
    """A request could not be delivered: the port is closed, or the connection was reset."""


class RequestRefused(Exception):
    """The admin API refused a request; `problem` is its problem document (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, object]) -> None:
        super().__init__(f"{status}: {problem.get('detail') or problem.get('title') or problem}")
        self.status = status
        self.problem = problem


class EmulatorFailed(Exception):
    """The emulator could not be started; the text has its stderr.

    `exit_code` is that of its process, None if it did not end.
    """

    def __init__(self, text: str, exit_code: int | None = None) -> None:
        super().__init__(text)
        self.exit_code = exit_code
