"""Records in memory and in a database: whoever asks can't tell which it was."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.model.records import (
    AnsweredBy,
    CallRecord,
    CallType,
    RecordFilter,
    Transferred,
    UsageBy,
)
from emulator.rules import Kind, Pool
from emulator.storage.deployment_store import DeploymentStore
from emulator.storage.engine import file_engine
from emulator.storage.records import MemoryRecords, RecordStore
from emulator.storage.sql_records import SqlRecords

KEEP = 12
_NAMES = st.sampled_from(["desk", "shop", "hush"])
_CALLERS = st.sampled_from(["sip:ann@a.example", "sip:ann@b.example", "tel:+1555", "x", "sip:%"])
_MICROSECONDS = st.integers(0, 3 * 86_400_000_000)


def _time(microseconds: int) -> float:
    return (1_795_000_000_000_000 + microseconds) / 1_000_000


@st.composite
def _records(draw: st.DrawFn) -> CallRecord:
    started = draw(_MICROSECONDS)
    answered = draw(st.none() | st.integers(started, started + 10**9))
    return CallRecord(
        id=draw(st.integers(1, 30)),
        call_id=draw(st.text(max_size=5)),
        agent_call_id=draw(st.none() | st.text(max_size=5)),
        workflow=draw(st.none() | _NAMES),
        queue=draw(st.none() | _NAMES),
        kind=draw(st.sampled_from(Kind)),
        owner=draw(st.none() | st.sampled_from(Pool)),
        host=draw(st.sampled_from(Pool)),
        imported=draw(st.booleans()),
        on_behalf_of=draw(st.none() | _NAMES),
        caller=draw(_CALLERS),
        agent=draw(st.none() | st.sampled_from(["ann", "ben"])),
        agent_home=draw(st.none() | st.sampled_from(Pool)),
        started=_time(started),
        queued_seconds=draw(_MICROSECONDS) / 1_000_000,
        offers=draw(st.integers(0, 3)),
        picked_up=draw(st.booleans()),
        answered=None if answered is None else _time(answered),
        answered_by=None if answered is None else draw(st.sampled_from(AnsweredBy)),
        ended=_time((started if answered is None else answered) + draw(st.integers(-5, 10**9))),
        ended_by=draw(st.sampled_from(["caller", "rule"])),
        transferred=draw(st.sampled_from(Transferred)),
        response_code=draw(st.none() | st.integers(300, 699)),
        diagnostic_id=draw(st.none() | st.integers(1_000, 61_001)),
        cell=draw(st.none() | st.just("new/normal/not_imported")),
    )


_FILTERS = st.builds(
    RecordFilter,
    group=st.none() | _NAMES,
    agent=st.none() | st.just("ann"),
    caller=st.none() | _CALLERS | st.just("ann"),
    kind=st.none() | st.sampled_from(Kind),
    host=st.none() | st.sampled_from(Pool),
    since=st.none() | _MICROSECONDS.map(_time),
    until=st.none() | _MICROSECONDS.map(_time),
    calls=st.none() | st.sampled_from(CallType),
)


async def _told(
    store: RecordStore, batches: list[list[CallRecord]], wanted: RecordFilter, limit: int
) -> list[Any]:
    for batch in batches:
        await store.add(batch)
    told: list[Any] = [await store.last_id()]
    told += [await store.select(wanted, limit, latest=latest) for latest in (False, True)]
    told += [await store.usage(wanted, by) for by in UsageBy]
    await store.clear()
    return [*told, await store.select(RecordFilter(), 10), await store.last_id()]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(_records(), max_size=10, unique_by=lambda each: each.id), max_size=4),
    _FILTERS,
    st.integers(0, 20),
)
def test_both_stores_tell_the_same(
    batches: list[list[CallRecord]], wanted: RecordFilter, limit: int
) -> None:
    async def compare() -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "deployment.sqlite"
            own = DeploymentStore(file_engine(path))
            await own.open()
            in_file = SqlRecords(file_engine(path), KEEP)
            by_file = await _told(in_file, batches, wanted, limit)
            by_memory = await _told(MemoryRecords(KEEP), batches, wanted, limit)
            await in_file.close()
            await own.close()
        assert by_file == by_memory

    asyncio.run(compare())


async def test_what_was_added_is_there_for_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "deployment.sqlite"
    own = DeploymentStore(file_engine(path))
    await own.open()
    record = _example()
    first = SqlRecords(file_engine(path))
    await first.add([record])

    second = SqlRecords(file_engine(path))

    assert await second.select(RecordFilter(), 10) == [record]
    assert await second.last_id() == record.id
    for store in (first, second, own):
        await store.close()


async def test_a_reader_keeps_no_writer_from_writing(tmp_path: Path) -> None:
    path = tmp_path / "deployment.sqlite"
    own = DeploymentStore(file_engine(path))
    await own.open()
    store = SqlRecords(file_engine(path))
    record = _example()
    await store.add([record])

    async with store._asked() as reading:
        assert (await reading.exec_driver_sql("SELECT count(*) FROM call_records")).scalar() == 1
        await store.add([record._replace(id=record.id + 1)])
        assert (await reading.exec_driver_sql("SELECT count(*) FROM call_records")).scalar() == 1

    assert len(await store.select(RecordFilter(), 10)) == 2
    await store.close()
    await own.close()


def _example() -> CallRecord:
    return CallRecord(
        7, "a@b", None, "desk", "desk", Kind.NORMAL, Pool.PRIMARY, Pool.PRIMARY, False, None,
        "sip:ann@a.example", "ann", Pool.BACKUP, _time(1), 0.5, 1, True, _time(2),
        AnsweredBy.AGENT, _time(3), "caller", Transferred.NONE, None, None, None,
    )  # fmt: skip
