"""Keeping the record of every call: taken from the calls that have ended, in batches, later."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress

import structlog

from emulator.model.calls import Call, EndedBy
from emulator.model.records import CallRecord, RecordFilter, Usage, UsageBy
from emulator.operations.errors import DatabaseDown
from emulator.operations.record_making import record_of
from emulator.service.site import Site
from emulator.storage.errors import StorageError
from emulator.storage.records import RecordStore

__all__ = ["Recorder"]

_log = structlog.get_logger("records")
_MOST_PENDING = 100_000
_BATCH = 1_000
_AT_ONCE = 50  # records are made; each takes some ten microseconds
_EVERY_SECONDS = 1.0
_DOUBT_SECONDS = 5.0  # beyond the time after which a caller has its answer


class Recorder:
    """Makes records of the calls that have ended, and keeps them in a store.

    Whoever reads has everything stored first. A call costs no more at its end than being put in a
    line of its site's; if the store lags or fails, the oldest of those are lost, and counted.
    """

    __slots__ = ("_base", "_lock", "_lost", "_site", "_store", "_taken", "_task", "_undecided")

    def __init__(self, site: Site, store: RecordStore) -> None:
        self._site = site
        self._store = store
        self._lock = asyncio.Lock()
        self._undecided: list[tuple[Call, CallRecord]] = []
        site.unrecorded = deque(site.unrecorded, maxlen=min(store.keep, _MOST_PENDING))
        self._base = self._ended_count() - len(site.unrecorded)
        self._taken = 0
        self._lost = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def lost(self) -> int:
        """How many records there will never be, as the store did not keep up."""
        line = self._site.unrecorded
        if line.maxlen == self._store.keep:  # the store would have forgotten them, too
            return 0
        return self._lost + self._ended_count() - self._base - self._taken - len(line)

    async def start(self) -> None:
        """Go on after the records that the store has, and store what ends every second.

        Raises StorageError.
        """
        self._site.calls.go_on_after(await self._store.last_id())
        self._task = asyncio.get_running_loop().create_task(self._store_now_and_then())

    async def stop(self) -> None:
        """Store what has ended, as far as the store takes it; nothing is stored by itself then."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        with suppress(DatabaseDown):
            await self.flush()
        if self.lost or self._site.unrecorded:
            _log.warning("records lost", count=self.lost + len(self._site.unrecorded))

    async def flush(self) -> None:
        """Store what has ended until now; raises DatabaseDown."""
        async with self._lock:
            try:
                await self._store_changed()
                line = self._site.unrecorded
                for _ in range(-(-len(line) // _BATCH)):
                    await self._store_batch()
            except StorageError as error:
                raise _down(error) from error

    async def select(
        self, wanted: RecordFilter, limit: int, *, latest: bool = False
    ) -> list[CallRecord]:
        """The newest records that are wanted: oldest first, or the latest first.

        Raises DatabaseDown, as the other questions do.
        """
        await self.flush()
        try:
            return await self._store.select(wanted, limit, latest=latest)
        except StorageError as error:
            raise _down(error) from error

    async def usage(self, wanted: RecordFilter, by: UsageBy) -> list[Usage]:
        """The rows of the usage report on the calls that are wanted."""
        await self.flush()
        try:
            return await self._store.usage(wanted, by)
        except StorageError as error:
            raise _down(error) from error

    async def clear(self) -> None:
        """Forget every record, and every call that has none yet."""
        async with self._lock:
            try:
                await self._store.clear()
            except StorageError as error:
                raise _down(error) from error
            self._undecided.clear()
            self._site.unrecorded.clear()
            self._base, self._taken, self._lost = self._ended_count(), 0, 0

    async def _store_now_and_then(self) -> None:
        fails = False
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            try:
                await self.flush()
            except DatabaseDown as error:
                if not fails:
                    _log.warning("records can't be stored", why=str(error))
                fails = True
            else:
                if fails:
                    _log.warning("records are stored again", lost=self.lost)
                fails = False

    async def _store_batch(self) -> None:
        """Store the oldest calls of the line; where that fails they are put back."""
        line = self._site.unrecorded
        calls = [line.popleft() for _ in range(min(_BATCH, len(line)))]
        self._taken += len(calls)
        try:
            records = await self._made(calls)
            await self._store.add(records)
        except BaseException:
            self._put_back(calls)
            raise
        self._undecided += [
            (call, record)
            for call, record in zip(calls, records, strict=True)
            if _is_undecided(record)
        ]

    def _put_back(self, calls: list[Call]) -> None:
        """Let calls be the oldest of the line again, as many as there is room for."""
        line = self._site.unrecorded
        room = (line.maxlen or 0) - len(line)
        back = calls[-room:] if room else []
        line.extendleft(reversed(back))
        self._taken -= len(back)
        self._lost += len(calls) - len(back)

    async def _store_changed(self) -> None:
        """Store anew what has changed of calls whose callers had no answer when they ended."""
        undecided = self._undecided
        if not undecided:
            return
        oldest = time.time() - self._site.topology.blackhole_seconds - _DOUBT_SECONDS
        records = await self._made(call for call, _ in undecided)
        pairs = list(zip(undecided, records, strict=True))
        changed = [record for (_, earlier), record in pairs if record != earlier]
        if changed:
            await self._store.add(changed)
        self._undecided = [
            (call, record)
            for (call, _), record in pairs
            if _is_undecided(record) and record.ended > oldest
        ]

    async def _made(self, calls: Iterable[Call]) -> list[CallRecord]:
        """The records of `calls`; others get their turn meanwhile."""
        records: list[CallRecord] = []
        for count, call in enumerate(calls, 1):
            records.append(record_of(call))
            if not count % _AT_ONCE:
                await asyncio.sleep(0)
        return records

    def _ended_count(self) -> int:
        return sum(self._site.tally.ended.values())


def _is_undecided(record: CallRecord) -> bool:
    """Whether the caller may still get a final answer, as where a pool has gone silent."""
    return (
        record.ended_by == EndedBy.RULE and record.answered is None and record.response_code is None
    )


def _down(error: StorageError) -> DatabaseDown:
    return DatabaseDown(f"the store of records does not answer: {error}")
