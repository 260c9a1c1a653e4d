"""Format-Table, Format-List, Out-String, Out-File, Out-Null and Out-Default."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from emulator.shell.cmdlets.calculated import Chosen, chosen, values_of
from emulator.shell.display.default import rendered
from emulator.shell.display.listing import as_list
from emulator.shell.display.shapes import FormattedText, columns_of, is_plain
from emulator.shell.display.table import as_table
from emulator.shell.engine import Call, Cmdlet, CmdletError, ErrorCategory, Hashtable, Parameter
from emulator.shell.engine.limits import bounded
from emulator.shell.engine.text import to_text

__all__ = ["FORMAT_LIST", "FORMAT_TABLE", "OUT_DEFAULT", "OUT_FILE", "OUT_NULL", "OUT_STRING"]

_INPUT = Parameter(name="InputObject", type="Object", from_pipeline=True)
_PROPERTY = Parameter(name="Property", type="Object[]", position=0)
_SPACE = "Microsoft.PowerShell.Commands."


async def _records(call: Call) -> list[Any]:
    records: list[Any] = []
    async for record in call.input:
        if isinstance(record, Hashtable):
            records.extend({"Name": key, "Value": value} for key, value in record.items())
        else:
            records.append(record)
        bounded(len(records))
    return records


async def _rows(call: Call, records: list[Any]) -> list[dict[str, Any]]:
    wanted = chosen(call["Property"])
    return [await values_of(call, wanted, _undressed(record, wanted)) for record in records]


def _undressed(record: Any, wanted: list[Chosen]) -> Any:
    return Hashtable(record) if isinstance(record, dict) and wanted else record


async def _format_table(call: Call) -> AsyncIterator[Any]:
    records = await _records(call)
    if "Property" not in call and records and all(map(is_plain, records)):
        for record in records:
            yield record
        return
    rows: list[Any] = await _rows(call, records) if "Property" in call else records
    names = list(dict.fromkeys(name for row in rows for name in _names_of(row)))
    text = as_table(
        rows,
        call.host.width,
        names,
        wraps=bool(call.get("Wrap")),
        hides_headers=bool(call.get("HideTableHeaders")),
        fills=not call.get("AutoSize") and "Property" in call,
    )
    if text:
        yield FormattedText(text)


def _names_of(row: Any) -> list[str]:
    return list(row) if isinstance(row, dict) else columns_of([row])


async def _format_list(call: Call) -> AsyncIterator[Any]:
    records = await _records(call)
    texts: list[str] = []
    for record in records:
        if "Property" not in call and is_plain(record):
            yield record
            continue
        row = (await _rows(call, [record]))[0] if "Property" in call else record
        texts.append(as_list([row], _names_of(row)))
    if texts:
        yield FormattedText(_joined(texts))


def _joined(blocks: list[str]) -> str:
    """Lists with one empty line between them, not the two that each ends in."""
    return "\n" + "\n\n".join(block.strip("\n") for block in blocks) + "\n\n"


async def _out_string(call: Call) -> AsyncIterator[Any]:
    records = [record async for record in call.input]
    text = rendered(records, call.get("Width") or call.host.width)
    if call.get("Stream"):
        for line in text.splitlines():
            yield line
    else:
        yield text


async def _out_null(call: Call) -> None:
    async for _ in call.input:
        pass


async def _out_default(call: Call) -> None:
    records = [record async for record in call.input]
    call.host.write(rendered(records, call.host.width))


async def _out_file(call: Call) -> None:
    records = [record async for record in call.input]
    path = Path(to_text(call["FilePath"]))
    if not await call.should_process(str(path), "Output to File"):
        return
    try:
        with path.open("a" if call.get("Append") else "w", encoding="utf-8") as file:  # noqa: ASYNC230
            file.write(rendered(records, call.get("Width") or call.host.width))
    except OSError as error:
        raise CmdletError(
            f"Could not write to '{path}': {error.strerror}.",
            "FileOpenFailure",
            ErrorCategory.WRITE_ERROR,
            str(path),
            "IOException",
        ) from None


FORMAT_TABLE = Cmdlet(
    name="Format-Table",
    synopsis="Shows objects as a table.",
    run=_format_table,
    aliases=("ft",),
    takes_all_input=True,
    class_name=f"{_SPACE}FormatTableCommand",
    parameters=(
        _PROPERTY,
        Parameter(name="AutoSize", type="Switch"),
        Parameter(name="Wrap", type="Switch"),
        Parameter(name="HideTableHeaders", type="Switch"),
        _INPUT,
    ),
)
FORMAT_LIST = Cmdlet(
    name="Format-List",
    synopsis="Shows the properties of objects one beneath the other.",
    run=_format_list,
    aliases=("fl",),
    takes_all_input=True,
    class_name=f"{_SPACE}FormatListCommand",
    parameters=(_PROPERTY, Parameter(name="Force", type="Switch"), _INPUT),
)
OUT_STRING = Cmdlet(
    name="Out-String",
    synopsis="Gives what objects look like as a string.",
    run=_out_string,
    takes_all_input=True,
    class_name=f"{_SPACE}OutStringCommand",
    parameters=(
        Parameter(name="Width", type="Int32", least=2),
        Parameter(name="Stream", type="Switch"),
        _INPUT,
    ),
)
OUT_NULL = Cmdlet(
    name="Out-Null",
    synopsis="Shows nothing of what comes.",
    run=_out_null,
    takes_all_input=True,
    class_name=f"{_SPACE}OutNullCommand",
    parameters=(_INPUT,),
)
OUT_DEFAULT = Cmdlet(
    name="Out-Default",
    synopsis="Shows objects as they are shown by default.",
    run=_out_default,
    aliases=("Out-Host", "oh"),
    takes_all_input=True,
    class_name=f"{_SPACE}OutDefaultCommand",
    parameters=(_INPUT,),
)
OUT_FILE = Cmdlet(
    name="Out-File",
    synopsis="Writes what objects look like to a file.",
    run=_out_file,
    takes_all_input=True,
    supports_should_process=True,
    class_name=f"{_SPACE}OutFileCommand",
    parameters=(
        Parameter(name="FilePath", position=0, is_mandatory=True, aliases=("Path",)),
        Parameter(name="Append", type="Switch"),
        Parameter(name="Encoding", help="Files are UTF-8 whatever this says."),
        Parameter(name="Width", type="Int32", least=2),
        _INPUT,
    ),
)
