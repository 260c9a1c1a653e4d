"""Tags: random, so that nobody guesses a dialog (RFC 3261 §19.3)."""

from __future__ import annotations

import os

__all__ = ["TagSource"]

_AT_ONCE = 512
_DIGITS = 16


class TagSource:
    """Gives tags of 64 random bits; asks the system for many at a time."""

    __slots__ = ("_ready",)

    def __init__(self) -> None:
        self._ready: list[bytes] = []

    def new(self) -> bytes:
        """A tag that has not been given before."""
        ready = self._ready
        if not ready:
            digits = os.urandom(_AT_ONCE * _DIGITS // 2).hex().encode()
            ready.extend(
                digits[start : start + _DIGITS] for start in range(0, len(digits), _DIGITS)
            )
        return ready.pop()
