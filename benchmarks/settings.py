"""What every row is given: cores, commands, sizes, where to write and whom to tell."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class NotEnoughCores(Exception):
    """Server and generator need a core each."""


@dataclass(frozen=True, slots=True)
class Cores:
    """The core of the server that is measured and the core of all else."""

    server: int
    generator: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: the full sizes of the bars, or small ones for a first look."""

    pairs: int
    calls: int
    rate: int
    warm_up: int
    seconds_at_a_rate: float
    open_calls: int
    held_for_byes: int
    changes: int
    forget_seconds: float


# 36 s: Timers B, F, H and J are 32 s, so every transaction has been forgotten by then.
FULL = Sizes(5, 10_000, 2_000, 2_000, 10.0, 50_000, 10_000, 3, 36.0)
QUICK = Sizes(2, 3_000, 2_000, 500, 3.0, 4_000, 2_000, 1, 2.0)


@dataclass(frozen=True, slots=True)
class Bench:
    """One run of the benchmarks."""

    server_command: tuple[str, ...]
    cores: Cores
    sizes: Sizes
    scratch: Path
    say: Callable[[str], None]

    @property
    def is_quick(self) -> bool:
        """True when the sizes are the small ones."""
        return self.sizes is QUICK


def two_cores() -> Cores:
    """The first two cores that this process may use; NotEnoughCores when there is one."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        raise NotEnoughCores("server and generator need a core each, and there is only one")
    return Cores(usable[0], usable[1])


def free_port() -> int:
    """A UDP port of 127.0.0.1 that nothing is bound to at the moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
