"""TCP on the loopback: connections made, accepted, lost, and the bounds that hold for them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import pytest

from sip.errors import TransportError
from sip.transport import tcp
from sip.transport.framing import FramingError
from sip.transport.tcp import TcpConnection, TcpListener
from sip.transport.traffic import Traffic
from tests.support.sip_messages import SIPP_ACK, SIPP_BYE, SIPP_INVITE, message
from tests.support.until import until

LOOPBACK = "127.0.0.1"


class Heard:
    """What a listener has handed up, and a way to wait for more."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.errors: list[FramingError] = []
        self.connections: list[TcpConnection] = []
        self.on_message: Callable[[TcpConnection], None] = lambda connection: None

    def receive(self, data: bytes, connection: TcpConnection) -> None:
        self.messages.append(data)
        self.connections.append(connection)
        self.on_message(connection)

    def receive_unframed(self, error: FramingError, connection: TcpConnection) -> None:
        self.errors.append(error)


@pytest.fixture
async def heard() -> Heard:
    return Heard()


@pytest.fixture
async def listener(heard: Heard) -> AsyncIterator[TcpListener]:
    made = TcpListener(asyncio.get_running_loop(), heard.receive, heard.receive_unframed, Traffic())
    await made.open(LOOPBACK, 0)
    yield made
    made.close()


