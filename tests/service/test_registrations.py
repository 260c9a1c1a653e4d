"""Clients that register for a person take the place of the emulated endpoint, and give it back."""

from __future__ import annotations

import asyncio

import pytest

from emulator.model.calls import CallState
from emulator.rules import Style
from emulator.testing.client import SipClient
from tests.support.house import House, contact_of

_TOPOLOGY = """
agents:
  - {name: ann, home: primary}
  - {name: ben, home: backup}
  - {name: cas, home: primary, endpoint: none}
groups:
  - {name: desk, agents: [ann]}
  - {name: shop, owner: backup, agents: [ann]}
  - {name: mall, owner: backup, agents: [ben]}
  - {name: cart, agents: [cas]}
"""


def _endpoint(house: House, name: str) -> tuple[str, int]:
    agent = house.site.agents[name]
    return agent.endpoint, agent.bindings


async def _register(client: SipClient, element: str, **headers: str) -> int:
    """The status of one REGISTER with these headers."""
    response = await client.request("REGISTER", via=element, headers=headers)
    return response.status


# -- where, and when -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "phase", ["normal", "outage", "failing_over", "failed_over", "failing_back", "failed_back"]
)
async def test_each_living_registrar_takes_anyone_in_every_phase(house: House, phase: str) -> None:
    await house.build(_TOPOLOGY)
    order = ["normal", "outage", "failing_over", "failed_over", "failing_back", "failed_back"]
    await house.enter(*order[1 : order.index(phase) + 1])
    is_down = phase in ("outage", "failing_over", "failed_over")

    for name in ("ann", "ben"):
        client = await house.client(name)
        contact = contact_of(client)
        assert await _register(client, "director", Contact=contact) == 200
        assert await _register(client, "backup", Contact=contact) == 200
        expected = 503 if is_down else 200
        assert await _register(client, "primary", Contact=contact) == expected
    assert [_endpoint(house, name) for name in ("ann", "ben")] == [("registered", 1)] * 2


async def test_nobody_registers_where_the_emulated_agents_are(house: House) -> None:
    await house.build(_TOPOLOGY)
    client = await house.client("ann")

    assert await _register(client, "agents", Contact=contact_of(client)) == 405


@pytest.mark.parametrize(
    ("name", "domain", "status"),
    [("nobody", "contoso.example", 404), ("desk", "contoso.example", 404), ("ann", "x.test", 403)],
)
async def test_only_persons_of_the_domain_register(
    house: House, name: str, domain: str, status: int
) -> None:
    await house.build(_TOPOLOGY)
    client = await house.client("ann")
    request = client.identity.request(
        b"REGISTER",
        "sip:contoso.example",
        domain="contoso.example",
        lines=[(b"Contact", client.identity.contact)],
    )
    request.set_header(b"To", f"<sip:{name}@{domain}>".encode())

    answer = await client.begin(request, await client.link_to("director")).answer(5)

    assert answer.status == status


# -- how long --------------------------------------------------------------------------------------


async def test_a_binding_ends_when_its_time_is_over(house: House) -> None:
    await house.build(_TOPOLOGY)
    await house.agent("ann", expires=1)
    assert _endpoint(house, "ann") == ("registered", 1)

    await house.until(lambda: _endpoint(house, "ann") == ("emulated", 0))


async def test_a_binding_over_a_connection_ends_with_it(house: House) -> None:
    await house.build(_TOPOLOGY)
    ann = await house.agent("ann", "tcp")
    assert _endpoint(house, "ann") == ("registered", 1)

    await ann.close()

    await house.until(lambda: _endpoint(house, "ann") == ("emulated", 0))


async def test_the_emulated_endpoint_answers_before_and_after_the_registered_one(
    house: House,
) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller")
    before = await caller.invite("desk")
    await before.hang_up()

    ann = await house.agent("ann")
    placing = asyncio.create_task(caller.invite("desk"))
    taken = await ann.expect_call()
    await taken.answer()
    between = await placing
    await between.hang_up()
    await taken.expect("BYE")
    await house.register(ann, expires=0)
    after = await caller.invite("desk")

    host, port = house.addresses["agents"]
    assert [(call.remote_target or "").endswith(f"@{host}:{port}") for call in (before, after)] == [
        True,
        True,
    ]
    assert f"<{between.remote_target}>" == contact_of(ann)


