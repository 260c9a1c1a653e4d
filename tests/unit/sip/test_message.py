"""Messages: reading, judging, editing and writing them (RFC 3261 §7 and §8, RFC 4475, RFC 5118)."""

import pytest

from sip.errors import SipParseError
from sip.message import (
    MAX_HEADER_LINES,
    MAX_MESSAGE_BYTES,
    Request,
    Response,
    note_source,
    parse_message,
    response_bytes,
)
from sip.recognise import recognise
from sip.salvage import salvage
from sip.uri import SipUri, parse_uri
from tests.support.sip_messages import (
    PHONE_ACK,
    PHONE_INVITE,
    SDP,
    SIPP_ACK,
    SIPP_BYE,
    SIPP_CANCEL,
    SIPP_INVITE,
    message,
)
from tests.support.torture_messages import TORTURE, TortureMessage, torture_message


def request_of(data: bytes) -> Request:
    request = parse_message(data)
    assert isinstance(request, Request)
    return request


def response_of(data: bytes) -> Response:
    response = parse_message(data)
    assert isinstance(response, Response)
    return response


def torture_request(name: str) -> Request:
    return request_of(torture_message(name))


class TestReading:
    def test_a_request_says_what_its_headers_say(self) -> None:
        request = request_of(SIPP_INVITE)

        assert (request.method, request.uri) == (b"INVITE", b"sip:service@127.0.0.1:5060")
        assert request.vias == [b"SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-4711-1-1"]
        assert (request.branch, request.sent_by) == (b"z9hG4bK-4711-1-1", b"127.0.0.1:5061")
        assert (request.from_tag, request.to_tag) == (b"4711SIPpTag001", b"")
        assert request.to_value == b"service <sip:service@127.0.0.1:5060>"
        assert (request.call_id, request.cseq) == (b"1-4711@127.0.0.1", 1)
        assert (request.max_forwards, request.contact) == (70, b"sip:sipp@127.0.0.1:5061")
        assert request.body == SDP

    def test_a_response_says_what_its_headers_say(self) -> None:
        response = response_of(torture_message("unreason"))

        assert response.status == 200
        assert response.reason.decode().startswith("= 2**3 * 5**2 но сто")
        assert (response.method, response.cseq, response.to_tag) == (b"INVITE", 35, b"2229")
        assert response.contact == b"<sip:user@host198.example.com>"
        assert response_of(torture_message("noreason")).reason == b""

    def test_compact_and_odd_spellings_are_the_same_headers(self) -> None:
        request = torture_request("wsinv")

        assert [name for name, _ in request.fields] == [
            b"To",
            b"From",
            b"Max-Forwards",
            b"Call-ID",
            b"Content-Length",
            b"CSeq",
            b"Via",
            b"Subject",
            b"NewFangledHeader",
            b"UnknownHeaderWithUnusualValue",
            b"Content-Type",
            b"Route",
            b"Via",
            b"Contact",
        ]
        assert request.header("newfangledheader") == "newfangled value continued newfangled value"
        assert request.header("s") == ""
        assert request.header("Nowhere") is None

    def test_folded_and_listed_vias_are_one_element_each(self) -> None:
        request = torture_request("wsinv")

        assert len(request.vias) == 3
        assert (request.branch, request.sent_by) == (b"390skdjuw", b"192.0.2.2")
        assert (request.from_tag, request.to_tag) == (b"98asjd8", b"1918181833n")
        assert (request.cseq, request.max_forwards) == (9, 68)
        assert request.routes == [
            b"<sip:services.example.com;lr;unknownwith=value;unknown-no-value>"
        ]

    def test_values_of_a_list_header_are_parted_and_those_of_others_are_not(self) -> None:
        request = request_of(PHONE_INVITE)

        assert request.values(b"Supported")[:2] == [b"replaces", b"100rel"]
        assert request.values(b"Date") == [b"Sat, 13 Nov 2010 23:29:00 GMT"]
        assert request.values(b"Require") == []
        assert request.first(b"Session-Expires") == b"1800"
        assert request.first(b"Require") is None

    def test_octets_after_the_announced_body_are_ignored(self) -> None:
        assert request_of(SIPP_INVITE + b"more").body == SDP
        assert torture_request("dblreq").method == b"REGISTER"
        assert torture_request("dblreq").body == b""

    def test_without_content_length_the_body_is_the_rest(self) -> None:
        assert torture_request("inv2543").body.startswith(b"v=0")

    def test_line_ends_before_the_start_line_are_skipped(self) -> None:
        assert request_of(b"\r\n\r\n" + SIPP_BYE).method == b"BYE"

    def test_a_body_may_hold_any_octets(self) -> None:
        request = torture_request("mpart01")

        assert len(request.body) == 553
        assert b"\x00" in request.body

    def test_without_max_forwards_there_are_seventy_hops_left(self) -> None:
        assert torture_request("inv2543").max_forwards == 70
        assert torture_request("zeromf").max_forwards == 0

    def test_what_rfc_2543_left_out_is_empty(self) -> None:
        request = torture_request("inv2543")

        assert (request.branch, request.from_tag) == (b"", b"")
        assert request.record_routes == [b"<sip:UserB@example.com;maddr=ss1.example.com>"]

    def test_escapes_mean_the_octet_once(self) -> None:
        uri = parse_uri(torture_request("esc01").uri)
        contact = torture_request("esc01").contact

        assert isinstance(uri, SipUri)
        assert uri.user == b"sips:user@example.com"
        assert contact == b"<sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>"
        assert torture_request("esc02").method == b"RE%47IST%45R"

    def test_a_null_octet_does_not_end_a_user_part(self) -> None:
        request = torture_request("escnull")

        assert request.to_value == b"sip:null-%00-null@example.com"
        assert request.values(b"Contact") == [
            b"<sip:%00@host5.example.com>",
            b"<sip:%00%00@host5.example.com>",
        ]

    def test_a_semicolon_may_stand_in_a_user_part(self) -> None:
        uri = parse_uri(torture_request("semiuri").uri)

        assert isinstance(uri, SipUri)
        assert (uri.user, uri.host) == (b"user;par=u@example.net", b"example.com")

    def test_contact_parameters_without_brackets_are_the_headers(self) -> None:
        bare, bracketed = torture_request("cparam01"), torture_request("cparam02")

        assert bare.contact == b"sip:+19725552222@gw1.example.net;unknownparam"
        assert bracketed.contact == b"<sip:+19725552222@gw1.example.net;unknownparam>"

    def test_a_star_is_a_contact_of_register_only(self) -> None:
        lines = (
            b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
            b"From: <sip:a@b>;tag=1",
            b"To: <sip:a@b>",
            b"Call-ID: x",
            b"Contact: *",
        )

        register = message(b"REGISTER sip:b SIP/2.0", *lines, b"CSeq: 1 REGISTER", b"Expires: 0")
        assert request_of(register).contact == b"*"
        with pytest.raises(SipParseError):
            parse_message(message(b"INVITE sip:b SIP/2.0", *lines, b"CSeq: 1 INVITE"))
        with pytest.raises(SipParseError):
            parse_message(
                message(b"REGISTER sip:b SIP/2.0", *lines, b"CSeq: 1 REGISTER", b"m: <sip:a@c>")
            )


