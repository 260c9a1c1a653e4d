"""Host names in Contacts, Routes and queue actions: where they lead (RFC 3263)."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from emulator.model.calls import CallState
from emulator.testing.client import SipClient
from sip.transport.resolve import Kind, Question, Record, Srv
from tests.support.house import House

_TOPOLOGY = """
agents:
  - {name: ann, endpoint: none, home: backup}
  - {name: ben, home: primary, concurrent: unlimited}
groups:
  - {name: desk, agents: [ann]}
  - {name: line, kind: anonymous, agents: [ann]}
  - {name: vault, kind: anonymous, agents: [ben]}
"""


class _Book:
    """The names that there are: all lead to the loopback, or nowhere."""

    def __init__(self) -> None:
        self.known: dict[Question, list[Record]] = {
            Question(Kind.IPV4, "phone.example"): ["127.0.0.1"],
            Question(Kind.IPV4, "far.example"): ["192.0.2.1"],
        }
        self.asked: list[str] = []

    async def records(self, question: Question) -> tuple[list[Record], float]:
        self.asked.append(question.name)
        return self.known.get(question, []), 60.0


def _port(client: SipClient) -> int:
    return client.identity.address[1]


def _hears(client: SipClient, method: str) -> bool:
    return f"  {method} " in client.trail.drawn()


async def test_bye_by_rule_goes_where_the_name_in_the_callers_contact_leads(house: House) -> None:
    await house.build(_TOPOLOGY, names=_Book())
    phone, caller = await house.client("phone"), await house.client("caller")
    caller.identity.contact = f"<sip:caller@phone.example:{_port(phone)}>".encode()
    await caller.invite("vault")

    await house.enter("outage")

    await house.until(lambda: _hears(phone, "BYE"))
    assert not _hears(caller, "BYE")


async def test_a_name_without_a_port_leads_to_the_servers_of_its_service(house: House) -> None:
    book = _Book()
    await house.build(_TOPOLOGY, names=book)
    phone, caller = await house.client("phone"), await house.client("caller")
    book.known[Question(Kind.SRV, "_sip._udp.phones.example")] = [
        Srv(1, 1, _port(phone), "phone.example")
    ]
    caller.identity.contact = b"<sip:caller@phones.example>"
    await caller.invite("vault")

    await house.enter("outage")

    await house.until(lambda: _hears(phone, "BYE"))


async def test_a_route_may_be_a_name(house: House) -> None:
    await house.build(_TOPOLOGY, names=_Book())
    proxy, caller = await house.client("proxy"), await house.client("caller", simple=True)
    route = f"<sip:phone.example:{_port(proxy)};lr>"
    await caller.invite("vault", headers={"Record-Route": route})

    await house.enter("outage")

    await house.until(lambda: _hears(proxy, "BYE"))


async def test_a_name_that_leads_nowhere_is_no_hindrance(house: House) -> None:
    await house.build(_TOPOLOGY, names=_Book())
    caller = await house.client("caller")
    caller.identity.contact = b"<sip:caller@nowhere.example:5060>"
    call = await caller.invite("vault")

    await house.enter("outage")

    await call.expect("BYE")  # at the address that the INVITE came from


async def _phone_of_ann(house: House) -> SipClient:
    """A phone whose Contact is a name, registered by somebody else in its place."""
    phone = await house.client("ann", takes_calls=True)
    other = await house.client("ann")
    contact = f"<sip:ann@phone.example:{_port(phone)}>"
    other.identity.contact = phone.identity.contact = contact.encode()
    await house.register(other)
    return phone


@pytest.mark.parametrize("group", ["desk", "line"], ids=["relayed", "bridged"])
@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_an_agent_may_register_a_name(house: House, group: str, who: str) -> None:
    await house.build(_TOPOLOGY, names=_Book())
    phone = await _phone_of_ann(house)
    caller = await house.client("caller")
    placing = asyncio.create_task(caller.invite(group))
    taken = await phone.expect_call()
    await taken.answer()
    call = await placing
    assert call.status == 200
    await taken.expect("ACK")

    for one, other in ((call, taken), (taken, call)):
        assert (await one.request("INFO")).status == 200
        await other.expect("INFO")
    ends, hears = (call, taken) if who == "caller" else (taken, call)
    assert (await ends.hang_up()).status == 200
    await hears.expect("BYE")
    assert house.call.ended_by == who


async def test_a_ringing_phone_that_registered_a_name_hears_cancel(house: House) -> None:
    await house.build(_TOPOLOGY, names=_Book())
    phone = await _phone_of_ann(house)
    caller = await house.client("caller")
    call = await caller.invite("desk", wait=None)
    taken = await phone.expect_call()
    await taken.ring()
    await call.expect(180)

    await call.hang_up()

    await taken.expect("CANCEL")


async def test_an_agents_bye_goes_where_the_name_in_the_callers_contact_leads(
    house: House,
) -> None:
    await house.build(_TOPOLOGY, names=_Book())
    agent = await house.agent("ann")
    phone, caller = await house.client("phone"), await house.client("caller")
    caller.identity.contact = f"<sip:caller@phone.example:{_port(phone)}>".encode()
    placing = asyncio.create_task(caller.invite("desk"))
    taken = await agent.expect_call()
    await taken.answer()
    await placing
    await taken.expect("ACK")

    await taken.send("BYE")

    await house.until(lambda: _hears(phone, "BYE"))


@pytest.mark.parametrize(
    ("name", "status"), [("phone.example", 200), ("far.example", 403), ("nowhere.example", 480)]
)
async def test_a_queue_may_send_a_call_to_a_name_within_the_allowed_networks(
    house: House, name: str, status: int
) -> None:
    outside = await SipClient.open({"director": ("127.0.0.1", 9)}, name="outside")
    outside.take_calls()
    queue = f'{{timeout_seconds: 0.1, timeout_action: {{uri: "sip:out@{name}:{_port(outside)}"}}}}'
    lonely = f"  - {{name: lonely, agents: [ann], queue: {queue}}}\n"
    try:
        await house.build(_TOPOLOGY + lonely, names=_Book())
        caller = await house.client("caller")
        call = await caller.invite("lonely", wait="ringing")
        if status == 200:
            taken = await outside.expect_call()
            await taken.answer()
        await call.expect(status)
    finally:
        await outside.close()
    assert (house.call.state == CallState.CONNECTED) == (status == 200)


async def test_names_are_asked_for_once_while_the_answer_holds(house: House) -> None:
    book = _Book()
    await house.build(_TOPOLOGY, names=book)
    phone, caller = await house.client("phone"), await house.client("caller")
    caller.identity.contact = f"<sip:caller@phone.example:{_port(phone)}>".encode()
    for _ in range(20):
        await caller.invite("vault")

    await house.enter("outage")

    await house.until(lambda: phone.trail.drawn().count("  BYE ") == 20)
    assert book.asked == ["phone.example"]


def _byes(phones: list[SipClient]) -> list[int]:
    return [phone.trail.drawn().count("  BYE ") for phone in phones]


async def _who_hears_first(seed: int) -> list[int]:
    """Which of two equal servers each of some BYEs goes to."""
    house, book = House(), _Book()
    try:
        await house.build(_TOPOLOGY, names=book, seed=seed)
        phones = [await house.client(f"phone-{number}") for number in (1, 2)]
        book.known[Question(Kind.SRV, "_sip._udp.phones.example")] = [
            Srv(1, 1, _port(phone), "phone.example") for phone in phones
        ]
        caller = await house.client("caller")
        heard: list[int] = []
        for _ in range(12):
            caller.identity.contact = b"<sip:caller@phones.example>"
            call = await caller.invite("vault")
            before = _byes(phones)
            house.deployment.hang_up(house.site.calls.by_call_id(call.invite.call_id)[0])
            await house.until(partial(_have_heard_more, phones, before))
            heard.append(_byes(phones)[1] - before[1])
        return heard
    finally:
        await house.close()


def _have_heard_more(phones: list[SipClient], before: list[int]) -> bool:
    return _byes(phones) != before


async def test_the_seed_settles_which_of_equal_servers_is_tried_first() -> None:
    first, again, other = [await _who_hears_first(seed) for seed in (1, 1, 2)]

    assert first == again
    assert first != other
    assert 0 < sum(first) < len(first)
