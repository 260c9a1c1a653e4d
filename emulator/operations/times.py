"""Points in time as people and programs outside read them."""

from __future__ import annotations

import time
from functools import lru_cache

__all__ = ["as_text"]


def as_text(seconds: float) -> str:
    """Seconds since 1970 as RFC 3339 has them, in UTC, with microseconds."""
    whole, microseconds = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{_second(whole)}.{microseconds:06d}Z"


@lru_cache(maxsize=1024)  # calls are shown with many times of the same few seconds
def _second(whole: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
