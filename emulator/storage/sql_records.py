"""Call detail records in the deployment's own store, which outlive the process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, delete, func, insert, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from emulator.model.records import (
    DAY_SECONDS,
    HOUR_SECONDS,
    AnsweredBy,
    CallRecord,
    CallType,
    RecordFilter,
    Transferred,
    Usage,
    UsageBy,
    name_of_day,
    name_of_hour,
    user_of,
)
from emulator.rules import Kind, Pool
from emulator.storage.engine import READING, why
from emulator.storage.errors import DatabaseUnavailable
from emulator.storage.record_table import call_records

__all__ = ["KEEP_RECORDS", "SqlRecords"]

KEEP_RECORDS: Final = 1_000_000
_AT_ONCE = 100  # the loop is taken for a few milliseconds by each part
_WRITE_SECONDS = 10.0
_READ_SECONDS = 60.0
_MICROSECONDS = 1_000_000
_OF = call_records.c
_IS_OF: dict[CallType, ColumnElement[bool]] = {
    CallType.RECEIVED: and_(_OF.workflow.is_not(None), _OF.on_behalf_of.is_(None)),
    CallType.SUCCESSFUL: _OF.picked_up.is_(True),
    CallType.OFFERED: _OF.offers > 0,
    CallType.ANSWERED: _OF.answered_by == AnsweredBy.AGENT.value,
    CallType.TRANSFERRED: _OF.transferred != Transferred.NONE.value,
}
_KEYS: dict[UsageBy, ColumnElement[Any]] = {
    UsageBy.WORKFLOW: _OF.workflow,
    UsageBy.POOL: _OF.host,
    UsageBy.DAY: _OF.started // (DAY_SECONDS * _MICROSECONDS),
    UsageBy.HOUR: _OF.started // (HOUR_SECONDS * _MICROSECONDS),
}
_NAMES = {UsageBy.DAY: name_of_day, UsageBy.HOUR: name_of_hour}


class SqlRecords:
    """The newest `keep` records, in a database of which each use takes a connection of its own.

    What `add` has taken is committed when it returns. Whatever fails raises DatabaseUnavailable.
    """

    __slots__ = ("_count", "_engine", "_reading", "keep")

    def __init__(self, engine: AsyncEngine, keep: int = KEEP_RECORDS) -> None:
        self.keep = keep
        self._engine = engine
        self._reading = engine.execution_options(**READING)
        self._count: int | None = None

    async def last_id(self) -> int:
        """The highest id that it has, 0 if it is empty."""
        async with self._asked() as connection:
            return int((await connection.execute(select(func.max(_OF.id)))).scalar() or 0)

    async def add(self, records: Sequence[CallRecord]) -> None:
        """Keep records, each in the place of an earlier one of its id."""
        if not records:
            return
        count = self._count
        if count is None:  # before, as counting many takes long, and who writes keeps others off
            count = await self._counted()
        async with self._asked(_WRITE_SECONDS, writes=True) as connection:
            ids = [record.id for record in records]
            replaced = await connection.execute(delete(call_records).where(_OF.id.in_(ids)))
            for start in range(0, len(records), _AT_ONCE):
                part = [_values(each) for each in records[start : start + _AT_ONCE]]
                await connection.execute(insert(call_records), part)
            count += len(records) - replaced.rowcount
            if count > self.keep:
                oldest = select(_OF.id).order_by(_OF.id).limit(count - self.keep)
                await connection.execute(delete(call_records).where(_OF.id.in_(oldest)))
                count = self.keep
        self._count = count

    async def select(
        self, wanted: RecordFilter, limit: int, *, latest: bool = False
    ) -> list[CallRecord]:
        """The newest `limit` that are wanted: oldest first, or the latest first."""
        query = select(call_records).where(*_conditions(wanted)).order_by(_OF.id.desc())
        async with self._asked() as connection:
            rows = (await connection.execute(query.limit(limit))).all()
        records = [_record(row) for row in rows]
        return records if latest else records[::-1]

    async def usage(self, wanted: RecordFilter, by: UsageBy) -> list[Usage]:
        """The rows of the usage report on the received calls that are wanted, by name."""
        is_received = _IS_OF[CallType.RECEIVED]
        is_answered = _IS_OF[CallType.ANSWERED]
        talked = case((is_answered, func.max(_OF.ended - _OF.answered, 0)), else_=0)
        key = _KEYS[by].label("key")
        query = (
            select(
                key,
                func.count(),
                _how_many(_IS_OF[CallType.SUCCESSFUL]),
                _how_many(_IS_OF[CallType.OFFERED]),
                _how_many(is_answered),
                _how_many(_OF.transferred == Transferred.TIMEOUT.value),
                _how_many(_OF.transferred == Transferred.OVERFLOW.value),
                func.sum(talked),
            )
            .where(is_received, *_conditions(wanted))
            .group_by(key)
        )
        async with self._asked() as connection:
            rows = (await connection.execute(query)).all()
        name = _NAMES.get(by, str)
        return sorted(Usage(name(row[0]), *map(int, row[1:])) for row in rows)

    async def clear(self) -> None:
        """Forget every record."""
        async with self._asked(_WRITE_SECONDS, writes=True) as connection:
            await connection.execute(delete(call_records))
        self._count = 0

    async def close(self) -> None:
        """Let go of every connection."""
        await self._engine.dispose()

    async def _counted(self) -> int:
        async with self._asked() as connection:
            counted = await connection.execute(select(func.count()).select_from(call_records))
            return int(counted.scalar() or 0)

    @asynccontextmanager
    async def _asked(
        self, seconds: float = _READ_SECONDS, *, writes: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        engine = self._engine if writes else self._reading
        try:
            async with asyncio.timeout(seconds), engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            self._count = None
            raise DatabaseUnavailable(why(error)) from error


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _conditions(wanted: RecordFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.group is not None:
        found.append(_OF.workflow == wanted.group)
    if wanted.agent is not None:
        found.append(_OF.agent == wanted.agent)
    if wanted.caller is not None:
        found.append(or_(_OF.caller == wanted.caller, _OF.caller_user == wanted.caller))
    if wanted.kind is not None:
        found.append(_OF.kind == wanted.kind.value)
    if wanted.host is not None:
        found.append(_OF.host == wanted.host.value)
    if wanted.since is not None:
        found.append(_OF.started >= _micro(wanted.since))
    if wanted.until is not None:
        found.append(_OF.started < _micro(wanted.until))
    if wanted.calls is not None:
        found += [_IS_OF[CallType.RECEIVED], _IS_OF[wanted.calls]]
    return found


def _values(record: CallRecord) -> dict[str, Any]:
    return record._asdict() | {
        "started": _micro(record.started),
        "queued_seconds": _micro(record.queued_seconds),
        "answered": None if record.answered is None else _micro(record.answered),
        "ended": _micro(record.ended),
        "caller_user": user_of(record.caller),
    }


def _record(row: Row[Any]) -> CallRecord:
    values = row._asdict()
    del values["caller_user"]
    answered = values["answered"]
    return CallRecord(
        **values
        | {
            "kind": Kind(values["kind"]),
            "owner": _pool(values["owner"]),
            "host": Pool(values["host"]),
            "agent_home": _pool(values["agent_home"]),
            "started": values["started"] / _MICROSECONDS,
            "queued_seconds": values["queued_seconds"] / _MICROSECONDS,
            "answered": None if answered is None else answered / _MICROSECONDS,
            "answered_by": values["answered_by"] and AnsweredBy(values["answered_by"]),
            "ended": values["ended"] / _MICROSECONDS,
            "transferred": Transferred(values["transferred"]),
        }
    )


def _pool(name: str | None) -> Pool | None:
    return None if name is None else Pool(name)


def _micro(seconds: float) -> int:
    return round(seconds * _MICROSECONDS)