class Peer:
    """A client that speaks octets."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def read(self, size: int) -> bytes:
        async with asyncio.timeout(5):
            return await self.reader.readexactly(size)

    async def until_closed(self) -> str:
        """How the connection ended."""
        async with asyncio.timeout(5):
            try:
                while await self.reader.read(4096):
                    pass
            except ConnectionResetError:
                return "reset"
            return "closed"


@pytest.fixture
async def connect(listener: TcpListener) -> AsyncIterator[Callable[[], asyncio.Future[Peer]]]:
    peers: list[Peer] = []

    async def make() -> Peer:
        peer = Peer(*await asyncio.open_connection(*listener.address))
        peers.append(peer)
        return peer

    yield lambda: asyncio.ensure_future(make())
    for peer in peers:
        peer.writer.close()


Connect = Callable[[], "asyncio.Future[Peer]"]


@pytest.fixture
def closed_port() -> int:
    """A port of the loopback at which nobody listens."""
    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        port: int = sock.getsockname()[1]
        return port


async def test_messages_are_handed_up_with_the_connection_that_brought_them(
    listener: TcpListener, heard: Heard, connect: Connect
) -> None:
    peer = await connect()

    peer.writer.write(SIPP_INVITE + SIPP_ACK[:40])
    await until(lambda: len(heard.messages) == 1)
    peer.writer.write(SIPP_ACK[40:])
    await until(lambda: len(heard.messages) == 2)

    assert heard.messages == [SIPP_INVITE, SIPP_ACK]
    assert heard.connections[0] is heard.connections[1]
    assert heard.connections[0].remote == peer.writer.get_extra_info("sockname")
    assert listener.connections == 1


async def test_an_answer_takes_the_connection_back(heard: Heard, connect: Connect) -> None:
    peer = await connect()
    peer.writer.write(SIPP_INVITE)
    await until(lambda: bool(heard.messages))

    assert heard.connections[0].send(b"answer")

    assert await peer.read(6) == b"answer"


async def test_a_ping_is_answered_by_one_line_end_and_a_single_line_end_by_nothing(
    heard: Heard, connect: Connect
) -> None:
    peer = await connect()

    peer.writer.write(b"\r\n" + SIPP_BYE + b"\r\n\r\n" + b"\r\n\r\n")
    await until(lambda: bool(heard.messages))

    assert await peer.read(4) == b"\r\n\r\n"


async def test_a_connection_that_can_not_be_made_is_told_to_those_who_wait_for_it(
    listener: TcpListener, heard: Heard, closed_port: int
) -> None:
    lost: list[str] = []
    flow = listener.flow_to((LOOPBACK, closed_port))
    flow.watch("a", lambda: lost.append("a"))
    flow.watch("b", lambda: lost.append("b"))
    flow.unwatch("b")
    assert flow.send(SIPP_BYE)

    await until(lambda: bool(lost))

    assert lost == ["a"]
    assert not flow.is_open
    assert not flow.send(SIPP_BYE)
    assert listener.connections == 0
    assert listener.traffic.discarded == {"cannot connect": 1}


async def test_what_is_sent_while_a_connection_is_made_goes_out_in_order_once_it_stands(
    listener: TcpListener, heard: Heard
) -> None:
    other = Heard()
    far = TcpListener(listener.loop, other.receive, other.receive_unframed, Traffic())
    await far.open(LOOPBACK, 0)

    flow = listener.flow_to(far.address)
    assert flow.send(SIPP_INVITE)
    assert flow.send(SIPP_BYE)
    assert listener.flow_to(far.address) is flow
    await until(lambda: len(other.messages) == 2)

    assert other.messages == [SIPP_INVITE, SIPP_BYE]
    assert listener.flow_to(far.address) is flow
    far.close()


async def test_no_more_than_a_thousand_messages_wait_for_a_connection(
    listener: TcpListener, closed_port: int
) -> None:
    flow = listener.flow_to((LOOPBACK, closed_port))

    accepted = [flow.send(b"x") for _ in range(tcp.MAX_WAITING_MESSAGES + 5)]

    assert accepted.count(True) == tcp.MAX_WAITING_MESSAGES


async def test_a_stream_that_can_not_be_cut_is_handed_up_once_and_closed(
    listener: TcpListener, heard: Heard, connect: Connect
) -> None:
    bad = message(b"OPTIONS sip:a@b SIP/2.0", b"Content-Length: nine")
    peer = await connect()

    peer.writer.write(SIPP_BYE + bad + SIPP_ACK)

    assert await peer.until_closed() == "closed"
    assert heard.messages == [SIPP_BYE]
    assert [error.head for error in heard.errors] == [bad]
    assert listener.traffic.discarded == {"unframed": 1}


async def test_nothing_more_is_handed_up_once_a_message_has_closed_the_connection(
    heard: Heard, connect: Connect
) -> None:
    heard.on_message = TcpConnection.reset
    peer = await connect()

    peer.writer.write(SIPP_INVITE + SIPP_ACK + SIPP_BYE)

    assert await peer.until_closed() == "reset"
    assert heard.messages == [SIPP_INVITE]


async def test_a_peer_that_never_ends_its_message_is_given_up(
    listener: TcpListener, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "PARTIAL_SECONDS", 0.05)
    peer = await connect()

    peer.writer.write(SIPP_INVITE[:100])

    assert await peer.until_closed() == "closed"
    assert listener.traffic.discarded == {"message never whole": 1}


async def test_a_peer_that_keeps_its_connection_alive_by_line_ends_is_not_given_up(
    heard: Heard, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "PARTIAL_SECONDS", 0.02)
    peer = await connect()
    peer.writer.write(SIPP_BYE + b"\r\n")
    await until(lambda: bool(heard.messages))

    assert heard.connections[0]._partial is None
    assert heard.connections[0].is_open


async def test_a_busy_peer_has_its_time_for_each_message_anew(
    heard: Heard, connect: Connect
) -> None:
    peer = await connect()
    peer.writer.write(SIPP_BYE + SIPP_BYE[:10])
    await until(lambda: len(heard.messages) == 1)
    first = heard.connections[0]._partial

    peer.writer.write(SIPP_BYE[10:] + SIPP_BYE[:10])
    await until(lambda: len(heard.messages) == 2)

    second = heard.connections[0]._partial
    assert first is not None
    assert first.cancelled()
    assert second is not None
    assert second is not first


async def test_a_peer_that_does_not_read_is_cut_off(
    listener: TcpListener, heard: Heard, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_UNSENT_BYTES", 100_000)
    peer = await connect()
    peer.writer.write(SIPP_INVITE)
    await until(lambda: bool(heard.messages))
    flow = heard.connections[0]
    lost: list[bool] = []
    flow.watch(lost, lambda: lost.append(True))

    chunk = b"x" * 65_536
    sent = 0
    while flow.send(chunk):
        sent += len(chunk)
        assert sent < 100_000_000

    await until(lambda: bool(lost))
    assert listener.traffic.discarded == {"peer does not read": 1}
    assert listener.connections == 0


@pytest.mark.parametrize("ends", ["by us", "by the peer"])
async def test_a_connection_that_closes_is_cut_off_if_its_peer_leaves_the_last_unread(
    listener: TcpListener, heard: Heard, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    monkeypatch.setattr(tcp, "CLOSE_SECONDS", 0.05)
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        peer.setblocking(False)
        await asyncio.get_running_loop().sock_connect(peer, listener.address)
        peer.send(SIPP_INVITE)
        await until(lambda: bool(heard.messages))
        flow = heard.connections[0]
        for _ in range(50):
            assert flow.send(b"x" * 65_536)

        if ends == "by us":
            flow.close()
        else:
            peer.shutdown(socket.SHUT_WR)

        await until(lambda: listener.connections == 0)
        assert listener.traffic.discarded == {"peer does not read": 1}


async def test_past_the_bound_new_connections_are_reset(
    listener: TcpListener, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_CONNECTIONS", 2)
    first, second, third = [await connect() for _ in range(3)]

    assert await third.until_closed() == "reset"
    assert listener.connections == 2
    assert listener.traffic.discarded == {"too many connections": 1}
    assert not first.reader.at_eof()
    assert not second.reader.at_eof()


async def test_past_the_bound_connections_that_were_long_idle_give_way(
    listener: TcpListener, heard: Heard, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_CONNECTIONS", 1)
    first = await connect()
    first.writer.write(SIPP_BYE)
    await until(lambda: bool(heard.messages))
    heard.connections[0].heard -= tcp.IDLE_SECONDS + 1

    second = await connect()
    second.writer.write(SIPP_BYE)
    await until(lambda: len(heard.messages) == 2)

    assert await first.until_closed() == "closed"
    assert listener.connections == 1


async def test_a_connection_that_is_past_the_bound_outwards_is_closed_from_the_start(
    listener: TcpListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_CONNECTIONS", 0)

    flow = listener.flow_to(listener.address)

    assert not flow.is_open
    assert not flow.send(SIPP_BYE)


async def test_a_listener_that_closes_resets_what_stands_and_gives_up_what_is_being_made(
    listener: TcpListener, heard: Heard, connect: Connect
) -> None:
    peer = await connect()
    peer.writer.write(SIPP_BYE)
    await until(lambda: bool(heard.messages))
    lost: list[bool] = []
    being_made = listener.flow_to(listener.address)
    being_made.watch(lost, lambda: lost.append(True))

    listener.close()

    assert await peer.until_closed() == "reset"
    assert lost == [True]
    assert not being_made.is_open
    await until(lambda: listener.connections == 0)


async def test_after_it_has_opened_again_a_listener_makes_connections_anew(
    listener: TcpListener, heard: Heard
) -> None:
    other = Heard()
    far = TcpListener(listener.loop, other.receive, other.receive_unframed, Traffic())
    await far.open(LOOPBACK, 0)
    listener.flow_to(far.address)
    listener.close()

    await listener.open(LOOPBACK, 0)
    listener.flow_to(far.address).send(SIPP_BYE)

    await until(lambda: bool(other.messages))
    far.close()


async def test_a_fault_of_one_who_watches_keeps_the_loss_from_nobody_else(
    listener: TcpListener, heard: Heard, closed_port: int
) -> None:
    reported: list[object] = []
    listener.loop.set_exception_handler(lambda _, c: reported.append(c["exception"]))
    fault = ValueError("a bug")
    lost: list[bool] = []

    def fail() -> None:
        raise fault

    flow = listener.flow_to((LOOPBACK, closed_port))
    flow.watch("faulty", fail)
    flow.watch("other", lambda: lost.append(True))
    await until(lambda: bool(lost))

    assert reported == [fault]


async def test_a_silent_listener_reads_and_throws_away_and_sends_nothing(
    listener: TcpListener, heard: Heard, connect: Connect
) -> None:
    peer = await connect()
    peer.writer.write(SIPP_INVITE)
    await until(lambda: bool(heard.messages))
    flow = heard.connections[0]

    listener.is_silent = True
    peer.writer.write(SIPP_BYE)
    await until(lambda: flow.has_lost_bytes)

    assert heard.messages == [SIPP_INVITE]
    assert not flow.is_open
    assert not flow.send(b"answer")
    assert listener.traffic.discarded == {"black hole": 1}

    listener.is_silent = False
    listener.reset_connections_that_lost_bytes()
    assert await peer.until_closed() == "reset"


async def test_a_port_that_is_taken_can_not_be_listened_to(listener: TcpListener) -> None:
    other = TcpListener(listener.loop, print, print, Traffic())

    with pytest.raises(TransportError, match="cannot bind TCP"):
        await other.open(LOOPBACK, listener.address[1])
    assert not other.is_open