class TestRefusing:
    @pytest.mark.parametrize(
        ("change", "to", "status"),
        [
            pytest.param(b"SIP/2.0\r\nVia", b"SIP/3.0\r\nVia", 505, id="version"),
            pytest.param(b"SIP/2.0\r\nVia", b"SIP\r\nVia", 400, id="no version"),
            pytest.param(b"INVITE sip", b"INVITE  sip", 400, id="two spaces"),
            pytest.param(b"INVITE sip", b"INV@ITE sip", 400, id="method"),
            pytest.param(b"CSeq: 1 INVITE", b"CSeq: 1 BYE", 400, id="CSeq's method"),
            pytest.param(b"INVITE sip", b"NEWMETHOD sip", 501, id="unknown method, CSeq's another"),
            pytest.param(b"CSeq: 1", b"CSeq: 2147483648", 400, id="CSeq's number"),
            pytest.param(b"CSeq: 1 INVITE\r\n", b"", 400, id="no CSeq"),
            pytest.param(b"From:", b"X-From:", 400, id="no From"),
            pytest.param(b"To:", b"X-To:", 400, id="no To"),
            pytest.param(b"Via:", b"X-Via:", 400, id="no Via"),
            pytest.param(b"Call-ID:", b"X-Call-ID:", 400, id="no Call-ID"),
            pytest.param(b"Call-ID: 1-", b"Call-ID: 1 -", 400, id="Call-ID"),
            pytest.param(b"Max-Forwards: 70", b"Max-Forwards: 256", 400, id="Max-Forwards"),
            pytest.param(
                b"Max-Forwards: 70", b"Max-Forwards: 70\r\nf: <a:b>", 400, id="From twice"
            ),
            pytest.param(b"Subject", b"l: 0\r\nSubject", 400, id="Content-Length twice"),
            pytest.param(b"Content-Length:   ", b"Content-Length: 9", 400, id="too little body"),
            pytest.param(b"Content-Length:   ", b"Content-Length: -", 400, id="negative length"),
            pytest.param(b"application/sdp", b"application", 400, id="Content-Type"),
            pytest.param(b"Subject: ", b"Subject\r\nX: ", 400, id="no colon"),
            pytest.param(b"Subject: ", b"Sub ject: ", 400, id="header name"),
            pytest.param(b"Subject: ", b": ", 400, id="no header name"),
            pytest.param(b"Subject: ", b"Subject: a\nX: ", 400, id="LF alone"),
            pytest.param(b"Subject: ", b"Subject: a\rX: ", 400, id="CR alone"),
            pytest.param(b";tag=4711SIPpTag001", b";tag=a;tag=b", 400, id="two tags"),
            pytest.param(b";tag=4711SIPpTag001", b';tag="a"', 400, id="quoted tag"),
            pytest.param(b";branch=", b";rport;rport;branch=", 400, id="rport twice"),
            pytest.param(b";branch=", b";rport;branch=z9hG4bK;x=", 400, id="cookie alone"),
            pytest.param(b"Subject:", b"Route: sip:a\r\nSubject:", 400, id="Route"),
            pytest.param(b"Subject:", b"Record-Route: <x\r\nSubject:", 400, id="Record-Route"),
            pytest.param(b"Subject:", b"m: sip:a@b, ,sip:c\r\nSubject:", 400, id="Contact"),
            pytest.param(
                b"Contact: sip:sipp@127.0.0.1:5061",
                b"Contact: <sip:a@b>;q=1;q=0",
                400,
                id="Contact's parameter twice",
            ),
            pytest.param(
                b"Subject:", b"Route: <sip:a>;a;a\r\nSubject:", 400, id="Route's parameter twice"
            ),
        ],
    )
    def test_a_malformed_request_is_refused_with(
        self, change: bytes, to: bytes, status: int
    ) -> None:
        data = SIPP_INVITE.replace(change, to, 1)
        assert data != SIPP_INVITE

        with pytest.raises(SipParseError) as refusal:
            parse_message(data)

        assert refusal.value.status == status
        assert recognise(data) is None

    def test_the_error_says_at_which_octet(self) -> None:
        data = SIPP_INVITE.replace(b"Max-Forwards: 70", b"Max-Forwards: many")

        with pytest.raises(SipParseError) as refusal:
            parse_message(data)

        assert refusal.value.offset == data.index(b"many")
        assert str(refusal.value).endswith(f"(octet {data.index(b'many')}, 400)")

    def test_a_message_that_is_too_large_is_refused_with_513(self) -> None:
        room = MAX_MESSAGE_BYTES - len(SIPP_INVITE)
        fits = SIPP_INVITE + b" " * room

        assert request_of(fits).body == SDP
        for read in (parse_message, recognise):
            if read is recognise:
                assert recognise(fits + b" ") is None
                continue
            with pytest.raises(SipParseError) as refusal:
                read(fits + b" ")
            assert refusal.value.status == 513

    def test_a_message_of_too_many_lines_is_refused(self) -> None:
        lines = SIPP_BYE.count(b"\r\n") - 2
        some = b"Subject: x\r\n" * (MAX_HEADER_LINES - lines)

        assert len(request_of(SIPP_BYE.replace(b"Subject", some + b"Subject")).fields) == 256
        with pytest.raises(SipParseError):
            parse_message(SIPP_BYE.replace(b"Subject", some + b"Subject: y\r\nSubject"))

    def test_lines_that_end_in_lf_alone_are_no_message(self) -> None:
        with pytest.raises(SipParseError):
            parse_message(SIPP_INVITE.replace(b"\r\n", b"\n"))

    @pytest.mark.parametrize(
        "line",
        [
            b"SIP/2.0 99 Too Low",
            b"SIP/2.0 700 Too High",
            b"SIP/2.0 4294967301 Wrapped",
            b"SIP/3.0 200 OK",
            b"SIP/2.0 20 OK",
        ],
    )
    def test_a_malformed_status_line_is_refused(self, line: bytes) -> None:
        with pytest.raises(SipParseError):
            parse_message(message(line, *SIPP_BYE.split(b"\r\n")[1:-2]))

    @pytest.mark.parametrize("data", [b"", b"\r\n", b"\r\n\r\n", b"\x00\x00\r\n\r\n", b" \r\n\r\n"])
    def test_what_is_no_message_is_refused(self, data: bytes) -> None:
        with pytest.raises(SipParseError):
            parse_message(data)

    def test_expires_of_a_register_is_a_number_of_32_bits(self) -> None:
        register = torture_message("cparam01").replace(b"l: 0", b"Expires: %b\r\nl: 0")

        assert request_of(register % b"4294967295").first(b"Expires") == b"4294967295"
        for value in (b"4294967296", b"soon", b"-1"):
            with pytest.raises(SipParseError):
                parse_message(register % value)

    def test_spaces_without_end_are_read_in_no_time(self) -> None:
        with pytest.raises(SipParseError):
            parse_message(b"INVITE " + b" " * 60_000 + b"\r\n\r\n")
        with pytest.raises(SipParseError):
            parse_message(SIPP_INVITE.replace(b"<sip", b'"' + b"\\ " * 30_000 + b"<sip"))


