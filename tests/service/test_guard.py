"""Persons with a password are asked for it; nobody else is."""

from __future__ import annotations

import asyncio

import pytest

from emulator.model.calls import CallState
from tests.support.house import House, contact_of

_TOPOLOGY = """
agents:
  - {name: alice, password: sesame, concurrent: unlimited}
  - {name: bob, concurrent: unlimited}
groups:
  - {name: helpdesk, agents: [bob]}
"""


@pytest.fixture
async def guarded(house: House) -> House:
    await house.build(_TOPOLOGY)
    return house


async def test_register_of_a_person_with_a_password_is_challenged_with_401(
    guarded: House,
) -> None:
    client = await guarded.client("alice")

    response = await client.request("REGISTER", headers={"Contact": contact_of(client)})

    assert response.status == 401
    asked = response.values(b"WWW-Authenticate")
    assert [b"realm=" + b'"contoso.example"' in each for each in asked] == [True, True]
    assert [b"algorithm=SHA-256" in asked[0], b"algorithm=MD5" in asked[1]] == [True, True]
    assert not guarded.site.agents["alice"].bindings


async def test_register_with_the_right_password_binds(guarded: House) -> None:
    client = await guarded.client("alice", password="sesame")

    response = await client.request("REGISTER", headers={"Contact": contact_of(client)})

    assert response.status == 200
    assert guarded.site.agents["alice"].bindings == 1


async def test_register_with_a_wrong_password_is_challenged_again(guarded: House) -> None:
    client = await guarded.client("alice", password="wrong")

    response = await client.request("REGISTER", headers={"Contact": contact_of(client)})

    assert response.status == 401
    assert not guarded.site.agents["alice"].bindings


async def test_nobody_registers_for_alice_with_the_name_of_another(guarded: House) -> None:
    client = await guarded.client("bob", password="sesame")
    request = client.identity.request(
        b"REGISTER",
        client.identity.contact.decode().strip("<>"),
        domain="contoso.example",
        lines=[(b"Contact", client.identity.contact)],
    )
    request.set_header(b"To", b"<sip:alice@contoso.example>")
    link = await client.link_to("director")

    challenge = await client.begin(request, link).answer(5)
    again = client.identity.with_credentials(request, challenge)
    assert again is not None
    refusal = await client.begin(again, link).answer(5)

    assert (challenge.status, refusal.status) == (401, 401)
    assert not guarded.site.agents["alice"].bindings


async def test_invite_of_a_person_with_a_password_is_challenged_with_407(
    guarded: House,
) -> None:
    client = await guarded.client("alice")

    call = await client.invite("helpdesk")

    assert call.status == 407
    assert (await call.expect(407)).values(b"Proxy-Authenticate")
    assert not guarded.calls


@pytest.mark.parametrize("element", ["director", "primary", "backup"])
async def test_invite_with_the_right_password_reaches_the_group(
    guarded: House, element: str
) -> None:
    client = await guarded.client("alice", password="sesame")

    call = await client.invite("helpdesk", via=element)
    await call.request("INVITE")  # within the dialog nobody is asked again

    assert guarded.call.state == CallState.CONNECTED
    assert (await call.hang_up()).status == 200


async def test_callers_who_are_nobody_of_ours_are_not_challenged(guarded: House) -> None:
    client = await guarded.client("stranger")

    call = await client.invite("helpdesk")

    assert call.status == 200


async def test_a_person_without_a_password_is_not_challenged(guarded: House) -> None:
    client = await guarded.client("bob")

    assert (await client.invite("helpdesk")).status == 200


async def test_the_calls_that_the_emulator_places_for_a_person_need_no_password(
    guarded: House,
) -> None:
    call = await guarded.deployment.place_call("alice", "helpdesk")

    await guarded.until(lambda: call.state == CallState.CONNECTED)


async def test_credentials_are_not_passed_on_to_a_registered_agent(guarded: House) -> None:
    bob = await guarded.agent("bob")
    alice = await guarded.client("alice", password="sesame")

    calling = asyncio.create_task(alice.invite("helpdesk"))
    taken = await bob.expect_call()
    await taken.answer()
    assert (await calling).status == 200

    assert taken.invite.first(b"Proxy-Authorization") is None
