"""What the emulator adds, so that a drill can be one script: phases, calls, sign-ins.

The nouns begin with RgsEmulator, so that nobody takes these cmdlets for Lync's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from emulator.shell.client import segment
from emulator.shell.cmdlets.administered import Administered
from emulator.shell.engine import Call, Cmdlet, Example, Parameter, PSObject, to_text
from emulator.shell.engine.conversion import to_list

__all__ = ["drill_cmdlets"]

_SPACE = "ResponseGroupEmulator."
_PHASES = ("normal", "outage", "failing_over", "failed_over", "failing_back", "failed_back")
_STYLES = ("graceful", "crash", "blackhole")


def drill_cmdlets(administered: Administered) -> tuple[Cmdlet, ...]:
    """The cmdlets of the emulator's own."""
    return (
        Cmdlet(
            name="Get-RgsEmulatorState",
            synopsis="Gives phase, import, databases and how many calls live.",
            run=partial(_state, administered),
            output_types=(f"{_SPACE}State",),
            examples=(Example("(Get-RgsEmulatorState).Phase"),),
        ),
        Cmdlet(
            name="Set-RgsEmulatorPhase",
            synopsis="Enters a phase, such as the outage that nobody orders.",
            run=partial(_enter, administered),
            supports_should_process=True,
            parameters=(
                Parameter(
                    name="Phase", position=0, is_mandatory=True, choices=_PHASES, help="The phase."
                ),
                Parameter(name="Style", choices=_STYLES, help="How the primary pool goes down."),
            ),
            output_types=(f"{_SPACE}Account",),
            examples=(Example("Set-RgsEmulatorPhase outage -Style crash"),),
        ),
        Cmdlet(
            name="Invoke-RgsEmulatorCall",
            synopsis="Lets an emulated agent call, and gives the call once it is answered.",
            run=partial(_call, administered),
            supports_should_process=True,
            parameters=(
                Parameter(name="From", position=0, is_mandatory=True, help="The agent's name."),
                Parameter(
                    name="To", position=1, is_mandatory=True, help="A group, person, number or URI."
                ),
                Parameter(name="OnBehalfOf", help="The group on whose behalf."),
                Parameter(
                    name="Until",
                    choices=("connected", "ended", "pending"),
                    default="connected",
                    help="What is waited for; connected without it.",
                ),
                Parameter(
                    name="TimeoutInSeconds",
                    type="Int32",
                    least=0,
                    most=3600,
                    default=10,
                    help="For how long; 10 without it.",
                ),
            ),
            output_types=(f"{_SPACE}Call",),
            examples=(Example("Invoke-RgsEmulatorCall carol helpdesk"),),
        ),
        Cmdlet(
            name="Stop-RgsEmulatorCall",
            synopsis="Hangs a call up on both ends.",
            run=partial(_hang_up, administered),
            supports_should_process=True,
            parameters=(
                Parameter(
                    name="Id",
                    position=0,
                    is_mandatory=True,
                    from_pipeline_by_property_name=True,
                    help="The call's id; a call by the pipeline.",
                ),
            ),
            examples=(Example("Get-RgsEmulatorCall -State connected | Stop-RgsEmulatorCall"),),
        ),
        Cmdlet(
            name="Get-RgsEmulatorCall",
            synopsis="Gives calls, the newest first.",
            run=partial(_calls, administered),
            parameters=(
                Parameter(name="State", choices=("pending", "connected", "ended"), help="In it."),
                Parameter(name="Group", help="To that group."),
                Parameter(name="Kind", choices=("normal", "anonymous"), help="Of that kind."),
                Parameter(name="Pool", choices=("primary", "backup"), help="On that pool."),
                Parameter(
                    name="First", type="Int32", least=0, default=100, help="How many; 100 without."
                ),
            ),
            output_types=(f"{_SPACE}Call",),
            examples=(Example("Get-RgsEmulatorCall -State connected -Kind anonymous"),),
        ),
        Cmdlet(
            name="Add-RgsEmulatorSignIn",
            synopsis="Signs an agent in to formal groups, as the agent console does.",
            run=partial(_sign, administered, "sign-in"),
            supports_should_process=True,
            parameters=_SIGNS,
            output_types=(f"{_SPACE}ConsoleGroup",),
            examples=(Example("Add-RgsEmulatorSignIn carol formal"),),
        ),
        Cmdlet(
            name="Remove-RgsEmulatorSignIn",
            synopsis="Signs an agent out of formal groups.",
            run=partial(_sign, administered, "sign-out"),
            supports_should_process=True,
            parameters=_SIGNS,
            output_types=(f"{_SPACE}ConsoleGroup",),
            examples=(Example("Remove-RgsEmulatorSignIn carol formal"),),
        ),
    )


