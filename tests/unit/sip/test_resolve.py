"""From a URI to the addresses to try, without asking anybody but the test (RFC 3263)."""

from __future__ import annotations

import pytest

from sip.transport.resolve import (
    MAX_TARGETS,
    Kind,
    Named,
    Naptr,
    Question,
    Record,
    Srv,
    Target,
    named_target,
    numeric_target,
    targets_of,
)

HOST = "example.com"
ZONE: dict[Question, list[Record]] = {
    Question(Kind.IPV4, HOST): ["192.0.2.1", "192.0.2.2"],
    Question(Kind.IPV6, HOST): ["2001:db8::1"],
    Question(Kind.IPV4, "a.example.com"): ["192.0.2.10"],
    Question(Kind.IPV4, "b.example.com"): ["192.0.2.20"],
    Question(Kind.IPV4, "c.example.com"): ["192.0.2.30"],
}
UDP_SRV = Question(Kind.SRV, "_sip._udp.example.com")
TCP_SRV = Question(Kind.SRV, "_sip._tcp.example.com")
NAPTR = Question(Kind.NAPTR, HOST)


def walk(
    named: Named,
    more: dict[Question, list[Record]] | None = None,
    *,
    is_ipv6: bool = False,
    lots: tuple[int, ...] = (),
) -> tuple[list[Target], list[Question]]:
    """The targets of `named` in a zone, and what was asked for them."""
    zone = ZONE | (more or {})
    draws = iter(lots)
    walker = targets_of(named, is_ipv6=is_ipv6, draw=lambda _: next(draws, 0))
    asked: list[Question] = []
    try:
        question = next(walker)
        while True:
            asked.append(question)
            question = walker.send(zone.get(question, []))
    except StopIteration as end:
        targets: list[Target] = end.value
        return targets, asked


@pytest.mark.parametrize(
    ("uri", "target"),
    [
        (b"sip:a@192.0.2.1", (b"UDP", ("192.0.2.1", 5060))),
        (b"sip:192.0.2.1:5070;transport=TCP", (b"TCP", ("192.0.2.1", 5070))),
        (b"sip:a@[2001:DB8::1]:5070", (b"UDP", ("2001:db8::1", 5070))),
        (b"sip:a@example.com;maddr=192.0.2.7", (b"UDP", ("192.0.2.7", 5060))),
        (b"sip:a@localhost:5070", (b"UDP", ("127.0.0.1", 5070))),
        (b"sip:a@example.com", None),
        (b"sip:a@192.0.2.1;transport=tls", None),
        (b"sip:a@192.0.2.1;transport=sctp", None),
        (b"tel:+15551234", None),
        (b"not a uri", None),
    ],
)
def test_a_numeric_uri_leads_to_its_address(uri: bytes, target: Target | None) -> None:
    assert numeric_target(uri) == target


@pytest.mark.parametrize(
    "host",
    [b"224.0.1.75", b"239.255.255.250", b"255.255.255.255", b"0.0.0.0", b"[ff02::1]", b"[::]"],
)
@pytest.mark.parametrize("uri", [b"sip:a@%b", b"sip:a@192.0.2.1;maddr=%b;ttl=16"])
def test_a_uri_leads_to_no_group_nor_to_everyone_nor_to_nobody(uri: bytes, host: bytes) -> None:
    assert numeric_target(uri % host) is None
    assert named_target(uri % host) is None


@pytest.mark.parametrize(
    ("uri", "named"),
    [
        (b"sip:a@example.com", Named("example.com", None, None)),
        (b"sip:a@EXAMPLE.com.:5070;transport=udp", Named("example.com", 5070, b"UDP")),
        (b"sip:a@192.0.2.1;maddr=example.com", Named("example.com", None, None)),
        (b"sip:a@192.0.2.1", None),
        (b"sip:a@xyz.invalid;transport=tcp", None),  # as clients behind WebSockets say
        (b"sip:a@example.com;transport=ws", None),
        (b"sips:a@example.com", None),
        (b"tel:+15551234", None),
    ],
)
def test_a_uri_with_a_name_says_where_it_leads(uri: bytes, named: Named | None) -> None:
    assert named_target(uri) == named


def test_with_a_port_only_the_address_is_asked_for() -> None:
    targets, asked = walk(Named(HOST, 5070, None))

    assert targets == [(b"UDP", ("192.0.2.1", 5070)), (b"UDP", ("192.0.2.2", 5070))]
    assert asked == [Question(Kind.IPV4, HOST)]


