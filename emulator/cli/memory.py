"""Keeps collections of cyclic garbage short, however many calls are open."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

__all__ = ["ShortCollections"]

_NEW_OBJECTS = 5_000
_LOOK_SECONDS = 60.0
_GROWN_BY = 100_000


class ShortCollections:
    """Lets the collector look at each object once, while it is new.

    A collection of all would stop the loop for most of a second with 50,000 calls open. What has
    outlived one is left to reference counts, which free calls, dialogs and transactions; whatever
    cycles there are among old objects go when nobody waits: while `is_idle()`, and only if there
    are many more objects than the last time.
    """

    __slots__ = ("_handle", "_is_idle", "_known", "_loop", "_thresholds")

    def __init__(self, loop: asyncio.AbstractEventLoop, is_idle: Callable[[], bool]) -> None:
        self._loop = loop
        self._is_idle = is_idle
        self._known = 0
        self._handle: asyncio.TimerHandle | None = None
        self._thresholds = gc.get_threshold()

    def start(self) -> None:
        """Leave what is there for good out of every later collection, and begin."""
        self.collect_all()
        gc.set_threshold(_NEW_OBJECTS, 10, 10)
        gc.callbacks.append(self._on_collection)
        self._handle = self._loop.call_later(_LOOK_SECONDS, self._look)

    def stop(self) -> None:
        """Let the collector work as it does by itself."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
            gc.callbacks.remove(self._on_collection)
            gc.unfreeze()
            gc.set_threshold(*self._thresholds)

    def collect_all(self) -> None:
        """Look at every object once more."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._known = gc.get_freeze_count()

    def _on_collection(self, moment: str, about: dict[str, int]) -> None:
        if moment == "stop":
            gc.freeze()

    def _look(self) -> None:
        if gc.get_freeze_count() > self._known + _GROWN_BY and self._is_idle():
            self.collect_all()
        self._handle = self._loop.call_later(_LOOK_SECONDS, self._look)