class TestTorture:
    @pytest.mark.parametrize("case", TORTURE, ids=lambda case: f"{case.section} {case.name}")
    def test_the_parser_leaves_only_permitted_outcomes(self, case: TortureMessage) -> None:
        try:
            read = parse_message(case.data)
        except SipParseError as refusal:
            is_answered = case.is_request and salvage(case.data) is not None
            outcome = str(refusal.status) if is_answered else "none"
            assert outcome in case.permitted
            return

        assert isinstance(read, Request) == case.is_request
        if case.is_request:
            # The element may then give any of these; refusals of the parser are not among them.
            assert case.permitted - {"400", "505", "none", "4xx"}

    @pytest.mark.parametrize(
        "case",
        [case for case in TORTURE if case.kind == "valid"],
        ids=lambda case: f"{case.section} {case.name}",
    )
    def test_a_valid_message_is_read(self, case: TortureMessage) -> None:
        assert request_of(case.data).call_id

    def test_the_messages_are_all_there(self) -> None:
        assert len(TORTURE) == 62


class TestRecognising:
    @pytest.mark.parametrize(
        "data",
        [SIPP_INVITE, SIPP_ACK, SIPP_BYE, SIPP_CANCEL, PHONE_ACK],
        ids=["INVITE", "ACK", "BYE", "CANCEL", "a phone's ACK"],
    )
    def test_the_common_shape_is_recognised(self, data: bytes) -> None:
        request = recognise(data)

        assert request is not None
        assert request.is_common
        assert request.fields == request_of(data).fields

    def test_max_forwards_may_come_before_from(self) -> None:
        moved = SIPP_ACK.replace(b"Max-Forwards: 70\r\n", b"").replace(
            b"From:", b"Max-Forwards: 9\r\nFrom:"
        )
        request = recognise(moved)

        assert request is not None
        assert request.max_forwards == 9
        assert recognise(moved.replace(b"Contact:", b"Max-Forwards: 9\r\nContact:")) is None

    @pytest.mark.parametrize(
        "line",
        [
            b"Require: 100rel",
            b"Proxy-Require: x",
            b"Route: <sip:a;lr>",
            b"Record-Route: <sip:a;lr>",
            b"Via: SIP/2.0/UDP a;branch=z9hG4bK1",
            b"Accept: text/plain",
            b"Content-Encoding: gzip",
            b"Content-Type: text/plain",
            b"Replaces: a",
        ],
    )
    def test_a_request_that_asks_for_something_is_declined(self, line: bytes) -> None:
        assert recognise(SIPP_INVITE.replace(b"Subject:", line + b"\r\nSubject:")) is None

    def test_what_the_parser_reads_is_not_common(self) -> None:
        assert not request_of(PHONE_INVITE).is_common
        assert not request_of(SIPP_INVITE).is_common

    def test_a_header_is_looked_up_in_the_head_only(self) -> None:
        request = recognise(SIPP_INVITE.replace(b"a=rtpmap:0 PCMU/8000", b"Require: x/y/z/u/v/w"))

        assert request is not None
        assert request.body.endswith(b"Require: x/y/z/u/v/w\r\n")
        assert request.first(b"Require") is None
        assert request.first(b"Subject") == b"Performance Test"