@pytest.mark.parametrize("mode", ["kept", "lost"])
async def test_what_was_registered_at_the_primary_pool(house: House, mode: str) -> None:
    await house.build(f"registrations: {mode}\n" + _TOPOLOGY)
    await house.agent("ann", via="primary")
    await house.agent("ben", via="backup")

    await house.enter("outage")

    ann = ("registered", 1) if mode == "kept" else ("emulated", 0)
    assert [_endpoint(house, name) for name in ("ann", "ben")] == [ann, ("registered", 1)]


@pytest.mark.parametrize("mode", ["kept", "lost"])
async def test_what_was_registered_at_the_backup_pool_for_persons_of_the_primary(
    house: House, mode: str
) -> None:
    await house.build(f"registrations: {mode}\n" + _TOPOLOGY)
    await house.enter("outage", "failing_over", "failed_over")
    shared = await house.agent("ann", via="backup")
    # The same client registers somebody of the backup pool as well.
    request = shared.identity.request(
        b"REGISTER",
        "sip:contoso.example",
        domain="contoso.example",
        lines=[(b"Contact", shared.identity.contact)],
    )
    request.set_header(b"To", b"<sip:ben@contoso.example>")
    await shared.begin(request, await shared.link_to("backup")).answer(5)

    await house.enter("failing_back")

    ann = ("registered", 1) if mode == "kept" else ("emulated", 0)
    assert [_endpoint(house, name) for name in ("ann", "ben")] == [ann, ("registered", 1)]


@pytest.mark.parametrize("style", [Style.CRASH, Style.BLACKHOLE])
async def test_a_binding_made_at_a_pool_that_has_died_leads_to_the_client_still(
    house: House, style: Style
) -> None:
    await house.build(_TOPOLOGY)
    ben = await house.agent("ben", via="primary")
    await house.enter("outage", style=style)
    caller = await house.client("caller")

    placing = asyncio.create_task(caller.invite("mall"))
    taken = await ben.expect_call()
    await taken.answer()

    assert (await placing).status == 200


# -- several contacts ------------------------------------------------------------------------------


async def _two_phones(house: House) -> tuple[SipClient, SipClient]:
    return await house.agent("cas"), await house.agent("cas")


async def test_every_contact_rings_and_the_first_that_answers_has_the_call(house: House) -> None:
    await house.build(_TOPOLOGY)
    desk, mobile = await _two_phones(house)
    caller = await house.client("caller")

    call = await caller.invite("cart", wait=None)
    at_desk, at_mobile = await desk.expect_call(), await mobile.expect_call()
    await at_desk.ring()
    await at_mobile.ring()
    await at_mobile.answer()

    await call.expect(200)
    cancel = await at_desk.expect("CANCEL")
    assert cancel.header("Reason") == 'SIP;cause=200;text="Call completed elsewhere"'
    await at_desk.expect("ACK")  # of the 487
    assert f"<{call.remote_target}>" == contact_of(mobile)
    assert house.site.agents["cas"].calls == 1


async def test_a_200_that_comes_late_is_acknowledged_and_ended_once(house: House) -> None:
    await house.build(_TOPOLOGY)
    desk, mobile = await _two_phones(house)
    desk.replies["CANCEL"] = None
    caller = await house.client("caller")
    call = await caller.invite("cart", wait=None)
    at_desk, at_mobile = await desk.expect_call(), await mobile.expect_call()
    await at_desk.ring()
    await at_mobile.answer()
    await call.expect(200)
    await at_desk.expect("INVITE")
    await at_desk.expect("CANCEL")

    await at_desk.answer()
    await at_desk.expect("ACK")
    await at_desk.expect("BYE")
    at_desk.reply(at_desk.invite, 200)  # its ACK was lost, it says
    await at_desk.expect("ACK")

    await at_desk.expect_nothing(0.2)
    assert house.call.state == CallState.CONNECTED
    assert [each for each in call.messages if getattr(each, "status", 0) == 200][1:] == []


