"""The parts of messages: whatever octets they are, they are read, or refused in one way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sip.bodies import find_description, replace_description
from sip.errors import SipParseError
from sip.headers import (
    parse_auth,
    parse_contacts,
    parse_cseq,
    parse_name_addr,
    parse_params,
    parse_via,
    quote,
    split_list,
    split_routes,
    unquote,
)
from sip.sdp import answer_offer, hide, media_address, read_media
from sip.uri import SipUri, parse_uri
from tests.support.torture_messages import TORTURE

VALUES = [
    line.partition(b":")[2].strip()
    for case in TORTURE
    for line in case.data.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
]
BODIES = [body for case in TORTURE if (body := case.data.partition(b"\r\n\r\n")[2])]
PIECES = st.sampled_from([bytes((o,)) for o in b'\x00 \t"%<>;,:@=?\\*/[].019aZ\xff'] + [b"%41"])
TEXTS = st.binary(max_size=20)

READERS: list[Callable[[bytes], Any]] = [
    parse_auth,
    parse_contacts,
    parse_cseq,
    parse_name_addr,
    parse_params,
    parse_uri,
    parse_via,
    split_list,
    split_routes,
]


@st.composite
def mutated(draw: st.DrawFn, corpus: list[bytes]) -> bytes:
    """A value of the corpus after a few small changes."""
    data = draw(st.sampled_from(corpus))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(PIECES) + data[at + draw(st.integers(0, 2)) :]
    return data


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@settings(max_examples=150)
@given(value=mutated(VALUES) | TEXTS)
def test_a_reader_gives_a_value_or_a_parse_error(
    reader: Callable[[bytes], Any], value: bytes
) -> None:
    try:
        read = reader(value)
    except SipParseError as error:
        refusal = error
    else:
        assert reader(value) == read
        return
    assert 0 <= refusal.offset <= len(value)


@given(
    user=TEXTS | st.none(),
    host=st.sampled_from([b"a.example", b"192.0.2.1", b"[2001:db8::1]", b"2001:db8::1"]),
    port=st.integers(0, 65535) | st.none(),
    params=st.dictionaries(st.binary(min_size=1, max_size=5), st.binary(min_size=1, max_size=9)),
)
def test_a_built_uri_reads_as_its_parts(
    user: bytes | None, host: bytes, port: int | None, params: dict[bytes, bytes]
) -> None:
    if user == b"":
        user = None
    uri = parse_uri(SipUri.build(user, host, port, params=params.items()).to_bytes())

    assert isinstance(uri, SipUri)
    assert (uri.user, uri.host.strip(b"[]"), uri.port) == (user, host.strip(b"[]"), port)
    assert uri == SipUri.build(user, host, port, params=params.items())


@given(mutated(VALUES))
def test_a_uri_equals_what_it_is_written_as(value: bytes) -> None:
    try:
        uri = parse_uri(value)
    except SipParseError:
        return

    again = parse_uri(uri.to_bytes())
    assert again == uri
    assert hash(again) == hash(uri)


@given(st.binary(max_size=40).filter(lambda text: b"\n" not in text))
def test_quoting_is_undone_by_unquoting(text: bytes) -> None:
    assert unquote(quote(text)) == text
    assert split_list(quote(text) + b", b") == [quote(text), b"b"]


@settings(max_examples=300)
@given(mutated(BODIES) | TEXTS)
def test_any_description_can_be_asked_and_hidden(body: bytes) -> None:
    answer = answer_offer(body, host=b"192.0.2.1", port=4000, session=7)
    if answer is not None:
        offered, answered = read_media(body), read_media(answer)
        assert offered is not None
        assert answered is not None
        assert [media.kind for media in answered] == [media.kind for media in offered]
        assert [media.port for media in answered if media.port] == [4000]
        assert media_address(answer) == (b"192.0.2.1", 4000)
    hidden = hide(body, host=b"192.0.2.1", session=7)
    assert hide(hidden, host=b"192.0.2.1", session=7).count(b"\n") == hidden.count(b"\n")


@given(mutated(BODIES), st.sampled_from([None, b"application/sdp", b"multipart/mixed;boundary=b"]))
def test_a_description_that_is_put_back_changes_nothing(
    body: bytes, content_type: bytes | None
) -> None:
    for data in (body, b"--b\r\nContent-Type: application/sdp\r\n\r\n" + body + b"\r\n--b--\r\n"):
        found = find_description(content_type, data)
        if found is not None:
            assert replace_description(content_type, data, found) == data
