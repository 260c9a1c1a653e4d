"""Header values: what they say, and which are refused (RFC 3261 §20 and §25, RFC 5118)."""

import pytest

from sip.errors import SipParseError
from sip.headers import (
    media_type,
    parse_auth,
    parse_contacts,
    parse_cseq,
    parse_name_addr,
    parse_number,
    parse_params,
    parse_via,
    quote,
    split_list,
    split_routes,
    tag_of,
    unquote,
    valid_media_type,
)


def test_a_port_with_more_zeros_than_a_number_may_have_digits_is_malformed() -> None:
    assert parse_via(b"SIP/2.0/UDP 192.0.2.1:" + b"0" * 200 + b"5070").port == 5070

    with pytest.raises(SipParseError):
        parse_via(b"SIP/2.0/UDP 192.0.2.1:" + b"0" * 5_000 + b"5070")


def test_a_via_says_who_sent_the_request_and_where_its_response_goes() -> None:
    via = parse_via(b"SIP/2.0/udp [2001:db8::9:1]:5070;branch=z9hG4bK1;rport;received=2001:db8::2")

    assert (via.transport, via.host, via.port) == (b"UDP", b"[2001:db8::9:1]", 5070)
    assert (via.branch, via.received, via.rport) == (b"z9hG4bK1", b"2001:db8::2", 0)
    assert via.sent_by == b"[2001:db8::9:1]:5070"
    assert via.response_address() == (b"2001:db8::2", 5070)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (b"SIP/2.0/UDP host.example.com", (b"host.example.com", 5060)),
        (b"SIP/2.0/UDP 192.0.2.1:5070", (b"192.0.2.1", 5070)),
        (b"SIP/2.0/UDP 192.0.2.1:5070;received=192.0.2.9", (b"192.0.2.9", 5070)),
        (b"SIP/2.0/UDP 10.0.0.1;rport=1024;received=192.0.2.9", (b"192.0.2.9", 1024)),
        (b"SIP/2.0/UDP 10.0.0.1;rport=1024;maddr=239.255.255.1", (b"239.255.255.1", 5060)),
        (b"SIP/2.0/UDP [::1]:6050;received=[::2]", (b"::2", 6050)),
    ],
)
def test_a_response_goes_where_the_via_says(value: bytes, address: tuple[bytes, int]) -> None:
    assert parse_via(value).response_address() == address


def test_spaces_are_allowed_where_the_grammar_has_them() -> None:
    via = parse_via(
        b"SIP  / 2.0  / TCP     spindle.example.com :  5080 ; branch  =   z9hG4bK9ikj8 "
    )

    assert (via.transport, via.host, via.port) == (b"TCP", b"spindle.example.com", 5080)
    assert via.branch == b"z9hG4bK9ikj8"


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"SIP/2.0/UDP",
        b"SIP/2.0 192.0.2.1",
        b"SIP/2.0/UDP 192.0.2.15;;,;,,",
        b"SIP/2.0/UDP 192.0.2.1:70000;branch=z9hG4bK1",
        b"SIP/2.0/UDP 192.0.2.1 x;branch=a",
        b"SIP/2.0/UDP 192.0.2.1;branch=a;branch=b",
        b"SIP/2.0/UDP a b;branch=a",
        b"SIP/2.0/UDP [2001:db8:::1];branch=a",
        b'SIP/2.0/UDP 192.0.2.1;branch="a',
    ],
)
def test_a_malformed_via_is_refused(value: bytes) -> None:
    with pytest.raises(SipParseError):
        parse_via(value)


@pytest.mark.parametrize(
    ("value", "display", "uri", "params"),
    [
        (b"sip:a@b;tag=1", b"", b"sip:a@b", {b"tag": b"1"}),
        (b"<sip:a@b;x=y>;Tag=1;z", b"", b"sip:a@b;x=y", {b"tag": b"1", b"z": None}),
        (b"caller<sip:a@b>", b"caller", b"sip:a@b", {}),
        (b"two words <sip:a@b>", b"two words", b"sip:a@b", {}),
        ("Jörg <sip:a@b>".encode(), "Jörg".encode(), b"sip:a@b", {}),
        (b'"J R \\\\\\""  <sip:a@b> ;  tag = 98', b'J R \\"', b"sip:a@b", {b"tag": b"98"}),
        (b'"Bell, Alexander" <sip:a@b>', b"Bell, Alexander", b"sip:a@b", {}),
        (b"<sip:a@b?Route=%3Csip:c%3E>;q=0.5", b"", b"sip:a@b?Route=%3Csip:c%3E", {b"q": b"0.5"}),
        (b"isbn:2983792873", b"", b"isbn:2983792873", {}),
        (b"<tel:+1;phone-context=x>", b"", b"tel:+1;phone-context=x", {}),
        (b'<sip:a@b>;+sip.i="<urn:1>"', b"", b"sip:a@b", {b"+sip.i": b'"<urn:1>"'}),
    ],
)
def test_an_address_is_read_into_display_uri_and_parameters(
    value: bytes, display: bytes, uri: bytes, params: dict[bytes, bytes | None]
) -> None:
    address = parse_name_addr(value)

    assert (address.display, address.uri, address.params) == (display, uri, params)
    assert parse_name_addr(address.to_bytes()) == address


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b'"Mr. J. User <sip:j.user@example.com>',
        b"Bell, Alexander <sip:a.g.bell@example.com>",
        b'"Watson, Thomas" < sip:t.watson@example.org >',
        b"sip:user@example.com?Route=%3Csip:sip.example.com%3E",
        b"<sip:a@b",
        b"<sip:a@b>;",
        b"<sip:a@b>;tag=1;tag=2",
        b'"Joe" <sip:joe@example.org>;;;;',
        b"<sip:2001:db8::1>",
        b"<>",
        b"*",
    ],
)
def test_a_malformed_address_is_refused(value: bytes) -> None:
    with pytest.raises(SipParseError):
        parse_name_addr(value)


