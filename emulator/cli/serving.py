"""What `rgs up` does: read, bind, say that it is ready, stay, end in order."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy.engine import URL

from emulator.api import ApiServer, ApiSettings
from emulator.cli.addresses import judge_addresses
from emulator.cli.chronicle import Chronicle
from emulator.cli.exits import ExitCode, Failure
from emulator.cli.logs import log_loop_fault, set_logging_up
from emulator.cli.memory import ShortCollections
from emulator.deployment import Deployment
from emulator.model.topology import Topology
from emulator.operations.administration import Administration
from emulator.operations.closing import end_all_calls
from emulator.operations.resuming import Memory, keep_phases, read_stores, resume
from emulator.operations.stores import Stores
from emulator.resources import resource
from emulator.rules import (
    Outcome,
    Phase,
    Pool,
    Reading,
    Row,
    Rules,
    RulesError,
    Style,
    cell_id,
    load_rules,
)
from emulator.storage.engine import judge_url
from emulator.storage.errors import StorageError, UnreadableStore
from emulator.storage.places import Places, open_places
from emulator.topology import TopologyError, load_topology
from sip.errors import TransportError
from sip.transport.lookup import SystemNames

__all__ = ["ServeOptions", "serve"]

_log = structlog.get_logger("up")
_SAMPLE = "contoso.yaml"
_SMALL_BUFFER_BYTES = 1024 * 1024
_WATCH_SECONDS = 1.0
_POSTGRES_PORT = 5432


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The options of `rgs up`."""

    topology: Path | None
    host: str
    advertise: str | None
    port_base: int
    http_port: int
    loop: str
    style: str
    reading: str
    rules: Path | None
    dns: bool
    seed: int | None
    token: str | None
    log_level: str
    data: Path | None
    databases: Mapping[Pool, str]


def serve(options: ServeOptions) -> ExitCode:
    """Serve until a signal ends it; raises Failure if it can't start."""
    set_logging_up(options.log_level)
    threading.excepthook = _log_thread_fault
    _allow_open_files()
    host, advertise = judge_addresses(options.host, options.advertise, options.token)
    topology, rules = _read(options)
    servers = _judge_databases(options)
    with asyncio.Runner(loop_factory=_loop_factory(options.loop)) as runner:
        return runner.run(_serve(options, host, advertise, topology, rules, servers))


def _log_thread_fault(fault: threading.ExceptHookArgs) -> None:
    """Say on a line that a thread has failed, such as a database's whose loop has closed."""
    name = fault.thread.name if fault.thread is not None else "none"
    _log.debug("thread failed", thread=name, why=str(fault.exc_value))


def _allow_open_files() -> None:
    """Ask for as many open files as the system grants: each connection is one."""
    try:
        import resource as limits
    except ImportError:  # where there is no such limit
        return
    _, most = limits.getrlimit(limits.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        limits.setrlimit(limits.RLIMIT_NOFILE, (most, most))


def _read(options: ServeOptions) -> tuple[Topology, Rules]:
    try:
        topology = load_topology(options.topology or resource(_SAMPLE))
        rules = load_rules(options.rules, Reading(options.reading))
    except (TopologyError, RulesError) as error:
        raise Failure(ExitCode.USAGE, f"up: {error}") from error
    _warn_of_copies_that_are_not(rules)
    return topology, rules


def _warn_of_copies_that_are_not(rules: Rules) -> None:
    for phase in Phase:
        cell = cell_id(Row.NEW, phase, "not_imported")
        if rules.cells[cell] is Outcome.CONNECT_TO_BACKUP:
            _log.warning("no copy to connect to: such calls are refused", cell=cell)


def _loop_factory(name: str) -> type[asyncio.AbstractEventLoop]:
    if name == "asyncio":
        return asyncio.SelectorEventLoop
    try:
        import uvloop
    except ImportError as error:
        raise Failure(
            ExitCode.COULD_NOT_START, "up: uvloop is not installed; use --loop asyncio"
        ) from error
    return uvloop.Loop


def _judge_databases(options: ServeOptions) -> dict[Pool, URL]:
    """The addresses of the database servers that are to be used."""
    servers = {}
    for pool, text in options.databases.items():
        try:
            servers[pool] = judge_url(text)
        except ValueError as error:
            raise Failure(ExitCode.USAGE, f"up: --database-{pool}: {error}") from error
    if servers and options.data is None:
        raise Failure(
            ExitCode.USAGE,
            "up: a database server keeps a pool's configuration, but not the phase, sign-ins and "
            "records, which would not fit together after a restart: name a directory by --data",
        )
    places = [(url.host, url.port or _POSTGRES_PORT, url.database) for url in servers.values()]
    if len(set(places)) < len(places):
        raise Failure(ExitCode.USAGE, "up: the pools can't share a database: name one for each")
    return servers


async def _serve(
    options: ServeOptions,
    host: str,
    advertise: str,
    topology: Topology,
    rules: Rules,
    servers: Mapping[Pool, URL],
) -> ExitCode:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_loop_fault)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    deployment = Deployment(
        topology,
        rules,
        host=host,
        advertise=advertise,
        style=Style(options.style),
        names=SystemNames(asks_dns=options.dns),
        seed=options.seed,
    )
    async with AsyncExitStack() as stack:
        administration, places, memory = await _open_stores(options, deployment, servers, stack)
        stack.callback(deployment.close)
        try:
            await deployment.start(options.port_base)
        except TransportError as error:
            told = f"up: {error}; choose other ports by --port-base"
            raise Failure(ExitCode.COULD_NOT_START, told) from error
        resume(administration, memory)
        keep_phases(administration)
        if places.records is not None:
            await _start_recording(administration, stack)
        watch = asyncio.create_task(_watch_stores(administration.stores, options))
        stack.push_async_callback(_end, watch)
        api = await _start_api(administration, options, host)
        stack.push_async_callback(api.close)
        chronicle = Chronicle(administration, loop, has_details=options.log_level == "debug")
        chronicle.start()
        _warn_of_small_buffers(deployment)
        collections = ShortCollections(loop, lambda: not deployment.site.calls.live_count)
        collections.start()
        api.set_ready(True)
        print(_ready_line(deployment, api), flush=True)  # noqa: T201 - the result of the command
        await ended.wait()
        api.set_ready(False)
        count = await end_all_calls(administration)
        collections.stop()
        chronicle.stop()
        _log.info("ended", calls=count)
    return ExitCode.AS_EXPECTED


