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

    __slots__ = ("_is_over", "_limit", "_tasks", "_what")

    def __init__(self, limit: int, what: str) -> None:
        self._limit = limit
        self._what = what
        self._tasks: set[asyncio.Task[object]] = set()
        self._is_over = False

    @property
    def taken_now(self) -> int:
        """How many are taken."""
        return len(self._tasks)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place as long as the block runs, in a task that has only one.

        Raises Problem if there is none, or when everyone is dismissed.
        """
        if len(self._tasks) >= self._limit:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                ProblemKind.TOO_MANY_CLIENTS,
                f"{self._limit} clients are {self._what} already; no more can be",
                headers={"Retry-After": "5"},
            )
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if not self._is_over:
                raise
            task.uncancel()
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE, ProblemKind.NOT_READY, "the emulator ends"
            ) from None
        finally:
            self._tasks.discard(task)

    def dismiss(self) -> None:
        """Let go of everyone: the server ends."""
        self._is_over = True
        for task in tuple(self._tasks):
            task.cancel()
