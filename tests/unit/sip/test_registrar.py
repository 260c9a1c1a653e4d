"""Bindings: what REGISTER adds, refreshes, removes and is refused (RFC 3261 §10.3, RFC 5626)."""

from collections.abc import Hashable

import pytest

from sip.errors import SipParseError
from sip.headers import parse_contacts
from sip.registrar import Binding, Bindings, Refusal, address_of_record

AOR = b"sip:alice@contoso.example"
OUTBOUND = b'<sip:alice@%b>;+sip.instance="<urn:uuid:1>";reg-id=%d'


def register(
    bindings: Bindings,
    contact: bytes = b"",
    *,
    aor: bytes = AOR,
    call_id: bytes = b"series",
    cseq: int = 1,
    expires: int | None = None,
    flow: Hashable | None = None,
    now: float = 0.0,
) -> tuple[Binding, ...] | Refusal:
    contacts = parse_contacts(contact) if contact else []
    return bindings.register(
        aor, contacts, call_id=call_id, cseq=cseq, expires=expires, flow=flow, now=now
    )


def uris(found: tuple[Binding, ...] | Refusal) -> list[bytes]:
    assert not isinstance(found, Refusal)
    return [binding.uri.to_bytes() for binding in found]


def status(found: tuple[Binding, ...] | Refusal) -> int:
    assert isinstance(found, Refusal)
    return found.status


@pytest.mark.parametrize(
    "uri",
    [
        b"sip:alice@contoso.example",
        b"sips:%61lice@CONTOSO.example:5061;transport=tls",
        b"sip:alice:secret@contoso.example?Subject=x",
    ],
)
def test_an_address_of_record_is_the_same_however_it_is_written(uri: bytes) -> None:
    assert address_of_record(uri) == AOR


def test_an_address_of_record_keeps_a_null_octet_apart() -> None:
    one, other = address_of_record(b"sip:null-%00-null@b"), address_of_record(b"sip:null-@b")

    assert one == b"sip:null-%00-null@b"
    assert one != other
    with pytest.raises(SipParseError):
        address_of_record(b"isbn:2983792873")


def test_a_registered_contact_is_found_until_it_expires() -> None:
    bindings = Bindings()

    register(bindings, b"<sip:alice@192.0.2.1>", expires=60, now=100.0)

    assert uris(bindings.lookup(AOR, 159.9)) == [b"sip:alice@192.0.2.1"]
    assert bindings.lookup(AOR, 160.0) == ()
    assert bindings.lookup(b"sip:bob@contoso.example", 100.0) == ()


def test_the_response_lists_all_bindings_with_what_is_left() -> None:
    bindings = Bindings()
    register(bindings, b"<sip:alice@192.0.2.1>;q=0.5;x=y", expires=60)

    found = register(bindings, b"<sip:alice@192.0.2.2>;expires=30", call_id=b"other", now=20.5)

    assert not isinstance(found, Refusal)
    assert [binding.to_contact(20.5) for binding in found] == [
        b"<sip:alice@192.0.2.2>;expires=30",
        b"<sip:alice@192.0.2.1>;x=y;q=0.5;expires=40",
    ]


def test_the_response_gives_no_second_more_than_was_asked_for() -> None:
    now = 496.2857142857143  # where `now + 3600 - now` is a little more than 3600

    found = register(Bindings(), b"<sip:alice@192.0.2.1>", expires=3_600, now=now)

    assert not isinstance(found, Refusal)
    assert found[0].to_contact(now).endswith(b";expires=3600")


def test_asking_changes_nothing() -> None:
    bindings = Bindings()
    register(bindings, b"<sip:alice@192.0.2.1>", cseq=5)

    assert uris(register(bindings, cseq=1)) == [b"sip:alice@192.0.2.1"]
    assert uris(register(bindings, aor=b"sip:bob@contoso.example")) == []


