"""URIs: what is one, what it says, and when two are the same (RFC 3261 §19.1.4, RFC 3966)."""

import pytest

from sip.errors import SipParseError
from sip.uri import OtherUri, SipUri, TelUri, parse_uri


def sip_uri(raw: bytes) -> SipUri:
    uri = parse_uri(raw)
    assert isinstance(uri, SipUri)
    return uri


def test_a_sip_uri_is_read_into_its_parts() -> None:
    uri = sip_uri(b"SIPS:alice:secret@Example.com:5061;transport=TCP;lr?Subject=a%20b&Priority=")

    assert uri.scheme == b"sips"
    assert uri.is_secure
    assert uri.user == b"alice"
    assert uri.password == b"secret"
    assert uri.host == b"Example.com"
    assert uri.port == 5061
    assert uri.transport == b"tcp"
    assert uri.is_loose
    assert uri.headers == ((b"Subject", b"a%20b"), (b"Priority", b""))


@pytest.mark.parametrize(
    ("raw", "user"),
    [
        pytest.param(b"sip:example.com", None, id="no user"),
        pytest.param(
            b"sip:;par=u%40example.net@example.com", b";par=u@example.net", id="semicolon"
        ),
        pytest.param(
            b"sip:user;par=u%40example.net@example.com", b"user;par=u@example.net", id="@"
        ),
        pytest.param(
            b"sip:sips%3Auser%40example.com@example.net", b"sips:user@example.com", id=":"
        ),
        pytest.param(b"sip:null-%00-null@example.com", b"null-\x00-null", id="null octet"),
        pytest.param(b"sip:v%2541@example.com", b"v%41", id="unescaped once"),
        pytest.param(b"sip:*21#@example.com", b"*21#", id="star code"),
    ],
)
def test_the_user_part_is_unescaped(raw: bytes, user: bytes | None) -> None:
    assert sip_uri(raw).user == user


@pytest.mark.parametrize(
    "raw",
    [
        b"sip:",
        b"sip:user@",
        b"sip:user@host:",
        b"sip:user@host:65536",
        b"sip:user@host:123456",
        b"sip:user@host:" + b"0" * 5_000 + b"5060",
        b"sip:2001:db8::10",
        b"sip:user@[2001:db8:::192.0.2.1]",
        b"sip:user@host;",
        b"sip:user@host?",
        b"sip:us er@host",
        b"sip:us%4@host",
        b"sip:user@host ",
        b"<sip:user@host>",
        b"tel:",
        b"tel:+1(2)x",
        b"tel:+()",
        b"tel:+" + b"1" * 60_000 + b"!",
        b"user@host",
        b"",
    ],
)
def test_what_is_no_uri_is_refused(raw: bytes) -> None:
    with pytest.raises(SipParseError):
        parse_uri(raw)


