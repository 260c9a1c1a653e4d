"""The arithmetic of paired measurements: medians, spreads, ratios, gaps."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Summary:
    """The middle of several values and how far they lie apart (largest minus smallest)."""

    median: float
    spread: float
    count: int


def summarise(values: Sequence[float]) -> Summary:
    """Median, spread and number of `values`; ValueError when there are none."""
    if not values:
        raise ValueError("no values to summarise")
    return Summary(statistics.median(values), max(values) - min(values), len(values))


def paired_ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Quotients of ours and theirs, pair by pair, as measured one after the other (A B A B)."""
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} values against {len(theirs)}: they are no pairs")
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]


def seconds_per_thousand(cpu_seconds: float, calls: int) -> float:
    """CPU seconds per 1,000 calls."""
    if calls <= 0:
        raise ValueError(f"cost of {calls} calls")
    return cpu_seconds * 1000 / calls


def bytes_each(before: int, after: int, count: int) -> float:
    """How much memory grew per thing, in bytes."""
    if count <= 0:
        raise ValueError(f"memory of {count} things")
    return (after - before) / count


def arrivals_per_second(instants_ns: Sequence[int]) -> float:
    """Rate of arrivals between the first and the last of ascending `instants_ns`."""
    if len(instants_ns) < 2 or instants_ns[-1] == instants_ns[0]:
        return 0.0
    return (len(instants_ns) - 1) * 1e9 / (instants_ns[-1] - instants_ns[0])