class TestNotingTheSource:
    @pytest.mark.parametrize(
        ("via", "noted"),
        [
            (b"192.0.2.1:5061;branch=z9hG4bK1", b"192.0.2.1:5061;branch=z9hG4bK1"),
            (b"192.0.2.1;branch=z9hG4bK1", b"192.0.2.1;branch=z9hG4bK1"),
            (b"192.0.2.10;branch=z9hG4bK1", b"192.0.2.10;branch=z9hG4bK1;received=192.0.2.1"),
            (b"a.example;branch=z9hG4bK1", b"a.example;branch=z9hG4bK1;received=192.0.2.1"),
            (
                b"192.0.2.1;branch=z9hG4bK1;rport",
                b"192.0.2.1;branch=z9hG4bK1;rport=1024;received=192.0.2.1",
            ),
            (
                b"10.0.0.1;rport;branch=z9hG4bK1",
                b"10.0.0.1;rport=1024;received=192.0.2.1;branch=z9hG4bK1",
            ),
            (
                b"192.0.2.1;branch=z9hG4bK1;x;RPORT=7",
                b"192.0.2.1;branch=z9hG4bK1;x;rport=1024;received=192.0.2.1",
            ),
            (
                b"192.0.2.1;received=198.51.100.1;branch=z9hG4bK1",
                b"192.0.2.1;branch=z9hG4bK1",
            ),
        ],
    )
    def test_received_and_rport_say_where_it_came_from(self, via: bytes, noted: bytes) -> None:
        request = request_of(SIPP_INVITE.replace(b"127.0.0.1:5061;branch=z9hG4bK-4711-1-1", via))

        note_source(request, b"192.0.2.1", 1024)

        assert request.vias == [b"SIP/2.0/UDP " + noted]
        assert request.fields[0] == (b"Via", b"SIP/2.0/UDP " + noted)
        assert request.branch == b"z9hG4bK1"

    def test_an_ipv6_source_is_compared_by_value(self) -> None:
        via = b"[2001:DB8:0::1]:5070;branch=z9hG4bK1"
        request = request_of(SIPP_INVITE.replace(b"127.0.0.1:5061;branch=z9hG4bK-4711-1-1", via))

        note_source(request, b"2001:db8::1", 5070)
        assert request.vias == [b"SIP/2.0/UDP " + via]

        note_source(request, b"2001:db8::2", 5070)
        assert request.vias[0].endswith(b";received=2001:db8::2")


