"""Points in time as people and programs outside read them."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["as_text"]


def as_text(seconds: float) -> str:
    """Seconds since 1970 as RFC 3339 has them, in UTC, with microseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")[:-6] + "Z"
