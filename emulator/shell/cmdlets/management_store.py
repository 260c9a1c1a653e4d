"""The Central Management store: which pool has it, as far as a drill asks for that.

The emulator has no such store. A session remembers where it was failed over to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from emulator.shell.cmdlets.administered import Administered
from emulator.shell.engine import (
    Call,
    Cmdlet,
    CmdletError,
    ErrorCategory,
    Example,
    Parameter,
    PSObject,
    to_text,
)
from emulator.shell.engine.patterns import wildcard

__all__ = ["management_store_cmdlets"]

_SPACE = "Microsoft.Rtc.Management."
_FAIL_OVER, _RESTORE = "FailOver", "Restore"


def management_store_cmdlets(administered: Administered) -> tuple[Cmdlet, ...]:
    """The cmdlets of the Central Management store."""
    return (
        Cmdlet(
            name="Get-CsManagementStoreReplicationStatus",
            synopsis="Gives whether each pool has the newest configuration.",
            run=partial(_status, administered),
            class_name=f"{_SPACE}Xds.GetManagementStoreReplicationStatusCmdlet",
            parameters=(
                Parameter(name="ReplicaFqdn", position=0, help="Only that pool; wildcards."),
                Parameter(
                    name="CentralManagementStoreStatus",
                    type="Switch",
                    help="Which pool has the store, instead.",
                ),
            ),
            examples=(
                Example("Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus"),
            ),
        ),
        Cmdlet(
            name="Invoke-CsManagementServerFailover",
            synopsis="Lets the other pool have the Central Management store.",
            run=partial(_fail_over, administered),
            supports_should_process=True,
            default_set=_FAIL_OVER,
            class_name=f"{_SPACE}Hadr.InvokeManagementServerFailoverCmdlet",
            parameters=(
                Parameter(
                    name="BackupSqlServerFqdn",
                    type="Fqdn",
                    sets=(_FAIL_OVER,),
                    is_mandatory=True,
                    help="The database server of the other pool.",
                ),
                Parameter(name="Force", type="Switch", sets=(_FAIL_OVER,), help="No warnings."),
                *(
                    Parameter(name=name, type=kind, sets=(_FAIL_OVER,), help="Kept for scripts.")
                    for name, kind in (
                        ("BackupMirrorSqlInstanceName", "String"),
                        ("BackupMirrorSqlServerFqdn", "Fqdn"),
                        ("BackupSqlInstanceName", "String"),
                    )
                ),
                Parameter(name="Report", help="A file that gets what was done, as HTML."),
                Parameter(
                    name="Restore",
                    type="Switch",
                    sets=(_RESTORE,),
                    help="Gives the store back to the primary pool.",
                ),
            ),
            examples=(
                Example(
                    "Invoke-CsManagementServerFailover -BackupSqlServerFqdn sql2.contoso.example "
                    "-BackupSqlInstanceName rtc -WhatIf"
                ),
            ),
        ),
    )


async def _status(administered: Administered, call: Call) -> AsyncIterator[Any]:
    site = await administered.site()
    master = site.fqdns[administered.master_pool]
    if call.get("CentralManagementStoreStatus"):
        yield PSObject(
            f"{_SPACE}Xds.CentralManagementStoreStatusResult",
            {
                "ActiveMasterFQDN": master,
                "ActiveMasterLastHeartbeat": _now(),
                "ActiveFileTransferAgents": [master],
            },
        )
        return
    state = await administered.client.get("state")
    sought = wildcard(to_text(call["ReplicaFqdn"])) if "ReplicaFqdn" in call else None
    for pool, fqdn in site.fqdns.items():
        if sought is None or sought.fullmatch(fqdn):
            yield PSObject(
                f"{_SPACE}Xds.ReplicaState",
                {
                    "UpToDate": state["pools"][pool]["serving"],
                    "ReplicaFqdn": fqdn,
                    "LastStatusReport": _now(),
                    "LastUpdateCreation": _now(),
                },
            )


async def _fail_over(administered: Administered, call: Call) -> None:
    site = await administered.site()
    to = "primary" if call.get("Restore") else _other(administered.master_pool)
    if call.get("Restore") and administered.master_pool == "primary":
        raise CmdletError(
            f"{site.fqdns['primary']} has the Central Management store already.",
            "Refused",
            ErrorCategory.INVALID_OPERATION,
        )
    if not await call.should_process(site.fqdns[to]):
        return
    administered.master_pool = to
    told = f"The active Central Management server is {site.fqdns[to]}."
    call.write_verbose(told)
    if "Report" in call:
        _write_report(Path(to_text(call["Report"])), told)


def _write_report(path: Path, told: str) -> None:
    try:
        path.write_text(f"<!DOCTYPE html>\n<title>Failover</title>\n<p>{told}</p>\n", "utf-8")
    except OSError as error:
        raise CmdletError(
            f"The report {path} cannot be written: {error.strerror or error}.",
            "FileNotWritten",
            ErrorCategory.WRITE_ERROR,
            str(path),
            "IOException",
        ) from error


def _other(pool: str) -> str:
    return "backup" if pool == "primary" else "primary"


def _now() -> datetime:
    return datetime.now().replace(microsecond=0)  # noqa: DTZ005 - PowerShell's is local too