class TestAnswering:
    def test_a_response_repeats_what_it_must_and_adds_the_tag(self) -> None:
        request = request_of(SIPP_INVITE)

        data = response_bytes(
            request, 200, to_tag=b"a7", headers_block=b"Contact: <sip:a@b>\r\n", body=SDP
        )

        assert data == (
            b"SIP/2.0 200 OK\r\n"
            b"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-4711-1-1\r\n"
            b"From: sipp <sip:sipp@127.0.0.1:5061>;tag=4711SIPpTag001\r\n"
            b"To: service <sip:service@127.0.0.1:5060>;tag=a7\r\n"
            b"Call-ID: 1-4711@127.0.0.1\r\n"
            b"CSeq: 1 INVITE\r\n"
            b"Contact: <sip:a@b>\r\n"
            b"Content-Length: 129\r\n\r\n" + SDP
        )

    def test_all_vias_are_repeated_in_order(self) -> None:
        request = torture_request("transports")

        assert response_of(response_bytes(request, 200)).vias == request.vias

    def test_the_tag_is_neither_replaced_nor_given_to_a_100(self) -> None:
        invite, bye = request_of(SIPP_INVITE), request_of(SIPP_BYE)

        assert response_of(response_bytes(invite, 100, to_tag=b"x")).to_tag == b""
        assert response_of(response_bytes(bye, 200, to_tag=b"x")).to_tag == b"as7f"

    @pytest.mark.parametrize(("status", "count"), [(100, 0), (180, 2), (200, 2), (404, 0)])
    def test_record_route_is_repeated_in_what_makes_a_dialog(self, status: int, count: int) -> None:
        lines = b"Record-Route: <sip:b;lr>\r\nRecord-Route: <sip:a;lr>\r\nSubject:"
        request = request_of(SIPP_INVITE.replace(b"Subject:", lines))

        data = response_bytes(request, status)

        assert data.count(b"Record-Route") == count
        assert response_of(data).record_routes == request.record_routes[:count]

    def test_record_route_is_not_repeated_in_a_dialog(self) -> None:
        lines = b"Record-Route: <sip:b;lr>\r\nSubject:"

        assert b"Record-Route" not in response_bytes(
            request_of(SIPP_BYE.replace(b"Subject:", lines)), 200
        )

    def test_a_timestamp_is_repeated_in_a_100(self) -> None:
        request = request_of(SIPP_INVITE.replace(b"Subject:", b"Timestamp: 54\r\nSubject:"))

        assert b"\r\nTimestamp: 54\r\n" in response_bytes(request, 100)
        assert b"Timestamp" not in response_bytes(request, 180)

    @pytest.mark.parametrize("status", [100, 180, 200, 404, 699])
    def test_both_ways_to_make_a_response_give_the_same_octets(self, status: int) -> None:
        lines = b"Record-Route: <sip:b;lr>\r\nTimestamp: 1\r\nSubject:"
        request = request_of(SIPP_INVITE.replace(b"Subject:", lines))

        built = Response.build(
            request, status, to_tag=b"t", headers=[(b"Server", b"x")], body=b"abc"
        )

        assert built.to_bytes() == response_bytes(
            request, status, to_tag=b"t", headers_block=b"Server: x\r\n", body=b"abc"
        )
        assert response_of(built.to_bytes()).to_tag == built.to_tag

    def test_a_reason_of_ones_own_takes_the_place_of_the_phrase(self) -> None:
        request = request_of(SIPP_BYE)

        assert response_of(response_bytes(request, 480, b"Out")).reason == b"Out"
        assert Response.build(request, 480).reason == b"Temporarily Unavailable"


