"""Looks host names up: the hosts file and DNS, shared, remembered, and bounded in time."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sip.transport.resolve import (
    Kind,
    Named,
    Naptr,
    Question,
    Record,
    Srv,
    Target,
    targets_of,
)

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver as DnsResolver

__all__ = ["HOSTS_FILE", "MAX_AT_ONCE", "MAX_KEPT", "Names", "Resolver", "SystemNames"]

HOSTS_FILE = Path("/etc/hosts")
MAX_AT_ONCE = 256
MAX_KEPT = 4_096
QUESTION_SECONDS = 3.0
RESOLVE_SECONDS = 5.0
_MAX_TTL_SECONDS = 300.0
_TTL_OF_NOTHING_SECONDS = 30.0


class Names(Protocol):
    """Who knows the records of names."""

    async def records(self, question: Question) -> tuple[list[Record], float]:
        """The records that answer `question`, and for how many seconds they hold.

        No records, where there are none and where nobody could be asked.
        """
        ...


class Resolver:
    """Gives the targets of host names (RFC 3263); one will do for a whole process.

    It remembers at most `MAX_KEPT` answers, for as long as they hold but five minutes at most,
    and looks up at most `MAX_AT_ONCE` names at once: what is more has no targets.
    """

    __slots__ = ("_clock", "_draw", "_kept", "_names", "_pending", "_tasks")

    def __init__(
        self,
        names: Names | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[int], int] = random.randrange,
    ) -> None:
        self._names: Names = SystemNames() if names is None else names
        self._clock = clock
        self._draw = draw
        self._kept: dict[Question, tuple[float, list[Record]]] = {}
        self._pending: dict[Question, asyncio.Task[list[Record]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def find(self, named: Named, is_ipv6: bool, on_found: Callable[[list[Target]], None]) -> None:
        """Call `on_found` with the targets of `named` once they are known, after this returns.

        With none after `RESOLVE_SECONDS` at the latest. Addresses are IPv4 or IPv6, as asked.
        """
        task = asyncio.get_running_loop().create_task(self._find(named, is_ipv6, on_found))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def resolve(self, named: Named, *, is_ipv6: bool = False) -> list[Target]:
        """The targets of `named`, best first; none if it has none, or none in time."""
        walk = targets_of(named, is_ipv6=is_ipv6, draw=self._draw)
        with suppress(TimeoutError):
            async with asyncio.timeout(RESOLVE_SECONDS):
                question = next(walk)
                while True:
                    try:
                        question = walk.send(await self._records(question))
                    except StopIteration as end:
                        targets: list[Target] = end.value
                        return targets
        return []

    def close(self) -> None:
        """Look nothing up any more; whoever waits is not called."""
        for task in [*self._tasks, *self._pending.values()]:
            task.cancel()

    async def _find(
        self, named: Named, is_ipv6: bool, on_found: Callable[[list[Target]], None]
    ) -> None:
        is_possible = len(self._tasks) <= MAX_AT_ONCE
        on_found(await self.resolve(named, is_ipv6=is_ipv6) if is_possible else [])

    async def _records(self, question: Question) -> list[Record]:
        kept = self._kept.get(question)
        if kept is not None:
            if kept[0] > self._clock():
                return kept[1]
            del self._kept[question]
        task = self._pending.get(question)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._ask(question))
            self._pending[question] = task
            task.add_done_callback(lambda _: self._pending.pop(question, None))
        # Others may wait for the same answer, and it is worth keeping all the same.
        return await asyncio.shield(task)

    async def _ask(self, question: Question) -> list[Record]:
        records, ttl = await self._names.records(question)
        while len(self._kept) >= MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        seconds = min(ttl, _MAX_TTL_SECONDS) if records else _TTL_OF_NOTHING_SECONDS
        self._kept[question] = (self._clock() + seconds, records)
        return records


class SystemNames:
    """The names that this machine knows: its hosts file, then the DNS that it is set to.

    Unless it `asks_dns`, the hosts file is all that there is.
    """

    __slots__ = ("_asks_dns", "_dns", "_hosts_file")

    def __init__(
        self,
        dns: DnsResolver | None = None,
        *,
        hosts_file: Path = HOSTS_FILE,
        asks_dns: bool = True,
    ) -> None:
        """`dns` is by default made from the system's settings when it is first needed."""
        self._dns = dns
        self._hosts_file = hosts_file
        self._asks_dns = asks_dns

    async def records(self, question: Question) -> tuple[list[Record], float]:
        """As `Names` says; one question takes `QUESTION_SECONDS` at most."""
        if question.kind in (Kind.IPV4, Kind.IPV6):
            known = await asyncio.to_thread(self._in_hosts_file, question)
            if known:
                return known, _TTL_OF_NOTHING_SECONDS
        return await self._in_dns(question) if self._asks_dns else ([], 0.0)

    def _in_hosts_file(self, question: Question) -> list[Record]:
        try:
            text = self._hosts_file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return []
        version = 6 if question.kind is Kind.IPV6 else 4
        found: list[Record] = []
        for line in text.splitlines():
            address, *names = line.partition("#")[0].split() or [""]
            if question.name in map(str.lower, names) and _version_of(address) == version:
                found.append(address)
        return found

    async def _in_dns(self, question: Question) -> tuple[list[Record], float]:
        from dns.asyncresolver import Resolver as DnsResolver
        from dns.exception import DNSException

        try:
            if self._dns is None:
                self._dns = await asyncio.to_thread(DnsResolver)
            answer = await self._dns.resolve(
                question.name + ".", question.kind.value, lifetime=QUESTION_SECONDS, search=False
            )
        except (DNSException, OSError, UnicodeError):
            return [], 0.0
        records = [_record(question.kind, each) for each in answer]
        return records, answer.expiration - time.time()


def _version_of(address: str) -> int:
    try:
        return ip_address(address).version
    except ValueError:
        return 0


def _record(kind: Kind, found: object) -> Record:
    from dns.rdtypes.IN.NAPTR import NAPTR
    from dns.rdtypes.IN.SRV import SRV

    if isinstance(found, NAPTR):
        return Naptr(
            found.order,
            found.preference,
            found.flags.decode("ascii", "replace"),
            found.service.decode("ascii", "replace"),
            found.replacement.to_text(omit_final_dot=True),
        )
    if isinstance(found, SRV):
        target = found.target.to_text(omit_final_dot=True)
        return Srv(found.priority, found.weight, found.port, target)
    return str(found)
