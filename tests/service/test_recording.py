"""Keeping records: what is stored when, and what a store that fails or lags costs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from emulator.model.records import CallRecord, RecordFilter, UsageBy
from emulator.operations import records
from emulator.operations.errors import DatabaseDown
from emulator.operations.records import Recorder
from emulator.storage.errors import DatabaseUnavailable
from emulator.storage.records import MemoryRecords
from emulator.testing.client import SipClient
from tests.support.house import House

_TOPOLOGY = """
agents: [{name: ann, answer_after_ms: 0, concurrent: unlimited}]
groups: [{name: desk, agents: [ann]}]
"""
_ALL = RecordFilter()


class Store(MemoryRecords):
    """Keeps records while it `works`, and once it is `open`."""

    __slots__ = ("is_open", "waits", "works")

    def __init__(self, keep: int = 1_000) -> None:
        super().__init__(keep)
        self.works = True
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.waits = asyncio.Event()

    async def add(self, records: Sequence[CallRecord]) -> None:
        if not self.works:
            raise DatabaseUnavailable("it is switched off")
        self.waits.set()
        await self.is_open.wait()
        await super().add(records)


async def _caller(house: House) -> SipClient:
    await house.build(_TOPOLOGY)
    return await house.client("caller")


async def _call(house: House, caller: SipClient) -> None:
    """A call that is answered, and ended by its caller."""
    count = len(house.calls)
    call = await caller.invite("desk")
    await call.hang_up()
    await house.until(lambda: house.calls[count].ended is not None)


async def test_a_store_that_fails_for_a_while_loses_no_record(house: House) -> None:
    caller = await _caller(house)
    store = Store()
    recorder = Recorder(house.site, store)
    store.works = False
    await _call(house, caller)

    with pytest.raises(DatabaseDown, match="it is switched off"):
        await recorder.select(_ALL, 10)
    with pytest.raises(DatabaseDown):
        await recorder.usage(_ALL, UsageBy.POOL)
    await _call(house, caller)
    store.works = True

    assert [record.id for record in await recorder.select(_ALL, 10)] == [1, 2]
    assert recorder.lost == 0


async def test_calls_go_on_while_a_store_lags(house: House) -> None:
    caller = await _caller(house)
    store = Store()
    recorder = Recorder(house.site, store)
    await _call(house, caller)
    store.is_open.clear()
    reading = asyncio.create_task(recorder.select(_ALL, 10))
    await store.waits.wait()

    await _call(house, caller)

    assert not reading.done()
    store.is_open.set()
    assert [record.id for record in await reading] == [1]
    assert [record.id for record in await recorder.select(_ALL, 10)] == [1, 2]


@pytest.mark.parametrize("is_tried", [False, True], ids=["untried", "tried"])
async def test_the_oldest_calls_get_no_record_where_too_many_wait(
    house: House, monkeypatch: pytest.MonkeyPatch, is_tried: bool
) -> None:
    monkeypatch.setattr(records, "_MOST_PENDING", 2)
    caller = await _caller(house)
    store = Store()
    recorder = Recorder(house.site, store)
    store.works = False
    for _ in range(3):
        await _call(house, caller)
        if is_tried:
            with pytest.raises(DatabaseDown):
                await recorder.flush()
    store.works = True

    assert recorder.lost == 1
    assert [record.id for record in await recorder.select(_ALL, 10)] == [2, 3]
    assert recorder.lost == 1


async def test_calls_that_are_put_back_give_way_to_those_that_have_ended_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_MOST_PENDING", 2)
    caller = await _caller(house)
    store = Store()
    recorder = Recorder(house.site, store)
    store.is_open.clear()
    for _ in range(2):
        await _call(house, caller)
    storing = asyncio.create_task(recorder.flush())
    await store.waits.wait()
    await _call(house, caller)

    storing.cancel()
    await asyncio.gather(storing, return_exceptions=True)
    store.is_open.set()

    assert recorder.lost == 1
    assert [record.id for record in await recorder.select(_ALL, 10)] == [2, 3]


async def test_a_store_that_keeps_few_has_lost_nothing(house: House) -> None:
    caller = await _caller(house)
    recorder = Recorder(house.site, Store(1))
    for _ in range(2):
        await _call(house, caller)

    assert [record.id for record in await recorder.select(_ALL, 10)] == [2]
    assert recorder.lost == 0


async def test_numbers_go_on_after_those_of_an_earlier_process(house: House) -> None:
    caller = await _caller(house)
    store = Store()
    earlier = Recorder(house.site, store)
    await _call(house, caller)
    (record,) = await earlier.select(_ALL, 10)
    await store.add([record._replace(id=41)])
    recorder = Recorder(house.site, store)
    await recorder.start()

    await _call(house, caller)
    await recorder.stop()

    assert [each.id for each in await store.select(_ALL, 10)] == [1, 41, 42]


async def test_what_ends_is_stored_though_nobody_asks(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_EVERY_SECONDS", 0.01)
    caller = await _caller(house)
    store = Store()
    recorder = Recorder(house.site, store)
    await recorder.start()
    store.works = False

    await _call(house, caller)
    store.works = True
    await store.waits.wait()
    await house.until(lambda: not house.site.unrecorded)
    await recorder.stop()
    assert [each.id for each in await store.select(_ALL, 10)] == [1]
