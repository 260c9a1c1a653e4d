"""Every operation of the agent service, asked by zeep."""

from __future__ import annotations

from typing import Any

import pytest
from zeep.exceptions import Fault

from emulator.model.topology import Topology
from emulator.testing import Emulator
from tests.support.doors import Door, Doors
from tests.support.soap import SoapUser, fault_of

NOWHERE = "00000000-0000-0000-0000-000000000000"
SIGNING = ("SignIn", "SignInMultiple", "SignOut", "SignOutMultiple")


def about(operation: str, *ids: str) -> Any:
    """The argument that `operation` takes to be about `ids`."""
    return {"guid": list(ids)} if operation.endswith("Multiple") else ids[0]


async def test_agent_is_an_agent_and_a_stranger_is_none(door: Door, carol: SoapUser) -> None:
    async with SoapUser.open(door.url, "nobody") as nobody:
        assert await nobody.ask("IsAgent") is False
    assert await carol.ask("IsAgent") is True


@pytest.mark.parametrize("operation", ["GetAgent", "GetGroups", *SIGNING])
async def test_stranger_is_refused_what_only_agents_may(door: Door, operation: str) -> None:
    arguments = [about(operation, NOWHERE)] if operation in SIGNING else []
    async with SoapUser.open(door.url, "nobody") as nobody:
        with pytest.raises(Fault) as refused:
            await nobody.ask(operation, *arguments)

    assert fault_of(refused.value).kind == "not-an-agent"


async def test_get_agent_tells_name_address_and_pools(
    doors: Doors, with_passwords: Topology
) -> None:
    door = await doors.open(topology=with_passwords)
    async with (
        SoapUser.open(door.url, "carol", "grün") as carol,
        SoapUser.open(door.url, "bob") as bob,
    ):
        told, other = await carol.ask("GetAgent"), await bob.ask("GetAgent")

    assert (told.Name, told.SipUri) == ("carol", "sip:carol@contoso.example")
    assert (told.DisplayName, other.DisplayName) == ("Carol & <Co>", "bob")
    assert (told.HomePool, other.HomePool) == ("pool2.contoso.example", "pool1.contoso.example")
    assert told.ServedBy == other.ServedBy == "pool1.contoso.example"


async def test_get_groups_shows_what_the_json_console_shows(door: Door, carol: SoapUser) -> None:
    await door.ask("POST", "import")
    await door.phase("outage")
    await door.phase("failing_over")
    pools = {"primary": "pool1.contoso.example", "backup": "pool2.contoso.example"}

    shown = await carol.groups()

    console = await door.get("console/carol")
    assert [
        (each.Name, each.OwnerPool, each.IsImported, each.IsFormal, each.CanSignIn, each.IsSignedIn)
        for each in shown.values()
    ] == [
        (each["name"], pools[each["owner"]], each["imported"], each["formal"],
         each["can_sign_in"], each["signed_in"])
        for each in console["groups"]
    ]  # fmt: skip
    assert ("formal", True) in shown


async def test_agent_of_no_group_has_an_empty_list(doors: Doors, with_passwords: Topology) -> None:
    door = await doors.open(topology=with_passwords)
    async with SoapUser.open(door.url, "zoe") as zoe:
        assert await zoe.ask("IsAgent") is True
        assert await zoe.groups() == {}


async def test_group_and_its_copy_have_guids_that_every_run_gives(doors: Doors) -> None:
    seen = []
    for _ in range(2):
        door = await doors.open()
        await door.ask("POST", "import")
        await door.phase("failing_over")
        async with SoapUser.open(door.url, "carol") as carol:
            seen.append({key: each.Id for key, each in (await carol.groups()).items()})

    assert seen[0] == seen[1]
    assert len(set(seen[0].values())) == len(seen[0])
    assert seen[0]["formal", False] != seen[0]["formal", True]


async def test_agents_of_one_group_see_the_same_guid(door: Door, carol: SoapUser) -> None:
    async with SoapUser.open(door.url, "alice") as alice:
        theirs = await alice.groups()

    assert theirs["formal", False].Id == (await carol.groups())["formal", False].Id


