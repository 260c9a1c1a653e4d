"""The words that options take, written out: help needs no heavy import then."""

from __future__ import annotations

from typing import Literal

__all__ = [
    "CallTypeWord",
    "KindWord",
    "LevelWord",
    "LoopWord",
    "PhaseWord",
    "PoolWord",
    "ReadingWord",
    "StateWord",
    "StyleWord",
    "UsageByWord",
]

PhaseWord = Literal[
    "normal", "outage", "failing_over", "failed_over", "failing_back", "failed_back"
]
StyleWord = Literal["graceful", "crash", "blackhole"]
ReadingWord = Literal["hosted", "literal"]
PoolWord = Literal["primary", "backup"]
KindWord = Literal["normal", "anonymous"]
StateWord = Literal["pending", "connected", "ended"]
CallTypeWord = Literal["received", "successful", "offered", "answered", "transferred"]
UsageByWord = Literal["workflow", "day", "hour", "pool"]
LoopWord = Literal["uvloop", "asyncio"]
LevelWord = Literal["debug", "info", "warning", "error"]
