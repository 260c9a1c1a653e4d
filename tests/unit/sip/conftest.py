"""An endpoint on the loopback, its user and its peer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from sip.endpoint import Endpoint
from sip.timers import Timers
from tests.support.endpoint_world import LOOPBACK, Peer, User
from tests.support.manual_time import ManualTime


@pytest.fixture
def user() -> User:
    return User()


@pytest.fixture
def time() -> ManualTime:
    return ManualTime()


@pytest.fixture
def reports() -> list[tuple[Exception, int]]:
    return []


@pytest.fixture
async def endpoint(
    user: User, time: ManualTime, reports: list[tuple[Exception, int]]
) -> AsyncIterator[Endpoint]:
    made = Endpoint(
        "ours",
        user,
        asyncio.get_running_loop(),
        time.deadlines,
        Timers(),
        on_error=lambda error, count: reports.append((error, count)),
    )
    await made.open(0)
    yield made
    made.close()


@pytest.fixture
def peer(endpoint: Endpoint) -> Iterator[Peer]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, 0))
        sock.setblocking(False)
        yield Peer(sock, endpoint)
