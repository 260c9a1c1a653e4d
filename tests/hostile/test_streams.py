"""TCP peers that send too slowly, too much or too little, that read nothing, that just stay."""

from __future__ import annotations

import pytest

from sip.transport import tcp
from sip.transport.framing import MAX_HEAD_BYTES
from tests.hostile.siege import Siege
from tests.support.stranger import SDP, Stranger
from tests.support.until import until


async def test_a_message_that_comes_octet_by_octet_is_answered(siege: Siege) -> None:
    stranger = await siege.stranger("TCP")

    for octet in stranger.request("OPTIONS", "desk"):
        stranger.send(bytes([octet]))
        await siege.stands_still()

    await until(lambda: stranger.statuses() == [200])


@pytest.mark.parametrize(
    ("part", "rest"),
    [
        pytest.param(b"OPT", b"IONS", id="request line that never ends"),
        pytest.param(b"OPTIONS sip:desk@127.0.0.1 SIP/2.0\r\nVia", b"x: y\r\n", id="headers"),
        pytest.param(
            b"OPTIONS sip:desk@127.0.0.1 SIP/2.0\r\nContent-Length: 5000\r\n\r\n", b"x", id="body"
        ),
    ],
)
async def test_a_message_that_never_becomes_whole_closes_its_connection(
    siege: Siege, monkeypatch: pytest.MonkeyPatch, part: bytes, rest: bytes
) -> None:
    monkeypatch.setattr(tcp, "PARTIAL_SECONDS", 0.2)
    slow = [await siege.stranger("TCP") for _ in range(20)]
    for stranger in slow:
        stranger.send(part)

    async def trickle() -> None:
        for stranger in slow:
            stranger.send(rest)
        await siege.calls_go_through("tcp")

    while not all(stranger.hears_end() for stranger in slow):
        await trickle()

    assert siege.discarded("message never whole", "TCP") == 20
    assert not any(stranger.heard for stranger in slow)


async def test_headers_that_never_end_are_answered_513_and_the_connection_is_closed(
    siege: Siege,
) -> None:
    stranger = await siege.stranger("TCP")
    head = stranger.request("OPTIONS", "desk").removesuffix(b"\r\n")

    stranger.send(head)
    while not stranger.hears_end():
        stranger.send(b"X-More: and more\r\n" * 100)
        await siege.stands_still()

    assert stranger.statuses() == [513]
    assert siege.discarded("unframed", "TCP") == 1
    assert siege.faults(513) == 1


@pytest.mark.parametrize(
    ("length", "status"),
    [
        pytest.param(b"70000", 513, id="too large"),
        pytest.param(b"999999999999999", 400, id="of too many digits"),
        pytest.param(b"9" * 5_000, 400, id="of thousands of digits"),
        pytest.param(b"-1", 400, id="negative"),
        pytest.param(b"0x10", 400, id="no number"),
        pytest.param(b"5\r\nContent-Length: 6", 400, id="two of them"),
        pytest.param(b"5\r\nl: 6", 400, id="two of them, one short"),
    ],
)
async def test_a_length_that_can_not_be_is_answered_and_the_connection_is_closed(
    siege: Siege, length: bytes, status: int
) -> None:
    stranger = await siege.stranger("TCP")

    stranger.send(stranger.request("OPTIONS", "desk", length=length))
    await until(stranger.hears_end)

    assert stranger.statuses() == [status]
    assert siege.discarded("unframed", "TCP") == 1


async def test_what_is_no_sip_at_all_closes_its_connection_in_silence(siege: Siege) -> None:
    for octets in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" + b"\xff" * MAX_HEAD_BYTES,
        b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEAD_BYTES,
        b"\x00" * MAX_HEAD_BYTES,
    ):
        stranger = await siege.stranger("TCP")

        stranger.send(octets)
        await until(stranger.hears_end)

        assert not stranger.heard
    assert siege.discarded("unframed", "TCP") == 3


async def test_a_request_of_another_protocol_is_a_malformed_message(siege: Siege) -> None:
    stranger = await siege.stranger("TCP")

    stranger.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"HELO\r\n\r\n")
    await stranger.is_served()

    assert stranger.statuses() == [200]
    assert siege.discarded("malformed", "TCP") == 2


async def test_a_peer_that_never_reads_is_cut_off(
    siege: Siege, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_UNSENT_BYTES", 100_000)
    stranger = await siege.stranger("TCP")
    stranger.stop_reading()
    caller = b'"%b" <sip:s@127.0.0.1>;tag=s' % (b"x" * 20_000)  # every answer repeats it

    while not siege.discarded("peer does not read", "TCP"):
        stranger.send(*(stranger.request("OPTIONS", "desk", from_=caller) for _ in range(20)))
        await siege.stands_still()

    await until(lambda: siege.element().endpoint.tcp.connections == 0)


async def test_a_pending_call_ends_when_its_caller_resets_the_connection(siege: Siege) -> None:
    strangers = [await siege.stranger("TCP") for _ in range(20)]
    for stranger in strangers:
        stranger.send(stranger.request("INVITE", "ringing", body=SDP))
    await until(lambda: siege.live_calls == 20)

    for stranger in strangers:
        stranger.close()

    await until(lambda: siege.live_calls == 0)


async def test_idle_connections_fill_the_listener_up_to_its_bound(
    siege: Siege, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_CONNECTIONS", 300)
    idle = [await siege.stranger("TCP") for _ in range(300)]
    await until(lambda: siege.element().endpoint.tcp.connections == 300)

    late = [await siege.stranger("TCP") for _ in range(20)]
    await until(lambda: all(stranger.hears_end() for stranger in late))

    assert {stranger.end for stranger in late} == {"reset"}
    assert siege.discarded("too many connections", "TCP") == 20
    assert not any(stranger.hears_end() for stranger in idle)
    await siege.calls_go_through("udp")
    await siege.calls_go_through("tcp", via="backup")
    for stranger in idle:
        stranger.close()
    await until(lambda: siege.element().endpoint.tcp.connections == 0)


async def test_connections_idle_for_an_hour_give_way(
    siege: Siege, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_CONNECTIONS", 20)
    monkeypatch.setattr(tcp, "IDLE_SECONDS", -1.0)
    idle = [await siege.stranger("TCP") for _ in range(20)]
    await until(lambda: siege.element().endpoint.tcp.connections == 20)

    await siege.calls_go_through("tcp")

    await until(lambda: all(stranger.hears_end() for stranger in idle))


async def test_a_flood_of_pings_is_answered_as_far_as_is_good(siege: Siege) -> None:
    stranger = await siege.stranger("TCP")

    stranger.send(b"\r\n\r\n" * 20_000)
    await siege.calls_go_through("tcp")
    await stranger.is_served()

    assert 0 < stranger.pongs < 20_000


async def test_many_messages_in_one_write_are_all_answered(siege: Siege) -> None:
    stranger = await siege.stranger("TCP")
    requests = [stranger.request("OPTIONS", "desk") for _ in range(500)]

    stranger.send(b"".join(requests))

    await until(lambda: stranger.statuses() == [200] * 500)


async def test_who_closes_right_after_asking_does_no_harm(siege: Siege) -> None:
    for _ in range(100):
        stranger: Stranger = await siege.stranger("TCP")
        stranger.send(stranger.request("INVITE", "desk", body=SDP))
        stranger.close()

    await until(lambda: siege.element().endpoint.tcp.connections == 0)
    await siege.until_quiet()