@pytest.mark.parametrize(
    ("contact", "expires", "seconds"),
    [
        (b"<sip:a@b>", None, 3600),
        (b"<sip:a@b>", 120, 120),
        (b"<sip:a@b>;expires=60", 120, 60),
        (b"<sip:a@b>;expires=soon", 120, 3600),
        (b"<sip:a@b>;expires", 120, 3600),
        (b"<sip:a@b>;expires=280297596632815", 120, 86_400),
        (b"<sip:a@b>;expires=" + b"9" * 5000, 120, 3600),
    ],
)
def test_a_contact_lives_as_long_as_it_or_the_request_says(
    contact: bytes, expires: int | None, seconds: int
) -> None:
    found = register(Bindings(), contact, expires=expires, now=1000.0)

    assert not isinstance(found, Refusal)
    assert found[0].expires_at == 1000.0 + seconds


def test_a_refresh_finds_its_binding_by_comparing_uris() -> None:
    bindings = Bindings()
    register(bindings, b"<sip:%61lice@Host.example;transport=tcp>", flow="old")

    found = register(
        bindings, b"sip:alice@host.EXAMPLE;unknown", cseq=2, flow="new", expires=60, now=10.0
    )

    assert uris(found) == [b"sip:alice@host.EXAMPLE"]
    assert bindings.lookup(AOR, 69.9)[0].flow == "new"
    assert bindings.lookup(AOR, 70.0) == ()
    assert bindings.drop_flow("old") == []


def test_parameters_of_the_header_and_of_the_uri_stay_apart() -> None:
    header = register(Bindings(), b"sip:+19725552222@gw1.example.net;unknownparam", expires=9)
    uri = register(Bindings(), b"<sip:+19725552222@gw1.example.net;unknownparam>", expires=9)

    assert not isinstance(header, Refusal)
    assert not isinstance(uri, Refusal)
    assert header[0].to_contact(0) == b"<sip:+19725552222@gw1.example.net>;unknownparam;expires=9"
    assert uri[0].to_contact(0) == b"<sip:+19725552222@gw1.example.net;unknownparam>;expires=9"


def test_headers_in_a_contact_are_kept() -> None:
    found = register(Bindings(), b"<sip:user@example.com?Route=%3Csip:sip.example.com%3E>")

    assert uris(found) == [b"sip:user@example.com?Route=%3Csip:sip.example.com%3E"]


def test_zero_seconds_remove_a_contact_and_a_star_removes_all() -> None:
    bindings = Bindings()
    register(bindings, b"<sip:a@b>, <sip:a@c>, <sip:a@d>")

    assert uris(register(bindings, b"<sip:a@b>;expires=0", cseq=2)) == [b"sip:a@d", b"sip:a@c"]
    assert uris(register(bindings, b"*", expires=0, cseq=3)) == []
    assert len(bindings) == 0
    assert bindings.addresses == []


@pytest.mark.parametrize("expires", [None, 60])
def test_a_star_needs_expires_zero(expires: int | None) -> None:
    bindings = Bindings()
    register(bindings, b"<sip:a@b>")

    assert status(register(bindings, b"*", expires=expires, cseq=2)) == 400
    assert len(bindings) == 1


@pytest.mark.parametrize("contact", [b"<sip:a@b>", b"<sip:a@b>;expires=0", b"*"])
def test_a_late_request_of_the_same_series_changes_nothing(contact: bytes) -> None:
    bindings = Bindings()
    register(bindings, b"<sip:a@b>", cseq=5, expires=60)

    assert status(register(bindings, contact, cseq=5, expires=0)) == 400
    assert bindings.lookup(AOR, 0.0)[0].expires_at == 60


def test_another_series_may_start_anywhere() -> None:
    bindings = Bindings()
    register(bindings, b"<sip:a@b>", cseq=5)

    assert uris(register(bindings, b"*", cseq=1, expires=0, call_id=b"restarted")) == []


def test_a_series_may_start_anew_when_its_binding_has_expired() -> None:
    bindings = Bindings()
    register(bindings, b"<sip:a@b>", cseq=5, expires=60)

    assert uris(register(bindings, b"<sip:a@b>", cseq=1, expires=60, now=60.0)) == [b"sip:a@b"]
    assert len(bindings) == 1


def test_all_of_a_request_is_done_or_nothing() -> None:
    bindings = Bindings(min_expires=30)
    register(bindings, b"<sip:a@b>", cseq=1)

    refusal = register(bindings, b"<sip:a@b>;expires=0, <sip:a@c>;expires=5", cseq=2)

    assert status(refusal) == 423
    assert isinstance(refusal, Refusal)
    assert refusal.min_expires == 30
    assert uris(bindings.lookup(AOR, 0.0)) == [b"sip:a@b"]


