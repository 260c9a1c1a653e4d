"""Malformed requests get their answer: what is saved of them, and when nothing is sent."""

import pytest

from sip.message import Response, parse_message
from sip.salvage import Salvaged, salvage
from tests.support.sip_messages import SDP, SIPP_ACK, SIPP_INVITE, message
from tests.support.torture_messages import torture_message

SOURCE = (b"192.0.2.77", 5099)


def saved(data: bytes) -> Salvaged:
    found = salvage(data)
    assert found is not None
    return found


def answer_to(data: bytes) -> Response:
    response = parse_message(saved(data).response(400, "", *SOURCE))
    assert isinstance(response, Response)
    return response


def test_the_answer_repeats_what_the_request_says_of_itself() -> None:
    broken = SIPP_INVITE.replace(b"Max-Forwards: 70", b"Max-Forwards: many")

    response = answer_to(broken)

    assert (response.status, response.reason) == (400, b"Bad Request")
    assert response.branch == b"z9hG4bK-4711-1-1"
    assert response.from_value == b"sipp <sip:sipp@127.0.0.1:5061>;tag=4711SIPpTag001"
    assert response.call_id == b"1-4711@127.0.0.1"
    assert (response.cseq, response.method) == (1, b"INVITE")
    assert response.to_value.startswith(b"service <sip:service@127.0.0.1:5060>;tag=")


def test_the_same_request_gets_the_same_tag_again() -> None:
    broken = SIPP_INVITE.replace(b"Max-Forwards: 70", b"Max-Forwards: many")

    assert answer_to(broken).to_tag == answer_to(broken).to_tag != b""


def test_the_answer_says_where_the_request_came_from() -> None:
    broken = torture_message("badaspec")

    text = saved(broken).response(400, "malformed To", *SOURCE)

    assert text.startswith(b"SIP/2.0 400 malformed To\r\n")
    assert b"branch=z9hG4bKkdju43234;received=192.0.2.77\r\n" in text


def test_a_via_is_used_up_to_where_it_stops_being_one() -> None:
    assert saved(torture_message("badinv01")).vias == (b"SIP/2.0/UDP 192.0.2.15",)


def test_a_via_with_a_parameter_twice_keeps_who_sent_it() -> None:
    broken = SIPP_INVITE.replace(b";branch=", b";branch=x;branch=")

    assert saved(broken).vias == (b"SIP/2.0/UDP 127.0.0.1:5061",)


def test_every_readable_via_is_repeated() -> None:
    broken = SIPP_INVITE.replace(
        b"From:", b"v: SIP/2.0/TCP a.example;branch=z9hG4bK2, rubbish\r\nFrom:", 1
    ).replace(b"CSeq: 1", b"CSeq: x")

    assert saved(broken).vias == (
        b"SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-4711-1-1",
        b"SIP/2.0/TCP a.example;branch=z9hG4bK2",
    )


def test_headers_that_are_missing_stay_missing() -> None:
    text = saved(torture_message("insuf")).response(400, "", *SOURCE)

    assert b"\r\nCSeq: 193942 INVITE\r\n" in text
    assert b"From:" not in text
    assert b"To:" not in text


def test_a_request_cut_before_its_empty_line_can_still_be_answered() -> None:
    assert saved(torture_message("baddn")).method == b"OPTIONS"


def test_spaces_round_the_colon_and_zeros_before_the_port_belong_to_a_via() -> None:
    broken = message(
        b"INVITE sip:a@b SIP/2.0",
        b"Via: SIP/2.0/UDP 192.0.2.1 : 05062;rport;branch=z9hG4bK1",
    )

    assert saved(broken).vias == (b"SIP/2.0/UDP 192.0.2.1 : 05062;rport;branch=z9hG4bK1",)
    assert b"rport=5099" in saved(broken).response(400, "", *SOURCE)


def test_a_line_without_a_colon_is_no_header() -> None:
    broken = message(
        b"INVITE sip:a@b SIP/2.0",
        b"v",
        b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    )

    assert saved(broken).vias == (b"SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",)


def test_what_is_copied_cannot_start_a_line_of_its_own() -> None:
    broken = message(
        b"INVITE sip:a@b SIP/2.0",
        b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
        b"Call-ID: a\nX-Evil: b\rc",
    )

    text = saved(broken).response(400, "", *SOURCE)

    assert b"Call-ID: a X-Evil: b c\r\n" in text


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(SIPP_ACK.replace(b"CSeq: 1", b"CSeq: x"), id="an ACK"),
        pytest.param(torture_message("bigcode"), id="a response"),
        pytest.param(torture_message("scalarlg"), id="a well-formed status line"),
        pytest.param(b"INVITE sip:a@b SIP/2.0\r\nTo: sip:a@b\r\n\r\n", id="no Via"),
        pytest.param(SIPP_INVITE.replace(b"SIP/2.0/UDP", b"SIP/2.0"), id="an unreadable Via"),
        pytest.param(b"GET / HTTP/1.1\r\nVia: SIP/2.0/UDP a\r\n\r\n", id="HTTP"),
        pytest.param(SDP, id="no message"),
        pytest.param(b"\r\n\r\n", id="keep-alive"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_nothing_is_saved_of(data: bytes) -> None:
    assert salvage(data) is None
