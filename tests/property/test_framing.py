"""However a stream is cut up on its way, the same messages come out of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sip.transport.framing import FramingError, StreamFramer
from tests.support.sip_messages import PHONE_INVITE, SIPP_BYE, SIPP_INVITE, message

PARTS = [
    SIPP_INVITE,
    PHONE_INVITE,
    SIPP_BYE,
    message(b"OPTIONS sip:a@b SIP/2.0", b"l:\r\n 3", body=b"\r\n\r"),
    b"\r\n\r\n",
    b"\r\n",
    message(b"OPTIONS sip:a@b SIP/2.0", b"Content-Length: 1", b"l: 2"),
    message(b"OPTIONS sip:a@b SIP/2.0", b"Content-Length: 70000"),
    b"\r",
    b"\n",
    b"junk",
]
Outcome = tuple[list[bytes], int, int | None]


def outcome(chunks: list[bytes]) -> Outcome:
    """The messages and pings that come out of `chunks`, and the status of what ended the stream."""
    framer = StreamFramer()
    messages: list[bytes] = []
    for chunk in chunks:
        try:
            messages += framer.feed(chunk)
        except FramingError as error:
            return messages + error.messages, framer.pings, error.status
    return messages, framer.pings, None


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False) if start < end]


@given(
    parts=st.lists(st.sampled_from(PARTS), max_size=8),
    places=st.lists(st.integers(min_value=0, max_value=10_000), max_size=30),
)
def test_any_split_of_a_stream_gives_the_same_messages(
    parts: list[bytes], places: list[int]
) -> None:
    stream = b"".join(parts)

    assert outcome(cut(stream, places)) == outcome([stream] if stream else [])


@given(data=st.binary(max_size=300), places=st.lists(st.integers(0, 300), max_size=10))
def test_any_octets_are_taken_and_at_most_one_message_is_kept(
    data: bytes, places: list[int]
) -> None:
    framer = StreamFramer()
    given_back = 0
    try:
        for chunk in cut(data, places):
            given_back += sum(map(len, framer.feed(chunk)))
    except FramingError:
        return
    assert given_back + len(framer._buffer) <= len(data)
