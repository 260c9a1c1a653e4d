"""The readers of messages: the fast one says what the general one says, or nothing."""

from __future__ import annotations

import contextlib
from types import GetSetDescriptorType, MemberDescriptorType

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sip.errors import SipParseError
from sip.message import Message, Request, Response, note_source, parse_message, response_bytes
from sip.recognise import recognise
from sip.salvage import salvage
from tests.support.sip_messages import (
    DESK_INVITE,
    PHONE_ACK,
    PHONE_INVITE,
    SIPP_ACK,
    SIPP_BYE,
    SIPP_CANCEL,
    SIPP_INVITE,
)
from tests.support.torture_messages import TORTURE

COMMON = (SIPP_INVITE, SIPP_ACK, SIPP_BYE, SIPP_CANCEL, PHONE_ACK, DESK_INVITE)
CORPUS = (*COMMON, PHONE_INVITE, *[case.data for case in TORTURE])
HOW_IT_IS_KEPT = frozenset(("edited", "is_common", "listed", "ordered", "raw"))

# What a mutation puts in: characters that mean something, and lines that change what is meant.
PIECES = st.sampled_from(
    [bytes((octet,)) for octet in b'\x00 \t\r\n"%<>;,:@=?\\*/[](){}-.0179aZ_\x7f\xc3\xff']
    + [
        b"\r\n",
        b"\r\n ",
        b"\r\n\r\n",
        b";tag=x",
        b";rport",
        b";rport=5",
        b";branch=z9hG4bK",
        b";received=192.0.2.1",
        b", <sip:a@b>",
        b"%41",
        b"%",
        b'"a"',
        b"sips:",
        b"tel:",
        b"[::1]",
        b":70000",
        b":05060",
        b"SIP/2.0",
        b"Max-Forwards: 12\r\n",
        b"Content-Length: 0\r\n",
        b"Content-Type: text/plain\r\n",
        b"Require: x\r\n",
        b"Accept: text/plain\r\n",
        b"Accept: application/sdp;q=0\r\n",
        b"X-Thing: \r\r\n",
        b"Route: <sip:a;lr>\r\n",
        b"Record-Route: <sip:a;lr>\r\n",
        b"v: SIP/2.0/TCP a;branch=z9hG4bKb\r\n",
        b"Contact: <sip:a@b>\r\n",
        b"To: <sip:a@b>\r\n",
        b"Subject: x\r\n",
        b"User-Agent:y\r\n",
        b"subject: x\r\n",
    ]
)


@st.composite
def mutated(draw: st.DrawFn, corpus: tuple[bytes, ...] = CORPUS) -> bytes:
    """A message of the corpus after a few small changes."""
    data = draw(st.sampled_from(corpus))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        piece = draw(PIECES)
        length = draw(st.sampled_from((0, 0, 1, 1, 2, 7)))
        data = data[:at] + piece + data[at + length :]
    return data


@st.composite
def swapped(draw: st.DrawFn) -> bytes:
    """A common message with lines moved, doubled or dropped, or taken from another one."""
    head, _, body = draw(st.sampled_from(COMMON)).partition(b"\r\n\r\n")
    start, *lines = head.split(b"\r\n")
    others = draw(st.sampled_from(CORPUS)).partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    for _ in range(draw(st.integers(0, 3))):
        line = draw(st.sampled_from([*lines, *others]))
        lines.insert(draw(st.integers(0, len(lines))), line)
        is_dropped = draw(st.booleans())
        if is_dropped and lines:
            lines.pop(draw(st.integers(0, len(lines) - 1)))
    return b"\r\n".join((start, *lines)) + b"\r\n\r\n" + body


def all_of(message: Message) -> dict[str, object]:
    """Everything that can be asked of a message."""
    said: dict[str, object] = {
        name: getattr(message, name)
        for kind in (Message, type(message))
        for name, attribute in vars(kind).items()
        # Slots, and what stands for them where the class is compiled.
        if isinstance(attribute, MemberDescriptorType | GetSetDescriptorType)
        and name not in HOW_IT_IS_KEPT
    }
    names = [name for name, _ in message.fields]
    said["type"] = type(message)
    said["fields"] = message.fields
    said["first"] = [message.first(name) for name in names]
    said["values"] = [message.values(name) for name in names]
    said["start_line"] = message.start_line
    return said


def read(data: bytes) -> Request | Response | None:
    try:
        return parse_message(data)
    except SipParseError:
        return None


@settings(max_examples=1500)
@given(mutated() | mutated(COMMON) | swapped())
def test_the_fast_path_declines_or_agrees_with_the_parser(data: bytes) -> None:
    recognised = recognise(data)
    if recognised is None:
        return

    parsed = read(data)
    assert parsed is not None
    # Look-up before `fields` has been asked for goes another way than after it.
    for name, _ in parsed.fields:
        assert recognised.first(name) == parsed.first(name)
    assert all_of(recognised) == all_of(parsed)


@settings(max_examples=500)
@given(mutated() | st.binary(max_size=200))
@example(b"")
def test_no_octets_raise_anything_but_a_parse_error(data: bytes) -> None:
    message = read(data)

    if message is not None:
        assert all_of(message)
    recognise(data)
    saved = salvage(data)
    if saved is not None:
        assert saved.response(400, "", b"192.0.2.1", 5060).startswith(b"SIP/2.0 400 ")


@settings(max_examples=500)
@given(mutated())
def test_a_message_that_is_written_reads_the_same(data: bytes) -> None:
    message = read(data)
    if message is None:
        return

    again = read(message.to_bytes())

    assert again is not None
    expected, found = all_of(message), all_of(again)
    # What is not in the octets that came may be in those that are written: Content-Length.
    for said in (expected, found):
        said["fields"] = [f for f in message.fields if f[0] != b"Content-Length"]
        del said["first"], said["values"]
    assert found == expected


@settings(max_examples=300)
@given(mutated())
def test_the_response_to_what_is_read_can_be_read(data: bytes) -> None:
    request = read(data)
    if not isinstance(request, Request):
        return

    note_source(request, b"192.0.2.1", 5099)
    response = read(response_bytes(request, 200, to_tag=b"t"))

    assert isinstance(response, Response)
    assert response.vias == request.vias
    assert response.branch == request.branch
    assert response.call_id == request.call_id
    assert (response.cseq, response.method) == (request.cseq, request.method)


@settings(max_examples=300)
@given(mutated(), st.lists(st.sampled_from(["via", "route", "record", "hops", "pop"]), max_size=5))
def test_an_edited_copy_leaves_the_original_alone(data: bytes, edits: list[str]) -> None:
    request = read(data)
    if not isinstance(request, Request):
        return
    before = request.to_bytes()

    copy = request.copy()
    for edit in edits:
        if edit == "via":
            copy.push_via(b"SIP/2.0/UDP 192.0.2.5;branch=z9hG4bKq", b"z9hG4bKq", b"192.0.2.5")
        elif edit == "route":
            copy.push_route(b"<sip:r;lr>")
        elif edit == "record":
            copy.push_record_route(b"<sip:rr;lr>")
        elif edit == "hops":
            copy.decrement_max_forwards()
        else:
            with contextlib.suppress(IndexError):
                copy.pop_route()

    assert request.to_bytes() == before
    if copy.max_forwards >= 0:
        again = read(copy.to_bytes())
        assert isinstance(again, Request)
        assert (again.vias, again.routes) == (copy.vias, copy.routes)
        assert (again.record_routes, again.max_forwards) == (copy.record_routes, copy.max_forwards)
