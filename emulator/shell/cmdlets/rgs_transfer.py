"""Export-, Import- and Move-CsRgsConfiguration."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from emulator.shell.client import Document
from emulator.shell.cmdlets.administered import Administered
from emulator.shell.cmdlets.rgs_identities import SHELL
from emulator.shell.cmdlets.rgs_parameters import FORCE
from emulator.shell.engine import (
    Call,
    Cmdlet,
    CmdletError,
    ErrorCategory,
    Example,
    Parameter,
    to_text,
)

__all__ = ["transfer_cmdlets"]

_CLASS = "Microsoft.Rtc.Rgs.Management.Cmdlets."
_MOST_BYTES = 64 * 1024 * 1024
_RESOLVE = Parameter(
    name="ResolveNameConflicts",
    type="Switch",
    help="Appends a number to names that are taken, such as Help Desk (2).",
)


def transfer_cmdlets(administered: Administered) -> tuple[Cmdlet, ...]:
    """The cmdlets that carry configuration from pool to pool."""
    return (
        Cmdlet(
            name="Export-CsRgsConfiguration",
            synopsis="Writes the configuration of a pool into a zip file.",
            description=(
                "Without -Owner what the pool owns. A file that is there is not written over. "
                "What is in the real cmdlet's files is not known in public: these are our own."
            ),
            run=partial(_export, administered),
            class_name=f"{_CLASS}ExportConfigurationCmdlet",
            parameters=(
                Parameter(name="FileName", is_mandatory=True, help="The file, a .zip."),
                Parameter(
                    name="Source", is_mandatory=True, help="The service that it is taken from."
                ),
                FORCE,
                Parameter(name="Owner", help="Only what that service owns."),
                Parameter(
                    name="RemoveExportedConfiguration",
                    type="Switch",
                    help="Removes from the source what has been written.",
                ),
            ),
            examples=(
                Example(
                    'Export-CsRgsConfiguration -Source "service:ApplicationServer:'
                    'pool1.contoso.example" -FileName C:\\RgsExportPrimary.zip'
                ),
            ),
        ),
        Cmdlet(
            name="Import-CsRgsConfiguration",
            synopsis="Takes an exported configuration in, all of it or nothing.",
            run=partial(_import, administered),
            class_name=f"{_CLASS}ImportConfigurationCmdlet",
            parameters=(
                Parameter(
                    name="Destination", is_mandatory=True, help="The service that is to have it."
                ),
                Parameter(name="FileName", is_mandatory=True, help="The file, a .zip."),
                FORCE,
                Parameter(
                    name="OverwriteOwner",
                    type="Switch",
                    help="Lets the destination own it; without, the owner stays.",
                ),
                Parameter(
                    name="ReplaceExistingRgsSettings",
                    type="Switch",
                    help="Replaces the settings of the service by those in the file.",
                ),
                _RESOLVE,
            ),
            examples=(
                Example(
                    'Import-CsRgsConfiguration -Destination "service:ApplicationServer:'
                    'pool2.contoso.example" -FileName C:\\RgsExportPrimary.zip'
                ),
            ),
        ),
        Cmdlet(
            name="Move-CsRgsConfiguration",
            synopsis="Moves all that a pool owns to the other pool.",
            run=partial(_move, administered),
            class_name=f"{_CLASS}MoveConfigurationCmdlet",
            parameters=(
                Parameter(
                    name="Source", position=0, is_mandatory=True, help="The service, or its pool."
                ),
                Parameter(
                    name="Destination",
                    position=1,
                    is_mandatory=True,
                    help="The service, or its pool.",
                ),
                FORCE,
                _RESOLVE,
            ),
            examples=(
                Example("Move-CsRgsConfiguration pool1.contoso.example pool2.contoso.example"),
            ),
        ),
    )


async def _export(administered: Administered, call: Call) -> None:
    site = await administered.site()
    source = site.pool(call["Source"], "Source")
    owner = site.pool(call["Owner"], "Owner") if "Owner" in call else None
    path = _path(call)
    if path.exists():
        raise _not_written(path, "there is such a file already")
    remove = bool(call.get("RemoveExportedConfiguration"))
    # The file is there before anything is removed, so that nothing is lost if it can't be written.
    body: Document = {"source": source, "owner": owner, "remove": False}
    _write(path, await administered.client.download(f"{SHELL}/export", body))
    if remove:
        await administered.client.download(f"{SHELL}/export", {**body, "remove": True})


async def _import(administered: Administered, call: Call) -> None:
    site = await administered.site()
    destination = site.pool(call["Destination"], "Destination")
    path = _path(call)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _not_read(path, f"it has more than {_MOST_BYTES} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise _not_read(path, error.strerror or str(error)) from error
    done = await administered.client.upload(
        "POST",
        f"{SHELL}/import",
        content,
        "application/zip",
        destination=destination,
        overwrite_owner=bool(call.get("OverwriteOwner")),
        replace_settings=bool(call.get("ReplaceExistingRgsSettings")),
        resolve_name_conflicts=bool(call.get("ResolveNameConflicts")),
    )
    _tell(call, done)


async def _move(administered: Administered, call: Call) -> None:
    site = await administered.site()
    pools = {}
    for name in ("Source", "Destination"):
        given = to_text(call[name])
        pools[name.lower()] = site.pool_of(given) or site.pool(given, name)
    body = {**pools, "resolve_name_conflicts": bool(call.get("ResolveNameConflicts"))}
    _tell(call, await administered.client.send("POST", f"{SHELL}/move", body))


def _tell(call: Call, done: Any) -> None:
    call.write_verbose(f"{len(done['imported'])} objects were taken in.")
    for each in () if call.get("Force") else done["renamed"]:
        word = each["kind"].replace("_", " ")
        call.write_warning(f'The {word} "{each["from"]}" is "{each["to"]}" from now on.')


def _path(call: Call) -> Path:
    """The file; a path of Windows with a drive is a name in the current folder elsewhere."""
    written = to_text(call["FileName"])
    is_windows = "\\" in written and not Path(written).exists()
    return Path(written.replace("\\", "/").rpartition("/")[2] if is_windows else written)


def _write(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise _not_written(path, error.strerror or str(error)) from error


def _not_written(path: Path, why: str) -> CmdletError:
    return CmdletError(
        f"The file {path} cannot be written: {why}.",
        "FileNotWritten",
        ErrorCategory.WRITE_ERROR,
        str(path),
        "IOException",
    )


def _not_read(path: Path, why: str) -> CmdletError:
    return CmdletError(
        f"The file {path} cannot be read: {why}.",
        "FileNotRead",
        ErrorCategory.READ_ERROR,
        str(path),
        "IOException",
    )
