"""Collections stay short, and cycles among old objects go all the same."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator

import pytest

from emulator.cli.memory import ShortCollections


class Knot:
    """An object that refers to itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
async def collections() -> AsyncIterator[ShortCollections]:
    made = ShortCollections(asyncio.get_running_loop(), lambda: True)
    made.start()
    yield made
    made.stop()


async def test_what_has_outlived_a_collection_is_not_looked_at_again(
    collections: ShortCollections,
) -> None:
    kept: list[list[int]] = [[] for _ in range(1_000)]
    gc.collect(0)
    assert sum(gc.get_count()) < len(kept)
    assert not any(
        each is kept[0] for generation in range(3) for each in gc.get_objects(generation)
    )


async def test_new_cycles_go_as_ever(collections: ShortCollections) -> None:
    seen = weakref.ref(Knot())
    gc.collect(0)
    assert seen() is None


async def test_old_cycles_go_when_all_is_looked_at(collections: ShortCollections) -> None:
    knot = Knot()
    gc.collect(0)
    seen = weakref.ref(knot)
    del knot
    gc.collect(0)
    assert seen() is not None
    collections.collect_all()
    assert seen() is None


async def test_afterwards_the_collector_works_as_before() -> None:
    before = (gc.get_threshold(), len(gc.callbacks))
    made = ShortCollections(asyncio.get_running_loop(), lambda: True)
    made.start()
    made.stop()
    assert (gc.get_threshold(), len(gc.callbacks), gc.get_freeze_count()) == (*before, 0)
