"""Which key an INFO tells of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.service.menu import pressed_key
from sip.message import Request

_RELAY = b"application/dtmf-relay"
_BARE = b"application/dtmf"


def _info(content_type: bytes | None, body: bytes) -> Request:
    return Request.build(
        b"INFO",
        b"sip:pool@127.0.0.1",
        via=None,
        from_value=b"<sip:a@127.0.0.1>;tag=1",
        to_value=b"<sip:b@127.0.0.1>;tag=2",
        call_id=b"1",
        cseq=2,
        headers=[] if content_type is None else [(b"Content-Type", content_type)],
        body=body,
    )


@pytest.mark.parametrize(
    ("content_type", "body", "key"),
    [
        (_RELAY, b"Signal=1\r\nDuration=160\r\n", "1"),
        (_RELAY, b"Signal= 5\r\nDuration= 160\r\n", "5"),
        (_RELAY, b"Signal = 0\nDuration = 160\n", "0"),
        (_RELAY, b"signal=*\r\nduration=160", "*"),
        (_RELAY, b"Duration=160\r\nSignal=#", "#"),
        (_RELAY, b"Signal=10\r\n", "*"),
        (_RELAY, b"Signal=11\r\n", "#"),
        (_RELAY, b"Signal=d\r\n", "D"),
        (b"APPLICATION/DTMF-RELAY", b"Signal=1", "1"),
        (b"application/dtmf-relay ; charset=utf-8", b"Signal=1", "1"),
        (_BARE, b"7", "7"),
        (_BARE, b" *\r\n", "*"),
        (_BARE, b"11", "#"),
        (_BARE, b"Signal=3\r\nDuration=100\r\n", "3"),
    ],
)
def test_a_key_is_read_in_all_the_spellings_there_are(
    content_type: bytes, body: bytes, key: str
) -> None:
    assert pressed_key(_info(content_type, body)) == key


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (None, b"Signal=1\r\n"),
        (b"application/sdp", b"Signal=1\r\n"),
        (b"application/dtmf-relayed", b"Signal=1\r\n"),
        (_RELAY, b""),
        (_RELAY, b"1"),
        (_RELAY, b"Duration=160\r\n"),
        (_RELAY, b"Signal=\r\nDuration=160\r\n"),
        (_RELAY, b"Signal=E\r\n"),
        (_RELAY, b"Signal=12\r\n"),
        (_RELAY, b"Signal=1 2\r\n"),
        (_RELAY, b"NoSignal=1\r\n"),
        (_BARE, b"hookflash"),
        (_BARE, b"12"),
        (_BARE, b"1 2"),
        (_BARE, b"\xff"),
    ],
)
def test_what_tells_of_no_key_or_of_several_is_none(
    content_type: bytes | None, body: bytes
) -> None:
    assert pressed_key(_info(content_type, body)) is None


@given(content_type=st.sampled_from([_RELAY, _BARE]), body=st.binary(max_size=60))
def test_any_body_tells_of_one_key_or_of_none(content_type: bytes, body: bytes) -> None:
    key = pressed_key(_info(content_type, body))

    assert key is None or (len(key) == 1 and key in "0123456789*#ABCD")


@given(body=st.text(alphabet="Signal=0123456789*#ABD \t\r\n", max_size=60))
def test_any_lines_tell_of_one_key_or_of_none(body: str) -> None:
    key = pressed_key(_info(_RELAY, body.encode()))

    assert key is None or key in "0123456789*#ABCD"