async def test_signing_in_brings_a_waiting_call_and_signing_out_ends_that(
    door: Door, carol: SoapUser
) -> None:
    billing = (await carol.groups())["billing", False].Id
    waiting = await door.call("erin", "billing")

    assert await carol.ask("SignIn", billing) is True

    answered = await door.get(f"wait?call_id={waiting['call_ids'][0]}&state=connected")
    assert answered["agent"] == "carol"
    assert (await carol.groups())["billing", False].IsSignedIn is True
    assert await carol.ask("SignOut", billing) is True
    assert (await carol.groups())["billing", False].IsSignedIn is False
    later = await door.call("erin", "billing")
    assert (await door.get(f"calls/{later['id']}"))["state"] == "pending"


async def test_several_groups_are_signed_in_to_and_out_of_at_once(
    door: Door, carol: SoapUser
) -> None:
    shown = await carol.groups()
    both = {"guid": [shown["billing", False].Id, shown["formal", False].Id.upper()] * 2}

    signed_in = await carol.ask("SignInMultiple", both)
    between = await carol.groups()
    signed_out = await carol.ask("SignOutMultiple", both)
    after = await carol.groups()

    assert signed_in is signed_out is True
    for key in (("billing", False), ("formal", False)):
        assert (between[key].IsSignedIn, after[key].IsSignedIn) == (True, False)


async def test_several_groups_are_signed_in_to_all_or_none(door: Door, carol: SoapUser) -> None:
    shown = await carol.groups()
    await door.phase("outage")

    with pytest.raises(Fault) as refused:
        await carol.ask(
            "SignInMultiple", {"guid": [shown["billing", False].Id, shown["formal", False].Id]}
        )

    assert fault_of(refused.value).cell == "console/outage/primary"
    assert (await carol.groups())["billing", False].IsSignedIn is False


async def test_one_unknown_guid_among_several_changes_nothing(door: Door, carol: SoapUser) -> None:
    billing = (await carol.groups())["billing", False].Id

    with pytest.raises(Fault) as refused:
        await carol.ask("SignInMultiple", {"guid": [billing, NOWHERE]})

    assert fault_of(refused.value).kind == "not-found"
    assert (await carol.groups())["billing", False].IsSignedIn is False


async def test_copy_and_original_are_signed_in_to_apart(door: Door, carol: SoapUser) -> None:
    original = (await carol.groups())["formal", False].Id
    await carol.ask("SignIn", original)
    await door.ask("POST", "import")
    await door.phase("failing_over")
    copy = (await carol.groups())["formal", True].Id

    before = await carol.groups()
    await carol.ask("SignIn", copy)
    after = await carol.groups()

    assert [before["formal", which].IsSignedIn for which in (False, True)] == [True, False]
    assert [after["formal", which].IsSignedIn for which in (False, True)] == [True, True]


async def test_signing_out_of_a_group_that_one_is_not_in_is_harmless(
    door: Door, carol: SoapUser
) -> None:
    before = await door.get("console/carol")

    assert await carol.ask("SignOut", (await carol.groups())["billing", False].Id) is True

    assert await door.get("console/carol") == before


async def test_signing_out_of_an_informal_group_changes_nothing(
    door: Door, carol: SoapUser
) -> None:
    before = await door.get("console/carol")

    assert await carol.ask("SignOut", (await carol.groups())["helpdesk", False].Id) is True

    assert await door.get("console/carol") == before


@pytest.mark.parametrize("operation", SIGNING)
async def test_group_of_others_is_not_found(door: Door, carol: SoapUser, operation: str) -> None:
    async with SoapUser.open(door.url, "erin") as erin:
        lobby = (await erin.groups())["lobby", False].Id

    with pytest.raises(Fault) as refused:
        await carol.ask(operation, about(operation, lobby))

    told = fault_of(refused.value)
    assert (told.code, told.kind, told.cell) == ("Client", "not-found", None)
    assert lobby in told.text


async def test_process_of_its_own_serves_zeep_from_start_to_failback() -> None:
    async with (
        Emulator.start() as rgs,
        SoapUser.open(rgs.url, "sip:carol@contoso.example") as carol,
    ):
        await rgs.import_groups()
        served_by = []
        for phase in ("outage", "failing_over", "failed_over", "failing_back", "failed_back"):
            await rgs.phase(phase)
            served_by.append((await carol.ask("GetAgent")).ServedBy.partition(".")[0])
            if phase == "failed_over":
                assert await carol.ask("SignIn", (await carol.groups())["formal", True].Id)

    assert served_by == ["pool2", "pool2", "pool2", "pool1", "pool1"]
