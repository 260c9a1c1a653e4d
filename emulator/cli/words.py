"""The words that options take, written out: help needs no heavy import then."""

from __future__ import annotations

from typing import Literal

__all__ = [
    "KindWord",
    "LevelWord",
    "LoopWord",
    "PhaseWord",
    "PoolWord",
    "ReadingWord",
    "StateWord",
    "StyleWord",
]

PhaseWord = Literal[
    "normal", "outage", "failing_over", "failed_over", "failing_back", "failed_back"
]
StyleWord = Literal["graceful", "crash", "blackhole"]
ReadingWord = Literal["hosted", "literal"]
PoolWord = Literal["primary", "backup"]
KindWord = Literal["normal", "anonymous"]
StateWord = Literal["pending", "connected", "ended"]
LoopWord = Literal["uvloop", "asyncio"]
LevelWord = Literal["debug", "info", "warning", "error"]
