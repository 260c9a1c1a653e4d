"""REGISTERs without end: for nobody, for everybody, with more contacts than a person may have."""

from __future__ import annotations

import pytest

from sip.transport import tcp
from tests.hostile.siege import Siege
from tests.support.stranger import Stranger
from tests.support.until import until

MAX_CONTACTS = 16


def register(
    stranger: Stranger,
    name: str,
    *contacts: bytes,
    cseq: int = 1,
    domain: str = "contoso.example",
) -> bytes:
    """A REGISTER of `contacts` for the person `name`."""
    aor = f"<sip:{name}@{domain}>".encode()
    return stranger.request(
        "REGISTER",
        name,
        uri=b"sip:%b:%d" % (stranger.server[0].encode(), stranger.server[1]),
        from_=aor + b";tag=register",
        to=aor,
        contact=b", ".join(contacts),
        cseq=b"%d REGISTER" % cseq,
    )


def contact(number: int) -> bytes:
    return b"<sip:c%d@127.0.0.1:9>" % number


async def test_addresses_that_nobody_has_are_not_kept(siege: Siege) -> None:
    stranger = await siege.stranger()
    names = [f"nobody{number}" for number in range(300)]

    await stranger.flood(*(register(stranger, name, contact(1)) for name in names))
    await until(lambda: len(stranger.statuses()) == 300)

    assert set(stranger.statuses()) == {404}
    assert not any(agent.bindings for agent in siege.house.site.agents.values())


async def test_addresses_of_other_domains_are_refused(siege: Siege) -> None:
    stranger = await siege.stranger()
    requests = [
        register(stranger, "cat", contact(1), domain=f"domain{number}.example")
        for number in range(300)
    ]

    await stranger.flood(*requests)
    await until(lambda: len(stranger.statuses()) == 300)

    assert set(stranger.statuses()) == {403}


async def test_a_person_has_so_many_contacts_and_no_more(siege: Siege) -> None:
    stranger, cat = await siege.stranger(), siege.house.site.agents["cat"]

    await stranger.flood(*(register(stranger, "cat", contact(n)) for n in range(200)))
    await until(lambda: len(stranger.statuses()) == 200)

    assert stranger.statuses() == [200] * MAX_CONTACTS + [403] * (200 - MAX_CONTACTS)
    assert cat.bindings == MAX_CONTACTS
    stranger.send(
        register(stranger, "cat", b"*", cseq=2).replace(b"\r\n", b"\r\nExpires: 0\r\n", 1)
    )
    await until(lambda: cat.bindings == 0)


async def test_one_request_with_too_many_contacts_changes_nothing(siege: Siege) -> None:
    stranger, cat = await siege.stranger(), siege.house.site.agents["cat"]
    await stranger.answer(register(stranger, "cat", contact(0)))

    many = await stranger.answer(register(stranger, "cat", *map(contact, range(1_000))))
    same = await stranger.answer(register(stranger, "cat", *[contact(0)] * 1_000, cseq=2))

    assert (many.status, same.status) == (403, 200)
    assert cat.bindings == 1


@pytest.mark.parametrize(
    ("value", "status"),
    [
        pytest.param(b"<sip:c@127.0.0.1:9>;expires=" + b"9" * 6_000, 200, id="of many digits"),
        pytest.param(b"<sip:c@127.0.0.1:9>;expires=soon", 200, id="no number"),
        pytest.param(b"<sip:c@127.0.0.1:9>;q=0." + b"9" * 6_000, 200, id="quality of many digits"),
        pytest.param(b"<sip:c@127.0.0.1:9>;q=7", 200, id="quality out of range"),
        pytest.param(b"<http://x/y>", 400, id="of another scheme"),
        pytest.param(b"<sip:c@127.0.0.1:" + b"0" * 6_000 + b"9>", 400, id="port of many zeros"),
        pytest.param(b"*, <sip:c@127.0.0.1:9>", 400, id="all and one"),
        pytest.param(b"*", 400, id="all, and not to be removed"),
        pytest.param(b"<sip:c@127.0.0.1:9", 400, id="broken"),
        pytest.param(b'"' + b'\\"' * 9_000, 400, id="a name that never ends"),
    ],
)
async def test_an_absurd_contact_has_its_answer(siege: Siege, value: bytes, status: int) -> None:
    stranger, cat = await siege.stranger(), siege.house.site.agents["cat"]

    answer = await stranger.answer(register(stranger, "cat", value))

    assert answer.status == status
    assert cat.bindings == (1 if status == 200 else 0)
    if status == 200:  # no longer than a day, whatever was asked for
        assert int(answer.header("Contact").partition("expires=")[2]) <= 24 * 3_600


async def test_the_contacts_of_a_flood_of_connections_end_with_them(
    siege: Siege, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_CONNECTIONS", 60)
    cat = siege.house.site.agents["cat"]
    peers = [await siege.stranger("TCP") for _ in range(80)]

    for number, peer in enumerate(peers):
        peer.send(register(peer, "cat", contact(number)))
    await until(lambda: all(peer.heard or peer.hears_end() for peer in peers))

    statuses = [peer.heard[0].status for peer in peers if peer.heard]
    assert sorted(statuses) == [200] * MAX_CONTACTS + [403] * (60 - MAX_CONTACTS)
    assert cat.bindings == MAX_CONTACTS
    for peer in peers:
        peer.close()
    await until(lambda: cat.bindings == 0)


async def test_a_call_to_somebody_whose_contacts_lead_nowhere_ends(siege: Siege) -> None:
    stranger = await siege.stranger()
    nowhere = [b"<sip:c@127.0.0.%d:9>" % number for number in range(2, 2 + MAX_CONTACTS)]
    assert (await stranger.answer(register(stranger, "cat", *nowhere))).status == 200

    answer = await stranger.answer(stranger.request("INVITE", "cat"))

    assert answer.status in (408, 480, 503)
    assert siege.live_calls == 0
    await siege.until_quiet()
