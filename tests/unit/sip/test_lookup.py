"""Looking names up: the hosts file, a DNS server on the loopback, and the bounds of both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import dns.asyncresolver
import dns.message
import dns.rcode
import dns.rrset
import pytest

from sip.transport import lookup
from sip.transport.lookup import Resolver, SystemNames
from sip.transport.resolve import Kind, Named, Naptr, Question, Record, Srv, Target
from tests.support.manual_time import ManualTime
from tests.support.until import until

HERE = Named("here.example", 5060, None)


class Book:
    """Names by heart; counts what it is asked."""

    def __init__(self, ttl: float = 60.0) -> None:
        self.ttl = ttl
        self.known: dict[Question, list[Record]] = {
            Question(Kind.IPV4, "here.example"): ["192.0.2.1"]
        }
        self.asked: list[Question] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def records(self, question: Question) -> tuple[list[Record], float]:
        self.asked.append(question)
        await self.gate.wait()
        return self.known.get(question, []), self.ttl


@pytest.fixture
async def book() -> Book:
    return Book()


@pytest.fixture
def time() -> ManualTime:
    return ManualTime()


@pytest.fixture
async def resolver(book: Book, time: ManualTime) -> AsyncIterator[Resolver]:
    made = Resolver(book, clock=lambda: time.now, draw=lambda _: 0)
    yield made
    made.close()


async def test_whoever_asks_is_called_with_the_targets_after_asking_has_returned(
    resolver: Resolver,
) -> None:
    found: list[list[Target]] = []

    resolver.find(HERE, False, found.append)
    assert found == []
    await until(lambda: found)

    assert found == [[(b"UDP", ("192.0.2.1", 5060))]]


async def test_an_answer_is_remembered_as_long_as_it_holds(
    resolver: Resolver, book: Book, time: ManualTime
) -> None:
    for seconds in (0, 59, 0.5, 1):
        time.now += seconds
        assert await resolver.resolve(HERE) == [(b"UDP", ("192.0.2.1", 5060))]

    assert len(book.asked) == 2


async def test_that_there_is_no_answer_is_remembered_for_half_a_minute(
    resolver: Resolver, book: Book, time: ManualTime
) -> None:
    for seconds in (0, 29, 2):
        time.now += seconds
        assert await resolver.resolve(Named("nowhere.example", 5060, None)) == []

    assert len(book.asked) == 2


async def test_no_answer_is_remembered_for_longer_than_five_minutes(
    resolver: Resolver, book: Book, time: ManualTime
) -> None:
    book.ttl = 86_400.0
    await resolver.resolve(HERE)
    time.now += 301

    await resolver.resolve(HERE)

    assert len(book.asked) == 2


async def test_many_who_ask_the_same_at_once_ask_it_once(resolver: Resolver, book: Book) -> None:
    answers = await asyncio.gather(*(resolver.resolve(HERE) for _ in range(50)))

    assert answers == [[(b"UDP", ("192.0.2.1", 5060))]] * 50
    assert len(book.asked) == 1


async def test_only_so_many_answers_are_remembered(
    resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "MAX_KEPT", 10)

    for number in range(50):
        await resolver.resolve(Named(f"h{number}.example", 5060, None))

    assert len(resolver._kept) == 10


async def test_only_so_many_names_are_looked_up_at_once_the_rest_have_no_targets(
    resolver: Resolver, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "MAX_AT_ONCE", 2)
    book.gate.clear()
    found: list[list[Target]] = []

    for _ in range(3):
        resolver.find(HERE, False, found.append)
    await until(lambda: found)
    assert found == [[]] * len(found)

    book.gate.set()
    await until(lambda: len(found) == 3)


async def test_a_name_that_takes_too_long_has_no_targets(
    resolver: Resolver, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "RESOLVE_SECONDS", 0.02)
    book.gate.clear()

    assert await resolver.resolve(HERE) == []

    book.gate.set()


async def test_a_resolver_that_is_closed_calls_nobody(resolver: Resolver, book: Book) -> None:
    book.gate.clear()
    found: list[list[Target]] = []
    resolver.find(HERE, False, found.append)
    await until(lambda: book.asked)

    resolver.close()
    book.gate.set()
    await until(lambda: not resolver._tasks and not resolver._pending)

    assert found == []


# -- the names of this machine ---------------------------------------------------------------------

ZONE = """
_sip._udp.pool.example. 300 IN SRV 10 5 5070 front.pool.example.
pool.example. 300 IN NAPTR 1 2 "s" "SIP+D2U" "" _sip._udp.pool.example.
front.pool.example. 300 IN A 192.0.2.8
front.pool.example. 300 IN AAAA 2001:db8::8
"""


class DnsServer(asyncio.DatagramProtocol):
    """Answers from `ZONE`; says of everything else that there is no such name."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not by isinstance: a loop's transports need be none of asyncio's classes.
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query)
        asked = query.question[0]
        for line in ZONE.strip().splitlines():
            name, ttl, _, kind, rest = line.split(None, 4)
            rrset = dns.rrset.from_text(name, int(ttl), "IN", kind, rest)
            if rrset.name == asked.name and rrset.rdtype == asked.rdtype:
                response.answer.append(rrset)
        if not response.answer:
            response.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(response.to_wire(), addr)


