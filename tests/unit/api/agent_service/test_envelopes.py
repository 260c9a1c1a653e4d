"""Octets to the element that a body carries, and answers to octets."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from emulator.api.agent_service.envelope import (
    EnvelopeError,
    HeaderNotUnderstood,
    VersionMismatch,
    element_of,
    read_envelope,
    write_envelope,
)
from emulator.api.agent_service.names import ENVELOPE, SERVICE

TEXT = st.text(max_size=40)


def wrapped(body: str, header: str = "") -> bytes:
    """An envelope around `body`."""
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE}" xmlns="{SERVICE}">{header}'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def test_body_s_element_is_given_without_comments_and_instructions() -> None:
    element = read_envelope(wrapped("<!-- a --><?pi?> <SignIn>x<!-- b -->y</SignIn> "))

    assert element.tag == f"{{{SERVICE}}}SignIn"
    assert element.text == "xy"


def test_what_is_written_is_read() -> None:
    written = write_envelope(
        element_of("Answer", {"A": True, "B": [1, {"C": "<&>"}], "D": {"E": []}})
    )

    read = read_envelope(written)

    assert [(etree.QName(each).localname, each.text) for each in read.iter()] == [
        ("Answer", None), ("A", "true"), ("B", "1"), ("B", None), ("C", "<&>"), ("D", None),
    ]  # fmt: skip


@given(TEXT)
def test_any_text_can_be_told(text: str) -> None:
    read = read_envelope(write_envelope(element_of("Answer", {"A": text})))

    told = read[0].text or ""
    assert len(told) == len(text)
    assert text.isprintable() <= (told == text)


@given(st.binary(max_size=200))
def test_any_octets_are_an_element_or_no_envelope(data: bytes) -> None:
    with pytest.raises(EnvelopeError):
        read_envelope(data)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=3))
def test_damaged_envelope_is_an_element_or_no_envelope(at: int, damage: bytes) -> None:
    whole = wrapped("<SignIn><groupId>x</groupId></SignIn>", "<s:Header/>")

    with suppress(EnvelopeError):
        assert read_envelope(whole[:at] + damage + whole[at:]).tag


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.w3.org/2003/05/soap-envelope",
        "http://www.w3.org/2001/12/soap-envelope",
        "http://schemas.xmlsoap.org/soap/envelope",
        "urn:else",
        "",
    ],
)
def test_another_version_of_soap_is_a_mismatch(namespace: str) -> None:
    with pytest.raises(VersionMismatch):
        read_envelope(f'<Envelope xmlns="{namespace}"><Body><x/></Body></Envelope>'.encode())


@pytest.mark.parametrize("must", ["1", "true", " 1 "])
@pytest.mark.parametrize("actor", ["", f' s:actor="{ENVELOPE[:-9]}actor/next"'])
def test_header_for_us_that_must_be_understood_is_not(must: str, actor: str) -> None:
    header = f'<s:Header><h s:mustUnderstand="{must}"{actor}/></s:Header>'

    with pytest.raises(HeaderNotUnderstood, match="header h "):
        read_envelope(wrapped("<x/>", header))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"])
def test_document_type_hides_in_no_other_encoding(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY e "y">]>'
    data = (text + wrapped("<x>&e;</x>").decode()).encode(encoding)

    with pytest.raises(EnvelopeError):
        read_envelope(data)
