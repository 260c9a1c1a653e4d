"""Keeping the record of every call: taken from the calls that have ended, in batches, later."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable

from emulator.model.calls import Call, EndedBy
from emulator.model.records import CallRecord, RecordFilter, Usage, UsageBy
from emulator.operations.record_making import record_of
from emulator.service.site import Site
from emulator.storage.records import RecordStore

__all__ = ["Recorder"]

_MOST_PENDING = 100_000
_BATCH = 1_000
_AT_ONCE = 50  # records are made; each takes some ten microseconds
_DOUBT_SECONDS = 5.0  # beyond the time after which a caller has its answer


class Recorder:
    """Makes records of the calls that have ended, and keeps them in `store`.

    Whoever reads has everything stored first. A call costs no more at its end than being put in a
    line of its site's; if the store lags, the oldest of those are lost, and counted.
    """

    __slots__ = ("_base", "_lock", "_site", "_store", "_taken", "_undecided")

    def __init__(self, site: Site, store: RecordStore) -> None:
        self._site = site
        self._store = store
        self._lock = asyncio.Lock()
        self._undecided: list[tuple[Call, CallRecord]] = []
        site.unrecorded = deque(site.unrecorded, maxlen=min(store.keep, _MOST_PENDING))
        self._base = self._ended_count() - len(site.unrecorded)
        self._taken = 0

    @property
    def lost(self) -> int:
        """How many records there will never be, as the store did not keep up."""
        line = self._site.unrecorded
        if line.maxlen == self._store.keep:  # the store would have forgotten them, too
            return 0
        return self._ended_count() - self._base - self._taken - len(line)

    async def flush(self) -> None:
        """Store what has ended until now."""
        async with self._lock:
            await self._store_changed()
            line = self._site.unrecorded
            for _ in range(-(-len(line) // _BATCH)):
                await self._store_batch([line.popleft() for _ in range(min(_BATCH, len(line)))])

    async def select(
        self, wanted: RecordFilter, limit: int, *, latest: bool = False
    ) -> list[CallRecord]:
        """The newest records that are wanted: oldest first, or the latest first."""
        await self.flush()
        return await self._store.select(wanted, limit, latest=latest)

    async def usage(self, wanted: RecordFilter, by: UsageBy) -> list[Usage]:
        """The rows of the usage report on the calls that are wanted."""
        await self.flush()
        return await self._store.usage(wanted, by)

    async def clear(self) -> None:
        """Forget every record, and every call that has none yet."""
        async with self._lock:
            self._undecided.clear()
            self._site.unrecorded.clear()
            self._base, self._taken = self._ended_count(), 0
            await self._store.clear()

    async def _store_batch(self, calls: list[Call]) -> None:
        records = await self._made(calls)
        await self._store.add(records)
        self._taken += len(calls)
        self._undecided += [
            (call, record)
            for call, record in zip(calls, records, strict=True)
            if _is_undecided(record)
        ]

    async def _store_changed(self) -> None:
        """Store anew what has changed of calls whose callers had no answer when they ended."""
        if not self._undecided:
            return
        site = self._site
        patience = site.topology.blackhole_seconds + _DOUBT_SECONDS
        oldest = time.time() - patience
        undecided, self._undecided = self._undecided, []
        records = await self._made(call for call, _ in undecided)
        changed = []
        for (call, earlier), record in zip(undecided, records, strict=True):
            if record != earlier:
                changed.append(record)
            if _is_undecided(record) and record.ended > oldest:
                self._undecided.append((call, record))
        if changed:
            await self._store.add(changed)

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