@pytest.fixture
async def names(tmp_path: Path) -> AsyncIterator[SystemNames]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(DnsServer, local_addr=("127.0.0.1", 0))
    client = dns.asyncresolver.Resolver(configure=False)
    client.nameservers = ["127.0.0.1"]
    client.port = transport.get_extra_info("sockname")[1]
    hosts = tmp_path / "hosts"
    hosts.write_text(
        "# a comment\n127.0.0.1 localhost\n192.0.2.77 lab.example LAB # nearby\n"
        "2001:db8::77 lab.example\n192.0.2.78\nnonsense lab.example\n"
    )
    yield SystemNames(client, hosts_file=hosts)
    transport.close()


@pytest.mark.parametrize(
    ("kind", "name", "records"),
    [
        (Kind.SRV, "_sip._udp.pool.example", [Srv(10, 5, 5070, "front.pool.example")]),
        (
            Kind.NAPTR,
            "pool.example",
            [Naptr(1, 2, "s", "SIP+D2U", "_sip._udp.pool.example")],
        ),
        (Kind.IPV4, "front.pool.example", ["192.0.2.8"]),
        (Kind.IPV6, "front.pool.example", ["2001:db8::8"]),
    ],
)
async def test_dns_is_asked_for_every_kind_of_record(
    names: SystemNames, kind: Kind, name: str, records: list[Record]
) -> None:
    found, ttl = await names.records(Question(kind, name))

    assert found == records
    assert 290 < ttl <= 300


@pytest.mark.parametrize(
    "name", ["nowhere.example", "x" * 64 + ".example", "a..b", "\udc80.example", "x" * 300]
)
async def test_a_name_that_is_not_known_or_is_none_has_no_records(
    names: SystemNames, name: str
) -> None:
    assert (await names.records(Question(Kind.IPV4, name)))[0] == []


@pytest.mark.parametrize(
    ("kind", "name", "records"),
    [
        (Kind.IPV4, "lab.example", ["192.0.2.77"]),
        (Kind.IPV6, "lab.example", ["2001:db8::77"]),
        (Kind.IPV4, "lab", ["192.0.2.77"]),
        (Kind.IPV4, "nearby", []),
    ],
)
async def test_the_hosts_file_comes_before_dns(
    names: SystemNames, kind: Kind, name: str, records: list[Record]
) -> None:
    assert (await names.records(Question(kind, name)))[0] == records


async def test_a_machine_without_a_hosts_file_or_a_dns_server_knows_no_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "QUESTION_SECONDS", 0.05)
    client = dns.asyncresolver.Resolver(configure=False)
    client.nameservers = ["127.0.0.1"]
    client.port = 9  # discard: nobody answers
    names = SystemNames(client, hosts_file=tmp_path / "missing")

    assert (await names.records(Question(Kind.IPV4, "front.pool.example")))[0] == []


async def test_a_name_is_followed_all_the_way_through_dns(names: SystemNames) -> None:
    resolver = Resolver(names)

    assert await resolver.resolve(Named("pool.example", None, None)) == [
        (b"UDP", ("192.0.2.8", 5070))
    ]


async def test_who_asks_no_dns_knows_the_hosts_file_alone(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.9 here.example\n")
    names = SystemNames(hosts_file=hosts, asks_dns=False)

    assert (await names.records(Question(Kind.IPV4, "here.example")))[0] == ["127.0.0.9"]
    assert await names.records(Question(Kind.IPV4, "there.example")) == ([], 0.0)
    assert await names.records(Question(Kind.SRV, "_sip._udp.here.example")) == ([], 0.0)
