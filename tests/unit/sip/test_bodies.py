"""Bodies of one and of several parts: where the description is (RFC 2046 §5.1, RFC 5621)."""

import pytest

from sip.bodies import find_description, replace_description
from tests.support.sip_messages import SDP

MIXED = b'multipart/mixed; boundary="the edge"'


def parted(*parts: bytes, preamble: bytes = b"") -> bytes:
    return preamble + b"".join(b"--the edge\r\n" + p + b"\r\n" for p in parts) + b"--the edge--\r\n"


DESCRIBED = b"Content-Type: application/sdp\r\nContent-Disposition: session\r\n\r\n" + SDP
TEXT = b"Content-Type: text/plain\r\n\r\nContent-Type: application/sdp"
BARE = b"\r\nno headers"


@pytest.mark.parametrize("content_type", [None, b"application/sdp", b"Application / SDP;x=y"])
def test_a_description_alone_is_the_whole_body(content_type: bytes | None) -> None:
    assert find_description(content_type, SDP) == SDP
    assert replace_description(content_type, SDP, b"new") == b"new"


@pytest.mark.parametrize(
    "body",
    [
        parted(DESCRIBED),
        parted(TEXT, DESCRIBED),
        parted(BARE, DESCRIBED, TEXT),
        parted(DESCRIBED, preamble=b"for old readers\r\n"),
        parted(DESCRIBED.replace(b"Content-Type:", b"c :")),
    ],
)
def test_a_description_among_other_parts_is_found_and_replaced(body: bytes) -> None:
    assert find_description(MIXED, body) == SDP
    assert replace_description(MIXED, body, b"new") == body.replace(SDP, b"new")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (b"text/plain", SDP),
        (MIXED, b""),
        (MIXED, parted(TEXT, BARE)),
        (MIXED, b"--the edge\r\n" + DESCRIBED),
        (MIXED, b"--the edge"),
        (MIXED, b"--the edge\r\n--the edge\r\n--the edge--"),
        (b"multipart/mixed", parted(DESCRIBED)),
        (b"multipart/mixed;boundary", parted(DESCRIBED)),
        (b"multipart/mixed;;", parted(DESCRIBED)),
        (None, b""),
    ],
)
def test_a_body_without_a_description_stays_as_it_is(
    content_type: bytes | None, body: bytes
) -> None:
    assert find_description(content_type, body) is None
    assert replace_description(content_type, body, b"new") == body
