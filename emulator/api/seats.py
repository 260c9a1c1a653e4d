"""How many clients may stay at once, waiting or listening."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from emulator.api.problems import Problem, ProblemKind

__all__ = ["Seats"]


class Seats:
    """A bounded number of places for clients that stay; `what` says what they are there for."""

    __slots__ = ("_limit", "_tasks", "_what")

    def __init__(self, limit: int, what: str) -> None:
        self._limit = limit
        self._what = what
        self._tasks: set[asyncio.Task[object] | None] = set()

    @property
    def taken_now(self) -> int:
        """How many are taken."""
        return len(self._tasks)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place as long as the block runs; raises Problem if there is none."""
        if len(self._tasks) >= self._limit:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                ProblemKind.TOO_MANY_CLIENTS,
                f"{self._limit} clients are {self._what} already; no more can be",
                headers={"Retry-After": "5"},
            )
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    def dismiss(self) -> None:
        """Let go of everyone: the server ends."""
        for task in tuple(self._tasks):
            if task is not None:
                task.cancel()
