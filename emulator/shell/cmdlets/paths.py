"""Get-Content, Test-Path, Remove-Item and Join-Path, on the file system alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from emulator.shell.engine import Call, Cmdlet, ErrorCategory, Parameter
from emulator.shell.engine.limits import MAX_TEXT, bounded

__all__ = ["PATHS"]

_SPACE = "Microsoft.PowerShell.Commands."
_CODECS = {"unicode": "utf-16", "utf7": "utf-7", "utf32": "utf-32", "ascii": "ascii"}
_PATH = Parameter(
    name="Path",
    type="String[]",
    position=0,
    is_mandatory=True,
    from_pipeline=True,
    from_pipeline_by_property_name=True,
    aliases=("LiteralPath", "PSPath"),
)


async def _get_content(call: Call) -> AsyncIterator[Any]:
    for name in call["Path"]:
        data = await _read(call, name)
        if data is None:
            continue
        encoding = str(call.get("Encoding") or "utf8").lower()
        if encoding == "byte":
            if call.get("ReadCount", 1) == 0 or call.get("Raw"):
                yield data
            else:
                for octet in data:
                    yield octet
            continue
        text = data.decode(_CODECS.get(encoding, "utf-8-sig"), "replace")
        if call.get("Raw"):
            yield text
            continue
        lines = text.splitlines()
        most, last = call.get("TotalCount"), call.get("Tail")
        lines = lines[:most] if most is not None else lines
        lines = lines[max(0, len(lines) - last) :] if last is not None else lines
        if call.get("ReadCount", 1) == 0:
            yield lines
        else:
            for line in lines:
                yield line


async def _read(call: Call, name: str) -> bytes | None:
    path = Path(name)
    try:
        size = (await asyncio.to_thread(path.stat)).st_size
        bounded(size, MAX_TEXT)
        return await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError:
        _report_missing(call, name)
    except (OSError, ValueError) as error:
        call.write_error(
            f"Cannot read '{name}': {getattr(error, 'strerror', None) or error}.",
            "GetContentReaderUnauthorizedAccessError",
            ErrorCategory.PERMISSION_DENIED,
            name,
            "UnauthorizedAccessException",
        )
    return None


def _report_missing(call: Call, name: str) -> None:
    call.write_error(
        f"Cannot find path '{name}' because it does not exist.",
        "PathNotFound",
        ErrorCategory.OBJECT_NOT_FOUND,
        name,
        "ItemNotFoundException",
    )


async def _test_path(call: Call) -> AsyncIterator[Any]:
    kind = str(call.get("PathType") or "any").lower()
    for name in call["Path"]:
        path = Path(name)
        test = {"leaf": path.is_file, "container": path.is_dir}.get(kind, path.exists)
        try:
            yield await asyncio.to_thread(test)
        except (OSError, ValueError):
            yield False


async def _remove_item(call: Call) -> None:
    for name in call["Path"]:
        path = Path(name)
        if not await asyncio.to_thread(path.is_file):
            if await asyncio.to_thread(path.exists):
                call.write_error(
                    f"'{name}' is a folder; only files are removed here.",
                    "DirectoryNotRemoved",
                    ErrorCategory.INVALID_OPERATION,
                    name,
                    "IOException",
                )
            else:
                _report_missing(call, name)
            continue
        if await call.should_process(name, "Remove File"):
            try:
                await asyncio.to_thread(path.unlink)
            except OSError as error:
                call.write_error(
                    f"Cannot remove item {name}: {error.strerror}.",
                    "RemoveFileSystemItemIOError",
                    ErrorCategory.WRITE_ERROR,
                    name,
                    "IOException",
                )


async def _join_path(call: Call) -> AsyncIterator[Any]:
    parent, child = call["Path"], call["ChildPath"]
    mark = "\\" if "\\" in parent and "/" not in parent else "/"
    yield f"{parent.rstrip(mark)}{mark}{child.lstrip(mark)}"


PATHS = (
    Cmdlet(
        name="Get-Content",
        synopsis="Gives what a file holds: its lines, its text or its octets.",
        run=_get_content,
        aliases=("gc", "cat", "type"),
        class_name=f"{_SPACE}GetContentCommand",
        parameters=(
            _PATH,
            Parameter(
                name="Encoding",
                choices=(
                    *("Byte", "UTF8", "Default", "ASCII", "Unicode", "UTF7", "UTF32"),
                    *("String", "OEM", "Unknown"),
                ),
            ),
            Parameter(name="ReadCount", type="Int64", least=0),
            Parameter(name="TotalCount", type="Int64", least=0, aliases=("First", "Head")),
            Parameter(name="Tail", type="Int32", least=0, aliases=("Last",)),
            Parameter(name="Raw", type="Switch"),
        ),
    ),
    Cmdlet(
        name="Test-Path",
        synopsis="Says whether a path exists.",
        run=_test_path,
        class_name=f"{_SPACE}TestPathCommand",
        parameters=(_PATH, Parameter(name="PathType", choices=("Any", "Container", "Leaf"))),
    ),
    Cmdlet(
        name="Remove-Item",
        synopsis="Removes files.",
        run=_remove_item,
        aliases=("del", "rm", "ri", "erase"),
        supports_should_process=True,
        class_name=f"{_SPACE}RemoveItemCommand",
        parameters=(_PATH, Parameter(name="Force", type="Switch")),
    ),
    Cmdlet(
        name="Join-Path",
        synopsis="Joins a path and what lies beneath it.",
        run=_join_path,
        class_name=f"{_SPACE}JoinPathCommand",
        parameters=(
            Parameter(name="Path", position=0, is_mandatory=True),
            Parameter(name="ChildPath", position=1, is_mandatory=True),
        ),
    ),
)