def test_with_a_port_and_a_transport_both_hold() -> None:
    assert walk(Named("a.example.com", 5070, b"TCP"))[0] == [(b"TCP", ("192.0.2.10", 5070))]


def test_an_endpoint_of_ipv6_has_targets_of_ipv6() -> None:
    assert walk(Named(HOST, 5070, None), is_ipv6=True)[0] == [(b"UDP", ("2001:db8::1", 5070))]


def test_without_any_record_of_services_it_is_udp_at_port_5060() -> None:
    targets, asked = walk(Named("a.example.com", None, None))

    assert targets == [(b"UDP", ("192.0.2.10", 5060))]
    assert [question.kind for question in asked] == [Kind.NAPTR, Kind.SRV, Kind.SRV, Kind.IPV4]


def test_with_a_transport_its_servers_alone_are_asked_for() -> None:
    targets, asked = walk(Named(HOST, None, b"TCP"), {TCP_SRV: [Srv(0, 0, 5071, "a.example.com")]})

    assert targets == [(b"TCP", ("192.0.2.10", 5071))]
    assert asked == [TCP_SRV, Question(Kind.IPV4, "a.example.com")]


def test_naptr_records_say_which_transport_is_preferred() -> None:
    targets, _ = walk(
        Named(HOST, None, None),
        {
            NAPTR: [
                Naptr(20, 1, "s", "SIP+D2U", "_sip._udp.example.com"),
                Naptr(10, 2, "S", "sip+d2t", "_sip._tcp.example.com."),
                Naptr(10, 1, "s", "SIPS+D2T", "_sips._tcp.example.com"),
                Naptr(5, 1, "u", "E2U+sip", ""),
            ],
            UDP_SRV: [Srv(0, 0, 5060, "a.example.com")],
            TCP_SRV: [Srv(0, 0, 5061, "b.example.com")],
        },
    )

    assert targets == [(b"TCP", ("192.0.2.20", 5061)), (b"UDP", ("192.0.2.10", 5060))]


def test_servers_come_by_priority() -> None:
    targets, _ = walk(
        Named(HOST, None, b"UDP"),
        {UDP_SRV: [Srv(20, 0, 5062, "b.example.com"), Srv(10, 0, 5061, "a.example.com.")]},
    )

    assert targets == [(b"UDP", ("192.0.2.10", 5061)), (b"UDP", ("192.0.2.20", 5062))]


@pytest.mark.parametrize(
    ("lots", "order"),
    [((0,), "abc"), ((10,), "abc"), ((11,), "bac"), ((30,), "bac"), ((31,), "cab"), ((60,), "cab")],
)
def test_servers_of_one_priority_share_the_load_by_weight(
    lots: tuple[int, ...], order: str
) -> None:
    servers: list[Record] = [
        Srv(1, 10, 1, "a.example.com"),
        Srv(1, 20, 2, "b.example.com"),
        Srv(1, 30, 3, "c.example.com"),
    ]

    targets, _ = walk(Named(HOST, None, b"UDP"), {UDP_SRV: servers}, lots=lots)

    assert "".join("abc"[port - 1] for _, (_, port) in targets) == order


def test_a_service_that_is_not_offered_is_not_looked_for_at_the_root() -> None:
    targets, asked = walk(Named(HOST, None, b"UDP"), {UDP_SRV: [Srv(0, 0, 0, ".")]})

    assert Question(Kind.IPV4, "") not in asked
    assert targets == [(b"UDP", ("192.0.2.1", 5060)), (b"UDP", ("192.0.2.2", 5060))]


def test_a_server_with_an_absurd_port_is_left_out() -> None:
    targets, _ = walk(
        Named(HOST, None, b"UDP"),
        {UDP_SRV: [Srv(0, 0, 0, "a.example.com"), Srv(1, 0, 5061, "b.example.com")]},
    )

    assert targets == [(b"UDP", ("192.0.2.20", 5061))]


def test_however_many_records_there_are_only_so_many_are_asked_for_and_tried() -> None:
    many: list[Record] = [Srv(n, 0, 5060, "a.example.com") for n in range(1_000)]
    useless: list[Record] = [Srv(n, 0, 5060, f"no{n}.example.com") for n in range(1_000)]

    targets, _ = walk(Named(HOST, None, b"UDP"), {UDP_SRV: many})
    none, asked = walk(Named(HOST, None, b"UDP"), {UDP_SRV: useless})

    assert len(targets) == MAX_TARGETS
    assert none == []
    assert len(asked) < 30
