"""Framing: a stream is cut into messages by Content-Length, within bounds (RFC 3261 §18.3)."""

from __future__ import annotations

import pytest

from sip.transport.framing import (
    KEEP_ALIVE,
    MAX_HEAD_BYTES,
    MAX_MESSAGE_BYTES,
    FramingError,
    StreamFramer,
)
from tests.support.sip_messages import PHONE_INVITE, SIPP_ACK, SIPP_BYE, SIPP_INVITE, message


def with_length(value: bytes, body: bytes = b"", name: bytes = b"Content-Length") -> bytes:
    return message(b"OPTIONS sip:a@b SIP/2.0", b"Via: x", name + b": " + value, body=body)


def fed_by_octets(data: bytes) -> list[bytes]:
    framer = StreamFramer()
    return [found for i in range(len(data)) for found in framer.feed(data[i : i + 1])]


def test_a_message_that_comes_octet_by_octet_is_whole_at_its_last_one() -> None:
    framer = StreamFramer()

    for octet in SIPP_INVITE[:-1]:
        assert framer.feed(bytes((octet,))) == []
        assert framer.is_within_message
    assert framer.feed(SIPP_INVITE[-1:]) == [SIPP_INVITE]
    assert not framer.is_within_message


def test_messages_that_come_together_are_parted() -> None:
    messages = [SIPP_INVITE, PHONE_INVITE, SIPP_ACK, SIPP_BYE]

    assert StreamFramer().feed(b"".join(messages)) == messages
    assert fed_by_octets(b"".join(messages)) == messages


def test_a_message_that_comes_with_the_start_of_the_next_is_given_at_once() -> None:
    framer = StreamFramer()

    assert framer.feed(SIPP_INVITE + SIPP_BYE[:50]) == [SIPP_INVITE]
    assert framer.is_within_message
    assert framer.feed(SIPP_BYE[50:]) == [SIPP_BYE]


@pytest.mark.parametrize(
    "name", [b"Content-Length", b"content-length", b"CONTENT-LENGTH", b"l", b"L"]
)
@pytest.mark.parametrize("value", [b"5", b" 5 ", b"005", b"\t5", b"\r\n 5", b"\r\n\t 5  "])
def test_the_length_is_found_however_it_is_written(name: bytes, value: bytes) -> None:
    whole = with_length(value, b"12345", name)

    assert StreamFramer().feed(whole + SIPP_BYE) == [whole, SIPP_BYE]


def test_the_same_length_twice_is_no_contradiction() -> None:
    whole = message(b"OPTIONS sip:a@b SIP/2.0", b"l: 2", b"Content-Length: 2", body=b"ok")

    assert StreamFramer().feed(whole) == [whole]


def test_without_a_length_there_is_no_body() -> None:
    bare = message(b"OPTIONS sip:a@b SIP/2.0", b"Via: x")

    assert StreamFramer().feed(bare + SIPP_BYE) == [bare, SIPP_BYE]


def test_a_length_in_the_body_or_in_another_header_does_not_count() -> None:
    whole = message(
        b"OPTIONS sip:a@b SIP/2.0",
        b"Subject: Content-Length: 9",
        b"X-Content-Length: 9",
        b"Content-Length: 19",
        body=b"Content-Length: 1\r\n",
    )

    assert StreamFramer().feed(whole + SIPP_BYE) == [whole, SIPP_BYE]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ((b"Content-Length: 5", b"l: 6"), 400),
        ((b"Content-Length: 5", b"Content-Length: 05"), 400),
        ((b"Content-Length: -1",), 400),
        ((b"Content-Length: +1",), 400),
        ((b"Content-Length: x",), 400),
        ((b"Content-Length: 1 2",), 400),
        ((b"Content-Length:",), 400),
        ((b"Content-Length: 9999999999",), 400),
        ((b"Content-Length: %d" % MAX_MESSAGE_BYTES,), 513),
        ((b"Content-Length: 999999999",), 513),
    ],
    ids=["contradicting", "written-otherwise", "negative", "signed", "word", "two", "empty",
         "too-long-a-number", "too-large", "much-too-large"],
)  # fmt: skip
def test_a_length_that_nobody_can_rely_on_ends_the_stream(
    lines: tuple[bytes, ...], status: int
) -> None:
    bad = message(b"OPTIONS sip:a@b SIP/2.0", *lines)

    with pytest.raises(FramingError) as caught:
        StreamFramer().feed(SIPP_BYE + bad + SIPP_ACK)

    assert caught.value.status == status
    assert caught.value.head == bad
    assert caught.value.messages == [SIPP_BYE]


def test_a_header_of_any_length_is_not_awaited_for_ever() -> None:
    framer = StreamFramer()
    framer.feed(b"OPTIONS sip:a@b SIP/2.0\r\n")
    line = b"X: " + b"x" * 1_021 + b"\r\n"
    for _ in range(MAX_HEAD_BYTES // len(line) - 1):
        framer.feed(line)

    with pytest.raises(FramingError) as caught:
        framer.feed(line + line)

    assert caught.value.status == 513
    assert caught.value.messages == []


def test_the_largest_message_that_is_taken_is_taken_whole() -> None:
    head = len(with_length(b"64000"))
    whole = with_length(b"%d" % (MAX_MESSAGE_BYTES - head), b"x" * (MAX_MESSAGE_BYTES - head))
    assert len(whole) == MAX_MESSAGE_BYTES

    assert StreamFramer().feed(whole) == [whole]
    with pytest.raises(FramingError):
        StreamFramer().feed(with_length(b"%d" % (MAX_MESSAGE_BYTES - head + 1)))


def test_a_ping_is_counted_and_is_no_message() -> None:
    framer = StreamFramer()

    assert framer.feed(KEEP_ALIVE) == []
    assert framer.feed(KEEP_ALIVE + SIPP_BYE + KEEP_ALIVE) == [SIPP_BYE]
    for octet in KEEP_ALIVE:
        assert framer.feed(bytes((octet,))) == []

    assert framer.pings == 4


@pytest.mark.parametrize("ends", [b"\r", b"\r\n", b"\r\n\r"])
def test_line_ends_alone_are_no_message_that_is_awaited(ends: bytes) -> None:
    framer = StreamFramer()

    assert framer.feed(ends) == []

    assert not framer.is_within_message


@pytest.mark.parametrize("count", [1, 3, 5])
def test_line_ends_before_a_message_are_skipped(count: int) -> None:
    assert StreamFramer().feed(b"\r\n" * count + SIPP_BYE) == [SIPP_BYE]
    assert fed_by_octets(b"\r\n" * count + SIPP_BYE + b"\r\n" + SIPP_ACK) == [SIPP_BYE, SIPP_ACK]
