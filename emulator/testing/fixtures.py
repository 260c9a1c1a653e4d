"""The fixtures: a running emulator, reset for each test, and clients that call it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Generator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from emulator.testing.agent import Agent
    from emulator.testing.client import SipClient
    from emulator.testing.process import EmulatorProcess
    from emulator.testing.running import Emulator

__all__ = ["agent", "caller", "pytest_runtest_makereport", "rgs", "rgs_processes"]

_EMULATOR = pytest.StashKey["Emulator"]()
_PROCESS = pytest.StashKey[tuple["EmulatorProcess", int]]()


class Processes:
    """The emulators of one session of pytest, one for each set of options."""

    __slots__ = ("_folder", "_running")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[tuple[str, ...], EmulatorProcess] = {}

    def obtain(self, asked: Mapping[str, Any]) -> EmulatorProcess:
        """One with what the marker asks for: started if there is none, or if it has ended."""
        # Not before a test wants one: this module is loaded in every run of pytest.
        from emulator.testing.options import options_of
        from emulator.testing.process import EmulatorProcess

        options = options_of(self._folder, **asked)
        process = self._running.get(options)
        if process is None or not process.is_alive:
            if process is not None:
                process.end()
            process = self._running[options] = EmulatorProcess(options)
        return process

    def end(self) -> None:
        """End all of them."""
        for process in self._running.values():
            process.end()


class RegisterAgent(Protocol):
    """Registers a client as a person: what the fixture `agent` gives."""

    def __call__(
        self,
        name: str,
        transport: str = "udp",
        *,
        via: str = "director",
        password: str | None = None,
    ) -> Awaitable[Agent]:
        """Give the registered agent."""
        ...


@pytest.fixture(scope="session")
def rgs_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """The emulators that the tests of this session have asked for."""
    processes = Processes(tmp_path_factory.mktemp("rgs"))
    yield processes
    processes.end()


@pytest_asyncio.fixture
async def rgs(request: pytest.FixtureRequest, rgs_processes: Processes) -> AsyncIterator[Emulator]:
    """A running emulator on free ports, as it is after its start.

    `pytest.mark.rgs` says with which topology, style and options; tests that say the same share
    the process. Clients that are opened on it are closed after the test.
    """
    from emulator.testing.running import Emulator

    marker = request.node.get_closest_marker("rgs")
    asked = marker.kwargs if marker else {}
    process = await asyncio.to_thread(rgs_processes.obtain, asked)
    request.node.stash[_PROCESS] = (process, process.stderr_bytes)
    emulator = Emulator(process.addresses, process.url, process=process)
    request.node.stash[_EMULATOR] = emulator
    try:
        await emulator.reset()
        yield emulator
        # While the clients still answer, so that nothing is repeated to those of the next test.
        if process.is_alive:
            await emulator.reset()
    finally:
        await emulator.close()


@pytest_asyncio.fixture
async def caller(rgs: Emulator) -> SipClient:
    """A client to call with, over UDP; `rgs.caller("tcp")` opens one over TCP."""
    return await rgs.caller()


@pytest.fixture
def agent(rgs: Emulator) -> RegisterAgent:
    """Registers a client as an agent: its arguments are the name, `transport`, `password`."""
    return rgs.agent


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the clients saw, and what the emulator wrote meanwhile, to a failure's report."""
    report = yield
    if report.when == "call" and report.failed:
        emulator = item.stash.get(_EMULATOR, None)
        for client in emulator.clients if emulator is not None else []:
            report.sections.append(("SIP", client.trail.drawn()))
        process, since = item.stash.get(_PROCESS, (None, 0))
        if process is not None and (said := process.stderr(since)):
            report.sections.append(("stderr of the emulator", said))
    return report