def test_commas_part_a_list_only_outside_of_quotes_and_brackets() -> None:
    value = b'"a, \\", b" <sip:x@y;p=1,2>;q=1 , <sip:z@y?s=1,2>,sip:w@y'

    assert split_list(value) == [
        b'"a, \\", b" <sip:x@y;p=1,2>;q=1',
        b"<sip:z@y?s=1,2>",
        b"sip:w@y",
    ]


@pytest.mark.parametrize("value", [b"a,", b",a", b"a,,b", b'"a, b', b"<a, b", b" , "])
def test_a_list_with_an_empty_or_open_element_is_refused(value: bytes) -> None:
    with pytest.raises(SipParseError):
        split_list(value)


def test_contacts_are_a_list_or_a_star() -> None:
    contacts = parse_contacts(b"<sip:a@b>;q=0.7, sip:c@d;q=x")

    assert contacts is not None
    assert [(contact.uri, contact.q) for contact in contacts] == [
        (b"sip:a@b", 0.7),
        (b"sip:c@d", 1.0),
    ]
    assert parse_contacts(b"*") is None


def test_a_route_needs_its_angle_brackets() -> None:
    assert split_routes(b"<sip:a;lr>, P1 <sip:b;lr>;x=y") == [b"<sip:a;lr>", b"P1 <sip:b;lr>;x=y"]
    with pytest.raises(SipParseError):
        split_routes(b"sip:a;lr")


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        (b"1 INVITE", (1, b"INVITE")),
        (b"0009 \t INVITE", (9, b"INVITE")),
        (b"0 ACK", (0, b"ACK")),
        (b"2147483647 BYE", (2**31 - 1, b"BYE")),
    ],
)
def test_a_cseq_is_a_number_and_a_method(value: bytes, parsed: tuple[int, bytes]) -> None:
    assert parse_cseq(value) == parsed


@pytest.mark.parametrize(
    "value", [b"2147483648 BYE", b"36893488147419103232 BYE", b"-1 BYE", b"1", b"BYE", b"1  "]
)
def test_a_cseq_out_of_range_or_shape_is_refused(value: bytes) -> None:
    with pytest.raises(SipParseError):
        parse_cseq(value)


@pytest.mark.parametrize("value", [b"", b"-1", b"+1", b"1_0", b"256", b"9" * 5000, b"1 "])
def test_a_number_is_digits_within_its_limit(value: bytes) -> None:
    assert parse_number(b"0068", 255) == 68
    with pytest.raises(SipParseError):
        parse_number(value, 255)


def test_parameters_have_names_in_lower_case_and_values_as_written() -> None:
    assert parse_params(b';A=B ; c ;d = "e;f"') == {b"a": b"B", b"c": None, b"d": b'"e;f"'}


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        (b"<sip:a@b>;tag=x", b"x"),
        (b"<sip:a@b;tag=y>", b""),
        (b'"a;tag=z" <sip:a@b>;TAG=q', b"q"),
        (b"no address", b""),
    ],
)
def test_the_tag_is_a_parameter_of_the_header(value: bytes, tag: bytes) -> None:
    assert tag_of(value) == tag


def test_credentials_are_a_scheme_with_unquoted_parameters() -> None:
    value = b'Digest username="a\\"b", realm="x, y",qop=auth , nc=00000001'

    assert parse_auth(value) == (
        b"digest",
        {b"username": b'a"b', b"realm": b"x, y", b"qop": b"auth", b"nc": b"00000001"},
    )


def test_credentials_of_an_unknown_kind_have_no_parameters() -> None:
    assert parse_auth(b"Bearer abc==") == (b"bearer", {})
    assert parse_auth(b"NoOneKnowsThisScheme opaque-data=here")[0] == b"nooneknowsthisscheme"
    with pytest.raises(SipParseError):
        parse_auth(b"Digest")
    with pytest.raises(SipParseError):
        parse_auth(b"Digest a=1, A=2")


def test_quoting_and_unquoting_are_each_others_reverse() -> None:
    text = b'say "hi" \\ there'

    assert unquote(quote(text)) == text
    assert unquote(b"token") == b"token"
    assert unquote(b'"') == b'"'


@pytest.mark.parametrize("value", [b"application/sdp", b'multipart/mixed;boundary="a b"', b"a / b"])
def test_a_content_type_is_a_type_and_a_subtype(value: bytes) -> None:
    valid_media_type(value)


@pytest.mark.parametrize("value", [b"", b"application", b"application/", b"a/b;c", b"a/b c"])
def test_a_malformed_content_type_is_refused(value: bytes) -> None:
    with pytest.raises(SipParseError):
        valid_media_type(value)


def test_a_media_type_is_compared_without_case_spaces_and_parameters() -> None:
    assert media_type(b"Application / SDP ; charset=x") == b"application/sdp"