@pytest.mark.parametrize(
    ("host", "port"), [(b"[2001:db8::10]", 5070), (b"[2001:db8::10:5070]", None)]
)
def test_the_port_of_an_ipv6_address_stands_outside_of_the_brackets(
    host: bytes, port: int | None
) -> None:
    raw = b"sip:" + host + (b":%d" % port if port else b"")

    assert (sip_uri(raw).host, sip_uri(raw).port) == (host, port)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"sip:%61lice@atlanta.com;transport=TCP", b"sip:alice@AtLanTa.CoM;Transport=tcp"),
        (b"sip:carol@chicago.com", b"sip:carol@chicago.com;newparam=5"),
        (b"sip:carol@chicago.com", b"sip:carol@chicago.com;security=on"),
        (
            b"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            b"sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            b"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            b"sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
        (b"sip:bob@[2001:DB8::1]", b"sip:bob@[2001:db8:0:0:0:0:0:1]"),
        (b"tel:+1-201-555-0123", b"tel:+12015550123"),
        (b"tel:7042;phone-context=Example.com", b"tel:70-42;phone-context=example.com"),
    ],
)
def test_uris_that_mean_the_same_are_equal_and_hash_alike(one: bytes, other: bytes) -> None:
    assert parse_uri(one) == parse_uri(other)
    assert hash(parse_uri(one)) == hash(parse_uri(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"SIP:ALICE@AtLanTa.CoM;Transport=udp", b"sip:alice@AtLanTa.CoM;Transport=UDP"),
        (b"sip:bob@biloxi.com", b"sip:bob@biloxi.com:5060"),
        (b"sip:bob@biloxi.com;transport=udp", b"sip:bob@biloxi.com:6000;transport=udp"),
        (b"sip:bob@biloxi.com", b"sips:bob@biloxi.com"),
        (b"sip:carol@chicago.com", b"sip:carol@chicago.com?Subject=next%20meeting"),
        (b"sip:bob@phone21.boxesbybob.com", b"sip:bob@192.0.2.4"),
        (b"sip:carol@chicago.com;security=on", b"sip:carol@chicago.com;security=off"),
        (b"sip:bob@biloxi.com;user=ip", b"sip:bob@biloxi.com"),
        (b"sip:bob@biloxi.com;maddr=192.0.2.1", b"sip:bob@biloxi.com"),
        (b"sip:a%3Bb@biloxi.com", b"sip:a;b@biloxi.com"),
        (b"sip:null-%00-null@example.com", b"sip:null-@example.com"),
        (b"sip:bob:a@biloxi.com", b"sip:bob@biloxi.com"),
        (b"tel:+12015550123", b"tel:12015550123"),
        (b"tel:7042;phone-context=example.com", b"tel:7042;phone-context=example.net"),
        (b"sip:7042@example.com", b"tel:7042"),
    ],
)
def test_uris_that_mean_different_things_are_not_equal(one: bytes, other: bytes) -> None:
    assert parse_uri(one) != parse_uri(other)


@pytest.mark.parametrize(
    "raw",
    [
        b"sip:alice:secret@example.com:5061;transport=tcp;lr?Subject=a%20b&Priority=",
        b"sips:[2001:db8::1]:5061",
        b"tel:+1-201-555-0123;phone-context=example.com;x",
        b"isbn:2983792873",
        b"soap.beep://192.0.2.103:3002",
    ],
)
def test_a_uri_is_written_as_it_was_read(raw: bytes) -> None:
    assert parse_uri(raw).to_bytes() == raw
    assert str(parse_uri(raw)) == raw.decode()


def test_other_schemes_are_read_without_being_understood() -> None:
    assert parse_uri(b"nobodyKnowsThisScheme:totallyopaquecontent") == OtherUri(
        b"nobodyknowsthisscheme", b"totallyopaquecontent"
    )


def test_a_telephone_number_keeps_its_separators_and_shows_what_is_dialled() -> None:
    uri = parse_uri(b"tel:+1-201-555-0123")

    assert isinstance(uri, TelUri)
    assert uri.number == b"+1-201-555-0123"
    assert uri.user == b"+12015550123"


def test_a_built_uri_escapes_what_may_not_stand_in_it() -> None:
    uri = SipUri.build(b"a b@c\x00", b"2001:db8::1", 5070, params=[(b"lr", None), (b"x", b"1;2")])

    assert uri.to_bytes() == b"sip:a%20b%40c%00@[2001:db8::1]:5070;lr;x=1%3B2"
    assert sip_uri(uri.to_bytes()).user == b"a b@c\x00"
    assert sip_uri(uri.to_bytes()).param(b"x") == b"1;2"


def test_the_address_of_record_leaves_parameters_headers_and_password_out() -> None:
    uri = sip_uri(b"sip:%61lice:x@Example.com;transport=tcp?a=b")

    assert uri.address == sip_uri(b"sip:alice@example.com").address
    assert uri.address != sip_uri(b"sip:alice@example.com:5060").address


def test_named_parameters_can_be_left_out() -> None:
    uri = sip_uri(b"sip:alice@example.com;lr;Transport=tcp;ob?a=b")

    assert uri.without(b"transport", b"lr").to_bytes() == b"sip:alice@example.com;ob"
