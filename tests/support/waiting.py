"""Waiting for a condition, by asking again and again for a bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["until"]

_T = TypeVar("_T")
_INTERVAL_SECONDS = 0.02


def until(ask: Callable[[], _T], *, within: float = 10.0, what: str = "") -> _T:
    """Call `ask` until it gives something true, and give that; AssertionError after `within` s."""
    deadline = time.monotonic() + within
    while True:
        found = ask()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {within} s: {what or ask}"
        time.sleep(_INTERVAL_SECONDS)
