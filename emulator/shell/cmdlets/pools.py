"""Invoke-CsPoolFailOver and -FailBack, and what there is to know of the pair of pools."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from emulator.shell.client import Document
from emulator.shell.cmdlets.administered import Administered
from emulator.shell.engine import (
    Call,
    Cmdlet,
    CmdletError,
    ErrorCategory,
    Example,
    Parameter,
    PSObject,
)

__all__ = ["pool_cmdlets"]

_RELATION = "Microsoft.Rtc.Management.Hadr.BackupService.BackupRelation"
_FABRIC = "Microsoft.Rtc.Management.Hadr.PoolFabricState"

_POOL = Parameter(
    name="PoolFqdn", type="Fqdn", is_mandatory=True, help="The primary pool, by its name."
)
_COMMON = (
    Parameter(name="Force", type="Switch", help="Keeps back warnings that do not end it."),
    Parameter(
        name="WaitTime",
        type="TimeSpan",
        help="How long services are waited for, really 15 seconds; here they stop at once.",
    ),
    Parameter(
        name="DatabaseCommandTimeoutInSeconds",
        type="Int32",
        least=1,
        help="How long the database is waited for; the emulator's phases wait for none.",
    ),
    Parameter(
        name="SkipDataVerification",
        type="Switch",
        help="Leaves out what is verified in later versions; there is nothing of it here.",
    ),
)


def pool_cmdlets(administered: Administered) -> tuple[Cmdlet, ...]:
    """The cmdlets that administer the pair."""
    return (
        Cmdlet(
            name="Invoke-CsPoolFailOver",
            synopsis="Fails the primary pool over to its backup pool.",
            description="Goes through failing over to failed over, and says what became of calls.",
            run=partial(_fail_over, administered),
            supports_should_process=True,
            class_name="Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet",
            parameters=(
                _POOL,
                Parameter(
                    name="DisasterMode",
                    type="Switch",
                    help="The primary pool is not available, and is not asked for anything.",
                ),
                Parameter(
                    name="FlushStorageService",
                    type="Switch",
                    help="Empties the storage service first; the emulator has none.",
                ),
                Parameter(
                    name="ServicesStopDelayMins",
                    type="Int32",
                    least=0,
                    help="Minutes until services stop, in later versions; here they stop at once.",
                ),
                *_COMMON,
            ),
            examples=(Example("Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.example -Verbose"),),
        ),
        Cmdlet(
            name="Invoke-CsPoolFailBack",
            synopsis="Fails the primary pool back from its backup pool.",
            description="Goes through failing back to failed back, and says what became of calls.",
            run=partial(_fail_back, administered),
            supports_should_process=True,
            class_name="Microsoft.Rtc.Management.Hadr.InvokePoolFailBackCmdlet",
            parameters=(
                _POOL,
                Parameter(
                    name="DisasterMode",
                    type="Switch",
                    help="The backup pool is not available; the emulator's is, and stays so.",
                ),
                *_COMMON,
            ),
            examples=(Example("Invoke-CsPoolFailBack -PoolFqdn pool1.contoso.example -Verbose"),),
        ),
        Cmdlet(
            name="Get-CsPoolBackupRelationship",
            synopsis="Gives the pool that backs a pool up.",
            run=partial(_relationship, administered),
            class_name="Microsoft.Rtc.Management.Hadr.GetPoolBackupRelationshipCmdlet",
            parameters=(
                Parameter(name="PoolFqdn", type="Fqdn", is_mandatory=True, help="The pool."),
                Parameter(name="Force", type="Switch", help="Keeps back warnings."),
                Parameter(
                    name="LocalStore", type="Switch", help="Asks the local copy; it says the same."
                ),
            ),
            output_types=(_RELATION,),
            examples=(Example("Get-CsPoolBackupRelationship -PoolFqdn pool1.contoso.example"),),
        ),
        Cmdlet(
            name="Get-CsPoolFabricState",
            synopsis="Gives the state of a pool and of its services.",
            run=partial(_fabric, administered),
            class_name="Microsoft.Rtc.Management.Hadr.GetPoolFabricStateCmdlet",
            parameters=(
                Parameter(name="PoolFqdn", is_mandatory=True, help="The pool."),
                Parameter(name="HealthState", type="Switch", help="Only what is not well."),
                Parameter(name="ShowAll", type="Switch", help="Every service, the default here."),
                Parameter(name="ServiceName", help="Only services of that name."),
                Parameter(name="Type", help="Only services of that type."),
                Parameter(name="QueryTimeout", type="Int32", least=1, help="In seconds."),
            ),
            output_types=(_FABRIC,),
            examples=(Example("Get-CsPoolFabricState -PoolFqdn pool2.contoso.example"),),
        ),
    )


async def _fail_over(administered: Administered, call: Call) -> None:
    state = await _primary_of(administered, call)
    is_disaster = bool(call.get("DisasterMode"))
    if state["phase"] == "outage" and not is_disaster:
        raise _refused(
            f"{call['PoolFqdn']} is not available: use -DisasterMode to fail it over without it.",
            call,
        )
    if state["pools"]["primary"]["serving"] and is_disaster and not call.get("Force"):
        call.write_warning(
            f"{call['PoolFqdn']} is available; with -DisasterMode it is not asked for its data."
        )
    steps = ("failing_over", "failed_over")
    await _go(administered, call, state, "Failing over", steps, "failover_seconds")


async def _fail_back(administered: Administered, call: Call) -> None:
    state = await _primary_of(administered, call)
    if call.get("DisasterMode") and not call.get("Force"):
        call.write_warning("The backup pool is available; -DisasterMode changes nothing.")
    steps = ("failing_back", "failed_back")
    await _go(administered, call, state, "Failing back", steps, "failback_seconds")


async def _primary_of(administered: Administered, call: Call) -> Document:
    """The state, if -PoolFqdn is the pool that fails over. Raises CmdletError."""
    site, pool = await administered.pool_named(call["PoolFqdn"])
    if pool != "primary":
        raise _refused(
            f"{call['PoolFqdn']} is the backup pool of {site.fqdns['primary']}: the emulator "
            "fails over its primary pool.",
            call,
        )
    state: Document = await administered.client.get("state")
    return state


async def _go(
    administered: Administered,
    call: Call,
    state: Document,
    doing: str,
    steps: tuple[str, str],
    key: str,
) -> None:
    """Enter the middle phase and the one after it, or wait for the emulator to do so."""
    target = str(call["PoolFqdn"])
    if not await call.should_process(target, f"{doing} of the pool"):
        return
    seconds = (await administered.client.get("topology"))[key]
    call.write_progress(f"{doing} {target}", f"{steps[0]}", 0)
    async with administered.client.events() as events:
        epoch = await _enter(administered, call, steps[0], state["epoch"])
        call.write_progress(f"{doing} {target}", f"{steps[0]}", 50)
        if seconds is None:
            await _enter(administered, call, steps[1], epoch)
        else:
            call.write_verbose(f"{steps[0]} takes {seconds} seconds.")
            await _until(events, steps)
    call.write_progress(f"{doing} {target}", f"{steps[1]}", 100)
    call.write_verbose(f"{target}: {steps[1]}.")


async def _enter(administered: Administered, call: Call, to: str, epoch: int) -> int:
    body = {"to": to, "expected_epoch": epoch}
    account: Document = await administered.client.send("PUT", "phase", body)
    told = f"{to}: {account['kept']} calls kept, {account['dropped']} dropped"
    cells = [
        f"{cell} {counts['kept']} kept, {counts['dropped']} dropped"
        for cell, counts in account["cells"].items()
    ]
    call.write_verbose("; ".join([told, *cells]))
    return int(account["epoch"])


async def _until(events: AsyncIterator[tuple[str, Document]], steps: tuple[str, str]) -> None:
    """Wait for the phase after the middle one. Raises CmdletError if it is left for another."""
    async for kind, event in events:
        if kind != "phase" or event["to"] == steps[0]:
            continue
        if event["to"] == steps[1]:
            return
        raise CmdletError(
            f"Somebody else has entered phase {event['to']} meanwhile.",
            "PhaseChanged",
            ErrorCategory.INVALID_OPERATION,
        )
    raise CmdletError(
        f"The emulator went away in phase {steps[0]}.",
        "NoEmulator",
        ErrorCategory.CONNECTION_ERROR,
    )


async def _relationship(administered: Administered, call: Call) -> AsyncIterator[Any]:
    site, pool = await administered.pool_named(call["PoolFqdn"])
    other = "backup" if pool == "primary" else "primary"
    yield PSObject(
        _RELATION,
        {
            "BackupPoolFqdn": site.fqdns[other],
            "PoolFqdn": site.fqdns[pool],
            "IsPrimary": pool == "primary",
        },
    )


async def _fabric(administered: Administered, call: Call) -> AsyncIterator[Any]:
    site, pool = await administered.pool_named(call["PoolFqdn"])
    found = (await administered.client.get("state"))["pools"][pool]
    services = (
        ("RTCSRV", "Registrar", found["serving"]),
        ("RTCRGS", "ApplicationServer", found["serving"]),
        ("rtc", "Database", found["database"]),
    )
    for name, kind, is_well in services:
        is_asked = call.get("ServiceName") in (None, name) and call.get("Type") in (None, kind)
        if is_asked and not (call.get("HealthState") and is_well):
            yield PSObject(
                _FABRIC,
                {
                    "PoolFqdn": site.fqdns[pool],
                    "ServiceName": name,
                    "Type": kind,
                    "HealthState": "Ok" if is_well else "Error",
                },
            )


def _refused(message: str, call: Call) -> CmdletError:
    return CmdletError(message, "Refused", ErrorCategory.INVALID_OPERATION, str(call["PoolFqdn"]))
