"""Where call detail records are kept: what a store of them does, and the one in memory."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterator, Sequence
from typing import Protocol

from emulator.model.records import CallRecord, CallType, RecordFilter, Usage, UsageBy, usage_name

__all__ = ["MemoryRecords", "RecordStore"]

_AT_ONCE = 1_000


class RecordStore(Protocol):
    """Keeps the newest records. Whatever fails raises StorageError."""

    @property
    def keep(self) -> int:
        """How many it keeps."""
        ...

    async def last_id(self) -> int:
        """The highest id that it has, 0 if it is empty."""
        ...

    async def add(self, records: Sequence[CallRecord]) -> None:
        """Keep records, each in the place of an earlier one of its id."""
        ...

    async def select(
        self, wanted: RecordFilter, limit: int, *, latest: bool = False
    ) -> list[CallRecord]:
        """The newest `limit` that are wanted: oldest first, or the latest first."""
        ...

    async def usage(self, wanted: RecordFilter, by: UsageBy) -> list[Usage]:
        """The rows of the usage report on the received calls that are wanted, by name."""
        ...

    async def clear(self) -> None:
        """Forget every record."""
        ...


class MemoryRecords:
    """The newest `keep` records, gone with the process."""

    __slots__ = ("_by_id", "keep")

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self._by_id: dict[int, CallRecord] = {}

    async def last_id(self) -> int:
        """The highest id that it has, 0 if it is empty."""
        return max(self._by_id, default=0)

    async def add(self, records: Sequence[CallRecord]) -> None:
        """Keep records, each in the place of an earlier one of its id."""
        self._by_id.update((record.id, record) for record in records)
        for number in heapq.nsmallest(len(self._by_id) - self.keep, self._by_id):
            del self._by_id[number]

    async def select(
        self, wanted: RecordFilter, limit: int, *, latest: bool = False
    ) -> list[CallRecord]:
        """The newest `limit` that are wanted: oldest first, or the latest first."""
        found: list[CallRecord] = []
        for part in self._parts():
            found += [record for record in reversed(part) if wanted.matches(record)]
            if len(found) >= limit:
                break
            await asyncio.sleep(0)
        del found[limit:]
        if not latest:
            found.reverse()
        return found

    async def usage(self, wanted: RecordFilter, by: UsageBy) -> list[Usage]:
        """The rows of the usage report on the received calls that are wanted, by name."""
        rows: dict[str, Usage] = {}
        for part in self._parts():
            for record in part:
                if record.is_of(CallType.RECEIVED) and wanted.matches(record):
                    name = usage_name(record, by)
                    rows[name] = (rows.get(name) or Usage(name)).with_record(record)
            await asyncio.sleep(0)
        return sorted(rows.values())

    async def clear(self) -> None:
        """Forget every record."""
        self._by_id.clear()

    def _parts(self) -> Iterator[list[CallRecord]]:
        """The records as they are now, a part at a time, the newest part first."""
        records = [self._by_id[number] for number in sorted(self._by_id)]
        for end in range(len(records), 0, -_AT_ONCE):
            yield records[max(0, end - _AT_ONCE) : end]