_SIGNS = (
    Parameter(name="Agent", position=0, is_mandatory=True, help="The agent's name."),
    Parameter(
        name="Group",
        type="Collection[String]",
        position=1,
        is_mandatory=True,
        help="The groups, all of them or none.",
    ),
    Parameter(
        name="Imported",
        type="Boolean",
        help="Whether the imported copies are meant; without it, whichever permits it.",
    ),
)


async def _state(administered: Administered, call: Call) -> AsyncIterator[Any]:
    found = await administered.client.get("state")
    pools = found["pools"]
    yield PSObject(
        f"{_SPACE}State",
        {
            "Phase": found["phase"],
            "Epoch": found["epoch"],
            "Imported": found["imported"],
            "Style": found["style"],
            "PrimaryServes": pools["primary"]["serving"],
            "PrimaryDatabase": pools["primary"]["database"],
            "BackupDatabase": pools["backup"]["database"],
            "Connected": found["calls"]["connected"],
            "Pending": found["calls"]["pending"],
        },
    )


async def _enter(administered: Administered, call: Call) -> AsyncIterator[Any]:
    body = {"to": to_text(call["Phase"]).lower()}
    if "Style" in call:
        body["style"] = to_text(call["Style"]).lower()
    if await call.should_process(body["to"]):
        account = await administered.client.send("PUT", "phase", body)
        yield PSObject(
            f"{_SPACE}Account",
            {
                "Phase": account["phase"],
                "Epoch": account["epoch"],
                "Kept": account["kept"],
                "Dropped": account["dropped"],
            },
        )


async def _call(administered: Administered, call: Call) -> AsyncIterator[Any]:
    body = {"from": to_text(call["From"]), "to": to_text(call["To"])}
    if "OnBehalfOf" in call:
        body["on_behalf_of"] = to_text(call["OnBehalfOf"])
    if not await call.should_process(body["to"]):
        return
    placed = await administered.client.send("POST", "calls", body)
    found = await administered.client.get(
        "wait",
        state=to_text(call.get("Until", "connected")).lower(),
        call_id=placed["call_ids"][0],
        timeout=call.get("TimeoutInSeconds", 10),
    )
    yield _shown(found)


async def _hang_up(administered: Administered, call: Call) -> None:
    number = to_text(call["Id"])
    if await call.should_process(number):
        await administered.client.send("DELETE", f"calls/{segment(number)}")


async def _calls(administered: Administered, call: Call) -> AsyncIterator[Any]:
    found = await administered.client.get(
        "calls",
        state=_word(call, "State"),
        group=call.get("Group"),
        kind=_word(call, "Kind"),
        host=_word(call, "Pool"),
        latest=call.get("First", 100),
    )
    for each in found["calls"]:
        yield _shown(each)


async def _sign(administered: Administered, way: str, call: Call) -> AsyncIterator[Any]:
    agent = to_text(call["Agent"])
    body: dict[str, Any] = {"groups": [to_text(each) for each in to_list(call["Group"])]}
    if "Imported" in call:
        body["imported"] = call["Imported"]
    if await call.should_process(agent):
        path = f"console/{segment(agent)}/{way}"
        console = await administered.client.send("POST", path, body)
        for each in console["groups"]:
            yield PSObject(
                f"{_SPACE}ConsoleGroup",
                {
                    "Name": each["name"],
                    "Owner": each["owner"],
                    "Imported": each["imported"],
                    "CanSignIn": each["can_sign_in"],
                    "SignedIn": each["signed_in"],
                },
            )


def _word(call: Call, name: str) -> str | None:
    return to_text(call[name]).lower() if name in call else None


def _shown(found: dict[str, Any]) -> PSObject:
    verdict = found["verdict"]
    return PSObject(
        f"{_SPACE}Call",
        {
            "Id": found["id"],
            "State": found["state"],
            "Group": found["group"],
            "Kind": found["kind"],
            "Pool": found["host"],
            "Imported": found["imported"],
            "Agent": found["agent"],
            "Caller": found["caller"],
            "EndedBy": found["ended_by"],
            "Status": found["status"],
            "Cell": verdict["cell"] if verdict else None,
        },
    )