def test_a_contact_named_twice_counts_as_it_comes_last() -> None:
    found = register(Bindings(), b"<sip:a@b>;q=0.1, <sip:A@b>, <sip:a@b>;q=0.9;expires=7")

    assert not isinstance(found, Refusal)
    assert [(binding.q, binding.expires_at) for binding in found] == [(1.0, 3600.0), (0.9, 7.0)]


def test_a_contact_that_sip_cant_reach_is_refused() -> None:
    assert status(register(Bindings(), b"<name:John_Smith>")) == 400


def test_contacts_are_found_by_preference_then_by_freshness() -> None:
    bindings = Bindings()
    register(bindings, b"<sip:a@b>;q=0.5, <sip:a@c>;q=0.9, <sip:a@d>;q=0.5")

    assert uris(bindings.lookup(AOR, 0.0)) == [b"sip:a@c", b"sip:a@d", b"sip:a@b"]


def test_contacts_and_addresses_are_bounded() -> None:
    bindings = Bindings(max_contacts=2, max_addresses=2)
    register(bindings, b"<sip:a@b>, <sip:a@c>")
    register(bindings, b"<sip:b@b>", aor=b"sip:bob@contoso.example")

    assert status(register(bindings, b"<sip:a@d>", cseq=2)) == 403
    assert status(register(bindings, b"<sip:c@b>", aor=b"sip:carol@contoso.example")) == 503
    assert uris(register(bindings, b"<sip:a@b>;expires=0, <sip:a@d>", cseq=2)) == [
        b"sip:a@d",
        b"sip:a@c",
    ]
    assert len(bindings) == 3


def test_an_outbound_client_is_known_by_its_instance_and_flow_number() -> None:
    bindings = Bindings()
    register(bindings, OUTBOUND % (b"192.0.2.1", 1), flow="one")
    register(bindings, OUTBOUND % (b"192.0.2.1", 2), flow="two", cseq=2)

    found = register(bindings, OUTBOUND % (b"192.0.2.9", 1), flow="three", cseq=3)

    assert uris(found) == [b"sip:alice@192.0.2.9", b"sip:alice@192.0.2.1"]
    assert bindings.drop_flow("one") == []
    assert [binding.flow for binding in bindings.lookup(AOR, 0.0)] == ["three", "two"]


def test_what_came_by_a_flow_ends_with_it() -> None:
    bindings = Bindings()
    register(bindings, b"<sip:a@b>, <sip:a@c>", flow="gone")
    register(bindings, b"<sip:a@d>", flow="stays", cseq=2)
    register(bindings, b"<sip:b@b>", flow="gone", aor=b"sip:bob@contoso.example")

    ended = bindings.drop_flow("gone")

    assert sorted(uris(tuple(ended))) == [b"sip:a@b", b"sip:a@c", b"sip:b@b"]
    assert uris(bindings.lookup(AOR, 0.0)) == [b"sip:a@d"]
    assert bindings.addresses == [AOR]
    assert bindings.drop_flow("gone") == []


def test_expired_bindings_are_given_once() -> None:
    bindings = Bindings()
    register(bindings, b"<sip:a@b>;expires=10, <sip:a@c>;expires=20")
    register(bindings, aor=AOR, now=15.0)

    assert bindings.next_expiry == 10.0
    assert uris(tuple(bindings.expire(15.0))) == [b"sip:a@b"]
    assert bindings.expire(15.0) == []
    assert bindings.next_expiry == 20.0
    assert uris(tuple(bindings.expire(20.0))) == [b"sip:a@c"]
    assert bindings.next_expiry is None


def test_a_refreshed_binding_does_not_expire_at_its_old_time() -> None:
    bindings = Bindings()
    for cseq in range(1, 500):
        register(bindings, b"<sip:a@b>", cseq=cseq, expires=10, now=float(cseq))

    assert bindings.expire(508.0) == []
    assert uris(tuple(bindings.expire(509.0))) == [b"sip:a@b"]


def test_all_bindings_of_an_address_can_be_removed() -> None:
    bindings = Bindings()
    register(bindings, b"<sip:a@b>, <sip:a@c>")

    assert len(bindings.remove(AOR)) == 2
    assert bindings.remove(AOR) == []