class TestEditing:
    def test_a_built_request_reads_as_it_was_built(self) -> None:
        request = Request.build(
            b"INVITE",
            b"sip:a@b",
            via=b"SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1;rport",
            from_value=b"<sip:c@d>;tag=1",
            to_value=b"<sip:a@b>",
            call_id=b"x@y",
            cseq=7,
            headers=[(b"Contact", b"<sip:c@192.0.2.1>"), (b"Route", b"<sip:r;lr>,<sip:s;lr>")],
            body=b"hello",
        )

        again = request_of(request.to_bytes())

        assert (request.branch, request.sent_by) == (b"z9hG4bK1", b"192.0.2.1:5070")
        assert request.routes == again.routes == [b"<sip:r;lr>", b"<sip:s;lr>"]
        assert (again.from_tag, again.contact) == (b"1", b"<sip:c@192.0.2.1>")
        assert again.fields == [*request.fields, (b"Content-Length", b"5")]

    def test_forwarding_leaves_all_other_lines_as_they_were(self) -> None:
        original = request_of(PHONE_INVITE)
        request = original.copy()

        request.uri = b"sip:agent@192.0.2.9"
        request.push_via(b"SIP/2.0/UDP 192.0.2.5;branch=z9hG4bKnew", b"z9hG4bKnew", b"192.0.2.5")
        request.push_record_route(b"<sip:192.0.2.5;lr>")
        assert request.pop_route() == b"<sip:10.0.0.5:5060;lr>"
        request.decrement_max_forwards()

        expected = (
            PHONE_INVITE.replace(b"sip:hotline@contoso.example;transport=udp", request.uri)
            .replace(b"Via:", b"Via: SIP/2.0/UDP 192.0.2.5;branch=z9hG4bKnew\r\nVia:")
            .replace(b"Route: <sip:10.0.0.5:5060;lr>\r\n", b"")
            .replace(b"Max-Forwards: 70", b"Max-Forwards: 69")
        )
        start, _, rest = expected.partition(b"\r\n")
        assert request.to_bytes() == start + b"\r\nRecord-Route: <sip:192.0.2.5;lr>\r\n" + rest
        assert original.to_bytes() == PHONE_INVITE

    def test_a_response_is_forwarded_without_its_top_via(self) -> None:
        response = response_of(response_bytes(torture_request("transports"), 200))

        assert response.pop_via().startswith(b"SIP/2.0/UDP t1")

        assert [via[:11] for via in response.values(b"Via")] == [
            b"SIP/2.0/SCT",
            b"SIP/2.0/TLS",
            b"SIP/2.0/UNK",
            b"SIP/2.0/TCP",
        ]

    def test_missing_max_forwards_is_added_with_seventy(self) -> None:
        request = torture_request("inv2543")

        request.decrement_max_forwards()

        assert (request.max_forwards, request.first(b"Max-Forwards")) == (70, b"70")

    def test_a_header_is_set_in_its_place_or_at_the_end(self) -> None:
        request = request_of(SIPP_INVITE)

        request.set_header(b"Subject", b"New")
        request.set_header(b"Server", b"x")
        request.set_header(b"To", b"<sip:a@b>;tag=9")
        request.set_header(b"Contact", b"<sip:z@y>")

        assert [name for name, _ in request.fields][-4:] == [
            b"Subject",
            b"Content-Type",
            b"Content-Length",
            b"Server",
        ]
        assert (request.to_tag, request.contact) == (b"9", b"<sip:z@y>")
        assert request_of(request.to_bytes()).to_value == b"<sip:a@b>;tag=9"

    @pytest.mark.parametrize("name", [b"Via", b"Route", b"Call-ID", b"CSeq", b"Content-Length"])
    def test_headers_with_a_method_of_their_own_are_not_set(self, name: bytes) -> None:
        request = request_of(SIPP_INVITE)

        with pytest.raises(ValueError, match="is not set"):
            request.set_header(name, b"x")
        with pytest.raises(ValueError, match="is not removed"):
            request.remove_header(name)

    def test_a_header_is_added_and_taken_away(self) -> None:
        request = request_of(SIPP_INVITE)

        request.add_header(b"Reason", b"SIP;cause=200")
        request.add_header(b"Reason", b"Q.850;cause=16")
        assert request.values(b"Reason") == [b"SIP;cause=200", b"Q.850;cause=16"]

        request.remove_header(b"Reason")
        request.remove_header(b"Contact")
        assert request.first(b"Reason") is None
        assert request.contact is None

    def test_content_length_follows_the_body(self) -> None:
        request = request_of(SIPP_INVITE)

        request.set_body(b"text/plain", b"hi")
        assert request_of(request.to_bytes()).body == b"hi"
        assert request.first(b"Content-Type") == b"text/plain"

        request.set_body(b"", b"")
        assert request.to_bytes().endswith(b"Content-Length: 0\r\n\r\n")
        assert request.first(b"Content-Type") is None

    def test_routes_are_replaced_at_once(self) -> None:
        request = request_of(PHONE_INVITE)

        request.set_routes([b"<sip:a;lr>", b"<sip:b;lr>"])
        request.push_route(b"<sip:c;lr>")

        assert request_of(request.to_bytes()).routes == [
            b"<sip:c;lr>",
            b"<sip:a;lr>",
            b"<sip:b;lr>",
        ]