async def test_a_call_goes_on_ringing_while_one_of_two_contacts_is_busy(house: House) -> None:
    await house.build(_TOPOLOGY)
    desk, mobile = await _two_phones(house)
    caller = await house.client("caller")
    call = await caller.invite("cart", wait=None)
    at_desk, at_mobile = await desk.expect_call(), await mobile.expect_call()

    await at_desk.decline(486)
    await at_mobile.answer()

    await call.expect(200)


async def test_a_person_who_says_no_on_one_contact_is_not_rung_on_the_others(
    house: House,
) -> None:
    await house.build(_TOPOLOGY)
    desk, mobile = await _two_phones(house)
    caller = await house.client("caller")
    call = await caller.invite("cart", wait=None)
    at_desk, at_mobile = await desk.expect_call(), await mobile.expect_call()
    await at_mobile.ring()

    await at_desk.decline(603)

    await at_mobile.expect("CANCEL")
    await call.expect(182)
    assert not house.site.agents["cas"].calls


# -- while it rings --------------------------------------------------------------------------------


async def test_an_agent_who_unregisters_while_ringing_may_answer_still(house: House) -> None:
    await house.build(_TOPOLOGY)
    cas = await house.agent("cas")
    caller = await house.client("caller")
    call = await caller.invite("cart", wait=None)
    taken = await cas.expect_call()

    await house.register(cas, expires=0)
    assert _endpoint(house, "cas") == ("none", 0)
    await taken.answer()

    await call.expect(200)


async def test_a_call_goes_on_seeking_when_the_connection_of_who_rings_closes(
    house: House,
) -> None:
    await house.build(_TOPOLOGY)
    ann = await house.agent("ann", "tcp")
    caller = await house.client("caller")
    call = await caller.invite("desk", wait=None)
    taken = await ann.expect_call()
    await taken.ring()

    await ann.close()

    await call.expect(200)  # of the emulated endpoint, which has its place again
    assert house.site.agents["ann"].calls == 1


async def test_a_registered_agent_takes_one_call_at_a_time(house: House) -> None:
    await house.build(_TOPOLOGY)
    cas = await house.agent("cas")
    caller = await house.client("caller")
    first = await caller.invite("cart", wait=None)
    taken = await cas.expect_call()
    await taken.answer()
    await first.expect(200)

    second = await caller.invite("cart", wait="ringing")
    assert second.status == 182
    await first.hang_up()

    await cas.expect_call()


async def test_a_registered_agent_who_declines_is_passed_over(house: House) -> None:
    await house.build(_TOPOLOGY)
    cas = await house.agent("cas")
    caller = await house.client("caller")
    call = await caller.invite("cart", wait=None)

    taken = await cas.expect_call()
    await taken.decline(486)

    await call.expect(182)
    assert len(cas.calls) == 1


async def test_an_agent_who_rings_for_too_long_is_cancelled(house: House) -> None:
    await house.build(
        """
agents: [{name: cas, endpoint: none}]
groups:
  - name: cart
    agent_groups: [{name: all, alert_seconds: 0.2, agents: [cas]}]
"""
    )
    cas = await house.agent("cas")
    caller = await house.client("caller")
    await caller.invite("cart", wait=None)
    taken = await cas.expect_call()
    await taken.ring()

    cancel = await taken.expect("CANCEL")

    assert "cause=408" in (cancel.header("Reason") or "")
    await cas.expect_call()  # another round, as there is nobody else


async def test_an_agent_who_becomes_unreachable_while_ringing_is_cancelled_with_the_rule(
    house: House,
) -> None:
    await house.build(_TOPOLOGY)
    ann = await house.agent("ann")
    caller = await house.client("caller")
    call = await caller.invite("shop", wait=None)
    taken = await ann.expect_call()
    await taken.ring()

    await house.enter("outage")

    cancel = await taken.expect("CANCEL")
    rule = cancel.header("X-RGS-Rule") or ""
    assert rule.startswith("cell=agents_homed_on_primary/outage;")
    await call.expect(182)
