"""UDP on the loopback: datagrams in and out, and what is thrown away."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from sip.errors import TransportError
from sip.transport import udp
from sip.transport.traffic import Traffic
from sip.transport.udp import UdpFlow, UdpListener
from tests.support.until import until

LOOPBACK = "127.0.0.1"


class Heard:
    def __init__(self) -> None:
        self.datagrams: list[tuple[bytes, UdpFlow]] = []
        self.on_datagram: Callable[[], None] = lambda: None

    def receive(self, data: bytes, flow: UdpFlow) -> None:
        self.datagrams.append((data, flow))
        self.on_datagram()


@pytest.fixture
async def heard() -> Heard:
    return Heard()


@pytest.fixture
async def listener(heard: Heard) -> AsyncIterator[UdpListener]:
    made = UdpListener(asyncio.get_running_loop(), heard.receive, Traffic())
    made.open(LOOPBACK, 0)
    yield made
    made.close()


@pytest.fixture
def peer() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, 0))
        sock.settimeout(5)
        yield sock


async def test_a_datagram_is_handed_up_with_the_flow_of_its_sender(
    listener: UdpListener, heard: Heard, peer: socket.socket
) -> None:
    peer.sendto(b"one", listener.address)
    peer.sendto(b"two", listener.address)
    await until(lambda: len(heard.datagrams) == 2)

    (one, flow), (two, again) = heard.datagrams
    assert (one, two) == (b"one", b"two")
    assert flow is again
    assert flow.remote == peer.getsockname()
    assert flow.name == f"{LOOPBACK}:{peer.getsockname()[1]}".encode()
    assert flow.local == listener.address
    assert (flow.transport, flow.reliable) == (b"UDP", False)


async def test_what_a_flow_sends_reaches_its_peer(
    listener: UdpListener, peer: socket.socket
) -> None:
    assert listener.flow_to(peer.getsockname()).send(b"answer")

    assert peer.recvfrom(100) == (b"answer", listener.address)
    assert listener.traffic.sent == 1


async def test_a_datagram_to_nobody_counts_as_sent(listener: UdpListener) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, 0))
        nobody = sock.getsockname()

    assert listener.flow_to(nobody).send(b"x")
    assert listener.flow_to(nobody).send(b"x")


@pytest.mark.parametrize(
    "remote",
    [(LOOPBACK, 0), (LOOPBACK, 70_000), (LOOPBACK, -1), ("255.255.255.255", 5060)],
    ids=["port-0", "port-too-high", "port-negative", "broadcast"],
)
async def test_what_can_not_be_sent_is_said_and_counted_and_never_raised(
    listener: UdpListener, remote: tuple[str, int]
) -> None:
    assert not listener.flow_to(remote).send(b"x")

    assert listener.traffic.discarded == {"cannot be sent": 1}


async def test_a_datagram_that_is_too_large_can_not_be_sent(
    listener: UdpListener, peer: socket.socket
) -> None:
    assert not listener.flow_to(peer.getsockname()).send(b"x" * 70_000)


async def test_a_flood_is_read_in_bounded_until(
    listener: UdpListener, heard: Heard, peer: socket.socket
) -> None:
    for number in range(200):
        peer.sendto(b"%d" % number, listener.address)

    listener._read()
    first = len(heard.datagrams)
    await until(lambda: len(heard.datagrams) == 200)

    assert first == udp.DRAIN_AT_MOST
    assert [data for data, _ in heard.datagrams] == [b"%d" % n for n in range(200)]


async def test_reading_stops_at_once_when_a_datagram_closes_the_listener(
    listener: UdpListener, heard: Heard, peer: socket.socket
) -> None:
    heard.on_datagram = listener.close
    for _ in range(3):
        peer.sendto(b"x", listener.address)

    listener._read()

    assert len(heard.datagrams) == 1
    assert not listener.is_bound


async def test_a_silent_listener_reads_and_throws_away_and_sends_nothing(
    listener: UdpListener, heard: Heard, peer: socket.socket
) -> None:
    listener.is_silent = True

    peer.sendto(b"x", listener.address)
    await until(lambda: bool(listener.traffic.discarded))

    assert heard.datagrams == []
    assert listener.traffic.discarded == {"black hole": 1}
    assert not listener.flow_to(peer.getsockname()).send(b"x")
    assert (listener.is_open, listener.is_bound) == (False, True)


async def test_a_closed_listener_sends_nothing_and_may_be_opened_again(
    listener: UdpListener, heard: Heard, peer: socket.socket
) -> None:
    flow = listener.flow_to(peer.getsockname())
    listener.close()
    assert not flow.send(b"x")
    assert not flow.is_open

    listener.open(LOOPBACK, 0)
    assert flow.send(b"x")
    peer.sendto(b"y", listener.address)
    await until(lambda: len(heard.datagrams) == 1)


async def test_only_so_many_peers_are_remembered(
    listener: UdpListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(udp, "MAX_KNOWN_PEERS", 10)

    for port in range(1, 100):
        listener.flow_to((LOOPBACK, port))

    assert len(listener._flows) <= 10


async def test_a_port_that_is_taken_can_not_be_listened_to(listener: UdpListener) -> None:
    other = UdpListener(asyncio.get_running_loop(), print, Traffic())

    with pytest.raises(TransportError, match="cannot bind UDP"):
        other.open(LOOPBACK, listener.address[1])
    assert not other.is_open


async def test_methods_that_nobody_knows_are_counted_as_one() -> None:
    traffic = Traffic()

    for what in (b"INVITE", b"FOO", b"BAR", 200):
        traffic.count_received(what)

    counted = {what: count for what, count in traffic.received.items() if count}
    assert counted == {b"INVITE": 1, b"OTHER": 2, 200: 1}
