"""The agent console's row of the source, statement by statement, through SOAP."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from zeep.exceptions import Fault

from emulator.api.agent_service.group_ids import group_id
from emulator.rules import load_rules
from tests.support.altered_rules import alter_rules
from tests.support.doors import Door, Doors
from tests.support.phases import PHASES
from tests.support.soap import SoapUser, fault_of


class Seen(NamedTuple):
    """What the source says that the console does with groups of one kind."""

    is_shown: bool
    can_sign_in: bool


HIDDEN, VIEW_ONLY, OPEN = Seen(False, False), Seen(True, False), Seen(True, True)

# From the source, not from the product's rules: R5 of each phase, (a) groups owned by the primary
# pool, (b) by the backup pool, (c) imported to the backup pool.
STATEMENTS: dict[str, tuple[str, str, Seen]] = {
    "normal-a": ("normal", "primary", OPEN),
    "normal-b": ("normal", "backup", OPEN),
    "normal-c": ("normal", "imported", HIDDEN),
    "P1-R5-a": ("outage", "primary", VIEW_ONLY),
    "P1-R5-b": ("outage", "backup", OPEN),
    "P1-R5-c": ("outage", "imported", HIDDEN),
    "P2-R5-a": ("failing_over", "primary", VIEW_ONLY),
    "P2-R5-b": ("failing_over", "backup", OPEN),
    "P2-R5-c": ("failing_over", "imported", OPEN),
    "P3-R5-a": ("failed_over", "primary", VIEW_ONLY),
    "P3-R5-b": ("failed_over", "backup", OPEN),
    "P3-R5-c": ("failed_over", "imported", OPEN),
    "P4-R5-a": ("failing_back", "primary", VIEW_ONLY),
    "P4-R5-b": ("failing_back", "backup", OPEN),
    "P4-R5-c": ("failing_back", "imported", OPEN),
    "P5-R5-a": ("failed_back", "primary", OPEN),
    "P5-R5-b": ("failed_back", "backup", OPEN),
    "P5-R5-c": ("failed_back", "imported", HIDDEN),
}
GROUPS = {"primary": ("formal", False), "backup": ("billing", False), "imported": ("formal", True)}
IDS = {
    "primary": group_id("pool1.contoso.example", "formal", is_copy=False),
    "backup": group_id("pool2.contoso.example", "billing", is_copy=False),
    "imported": group_id("pool1.contoso.example", "formal", is_copy=True),
}


async def walk_to(door: Door, phase: str) -> None:
    """Import every group, and go through the phases until `phase`."""
    await door.ask("POST", "import")
    for each in PHASES[1 : PHASES.index(phase) + 1]:
        await door.phase(each)


async def is_done(user: SoapUser, operation: str, column: str, cell: str) -> bool:
    """Whether an operation on the column's group is done; a refusal has to name `cell`."""
    wanted = str(IDS[column])
    try:
        done = await user.ask(
            operation, {"guid": [wanted]} if operation.endswith("Multiple") else wanted
        )
    except Fault as refused:
        told = fault_of(refused)
        assert (told.code, told.kind, told.cell) == ("Client", "forbidden-by-rule", cell)
        return False
    assert done is True
    return True


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_console_over_soap_is_as_the_source_says(
    door: Door, carol: SoapUser, statement: str
) -> None:
    phase, column, expected = STATEMENTS[statement]
    cell, group = f"console/{phase}/{column}", GROUPS[column]
    await walk_to(door, phase)

    shown = (await carol.groups()).get(group)

    assert (shown is not None) is expected.is_shown
    if shown is not None:
        assert shown.Id == str(IDS[column])
        assert shown.CanSignIn is expected.can_sign_in
    for sign_in, sign_out in (("SignIn", "SignOut"), ("SignInMultiple", "SignOutMultiple")):
        assert await is_done(carol, sign_in, column, cell) is expected.can_sign_in
        assert is_in(door, column) is expected.can_sign_in
        assert await is_done(carol, sign_out, column, cell) is expected.can_sign_in
        assert not is_in(door, column)


def is_in(door: Door, column: str) -> bool:
    """Whether carol is signed in to the column's group."""
    site = door.administration.site
    name, is_copy = GROUPS[column]
    group = (site.copies if is_copy else site.groups)[name]
    return any(site.agents["carol"] in each.signed_in for each in group.agent_groups)


@pytest.mark.parametrize("phase", PHASES)
async def test_no_copy_is_shown_or_found_where_nothing_was_imported(
    door: Door, carol: SoapUser, phase: str
) -> None:
    for each in PHASES[1 : PHASES.index(phase) + 1]:
        await door.phase(each)

    shown = await carol.groups()
    with pytest.raises(Fault) as refused:
        await carol.ask("SignIn", str(IDS["imported"]))

    assert not any(is_copy for _, is_copy in shown)
    assert fault_of(refused.value).kind == "not-found"


@pytest.mark.parametrize("phase", PHASES)
async def test_backup_pool_serves_the_console_while_the_primary_does_not(
    door: Door, carol: SoapUser, phase: str
) -> None:
    await walk_to(door, phase)

    served_by = (await carol.ask("GetAgent")).ServedBy

    state = (await door.get("state"))["pools"]
    console = await door.get("console/carol")
    is_down = phase in ("outage", "failing_over", "failed_over")
    assert state["primary"]["serving"] is not is_down
    assert console["served_by"] == ("backup" if is_down else "primary")
    assert served_by == ("pool2.contoso.example" if is_down else "pool1.contoso.example")


async def test_other_rules_are_followed_over_soap_too(doors: Doors, tmp_path: Path) -> None:
    file = alter_rules("console/outage/backup", "view-only", tmp_path / "rules.yaml")
    door = await doors.open(rules=load_rules(file))
    await door.phase("outage")

    async with SoapUser.open(door.url, "carol") as carol:
        shown = (await carol.groups())["billing", False]
        with pytest.raises(Fault) as refused:
            await carol.ask("SignIn", shown.Id)

    assert shown.CanSignIn is False
    assert fault_of(refused.value).cell == "console/outage/backup"