async def _open_stores(
    options: ServeOptions,
    deployment: Deployment,
    servers: Mapping[Pool, URL],
    stack: AsyncExitStack,
) -> tuple[Administration, Places, Memory]:
    """Open and read what is stored. `stack` closes all of it, however far this has come.

    A connection to SQLite is a thread, which the process would wait for at its end.
    """
    try:
        places = open_places(options.data, servers)
        stack.callback(places.close)
        stores = Stores(deployment.site, places.databases, places.own)
        stack.push_async_callback(stores.close)
        if places.records is not None:
            stack.push_async_callback(places.records.close)
        administration = Administration(deployment, stores, places.records)
        return administration, places, await read_stores(administration)
    except UnreadableStore as error:
        raise Failure(ExitCode.USAGE, f"up: {error}") from error
    except StorageError as error:
        told = f"up: what is stored can't be reached: {error}"
        raise Failure(ExitCode.COULD_NOT_START, told) from error


async def _start_recording(administration: Administration, stack: AsyncExitStack) -> None:
    try:
        await administration.recorder.start()
    except StorageError as error:
        told = f"up: the records of calls can't be reached: {error}"
        raise Failure(ExitCode.COULD_NOT_START, told) from error
    stack.push_async_callback(administration.recorder.stop)


async def _start_api(administration: Administration, options: ServeOptions, host: str) -> ApiServer:
    settings = ApiSettings(host, options.http_port, options.token, options.advertise)
    api = ApiServer(administration, settings)
    try:
        await api.start()
    except OSError as error:
        raise Failure(
            ExitCode.COULD_NOT_START,
            f"up: cannot bind HTTP {host}:{options.http_port}: {_why(error)}; "
            "choose another port by --http-port",
        ) from error
    return api


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _watch_stores(stores: Stores, options: ServeOptions) -> None:
    """Find out, even while nobody asks, which databases answer; memory always does."""
    while options.data is not None:
        await asyncio.sleep(_WATCH_SECONDS)
        try:
            await stores.look()
        except Exception as error:  # noqa: BLE001 - whatever a database holds, looking goes on
            _log.error("looking at the databases failed", exc_info=error)


def _ready_line(deployment: Deployment, api: ApiServer) -> str:
    addresses = [
        f"{each.name}=sip:{each.endpoint.sent_by.decode()}" for each in deployment.listeners
    ]
    return " ".join(("ready", *addresses, f"http={api.url}"))


def _warn_of_small_buffers(deployment: Deployment) -> None:
    granted = min(each.endpoint.udp.receive_buffer_bytes() for each in deployment.listeners)
    if granted < _SMALL_BUFFER_BYTES:
        _log.warning(
            "small receive buffer: bursts of datagrams may be lost",
            granted_bytes=granted,
            cure=f"sysctl -w net.core.rmem_max={4 * 1024 * 1024}",
        )


def _why(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
