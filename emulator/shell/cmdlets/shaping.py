"""Select-Object, Sort-Object, Group-Object and Measure-Object."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from functools import cmp_to_key
from typing import Any

from emulator.shell.cmdlets.calculated import Chosen, chosen, value_of, values_of
from emulator.shell.engine import (
    Call,
    Cmdlet,
    CmdletError,
    ErrorCategory,
    Hashtable,
    Parameter,
    PSObject,
)
from emulator.shell.engine.comparing import equal, sort_key
from emulator.shell.engine.conversion import to_boolean, to_list, to_number
from emulator.shell.engine.limits import bounded
from emulator.shell.engine.members import get_member, has_member
from emulator.shell.engine.text import to_text
from emulator.shell.engine.types import type_name_of

__all__ = ["GROUP_OBJECT", "MEASURE_OBJECT", "SELECT_OBJECT", "SORT_OBJECT"]

_INPUT = Parameter(name="InputObject", type="Object", from_pipeline=True)
_PROPERTY = Parameter(name="Property", type="Object[]", position=0)
_SPACE = "Microsoft.PowerShell.Commands."


async def _all(call: Call) -> list[Any]:
    records: list[Any] = []
    async for record in call.input:
        records.append(record)
        bounded(len(records))
    return records


# Select-Object


async def _select(call: Call) -> AsyncIterator[Any]:
    seen: list[Any] = []
    async for record in _cut(call):
        for value in await _selected(call, record):
            if call.get("Unique"):
                if any(_is_same(value, known) for known in seen):
                    continue
                seen.append(value)
            yield value


async def _cut(call: Call) -> AsyncIterator[Any]:
    first, last, skipped = call.get("First"), call.get("Last"), call.get("Skip", 0)
    if last is not None:
        async for record in _tail(call, first, last, skipped):
            yield record
        return
    count = 0
    async for record in call.input if first != 0 else _none():
        count += 1
        if count <= skipped:
            continue
        yield record
        if first is not None and count - skipped >= first:
            return  # what comes before in the pipeline is stopped


async def _none() -> AsyncIterator[Any]:
    empty: tuple[Any, ...] = ()
    for item in empty:
        yield item


async def _tail(call: Call, first: int | None, last: int, skipped: int) -> AsyncIterator[Any]:
    records = await _all(call)
    records = records[: len(records) - skipped] if skipped else records
    head = records[: first or 0]
    for record in [*head, *deque(records[len(head) :], maxlen=last)]:
        yield record


async def _selected(call: Call, record: Any) -> list[Any]:
    if "ExpandProperty" in call:
        name = call["ExpandProperty"]
        if not has_member(record, name):
            call.write_error(
                f'Property "{name}" cannot be found.',
                "ExpandPropertyNotFound",
                ErrorCategory.INVALID_ARGUMENT,
                record,
                "PSArgumentException",
            )
            return []
        return to_list(get_member(record, name))
    if "Property" not in call:
        return [record]
    values = await values_of(call, chosen(call["Property"]), record)
    for name in to_list(call.get("ExcludeProperty")):
        values = {k: v for k, v in values.items() if k.lower() != to_text(name).lower()}
    return [PSObject(f"Selected.{type_name_of(record)}", values, display=_shown, is_open=True)]


def _shown(record: PSObject) -> str:
    return f"@{{{'; '.join(f'{n}={to_text(v)}' for n, v in record.properties.items())}}}"


def _is_same(left: Any, right: Any) -> bool:
    if isinstance(left, PSObject) and isinstance(right, PSObject):
        if list(left.properties) != list(right.properties):
            return False
        return all(
            equal(to_text(value), to_text(right.get(name)), is_exact=True)
            for name, value in left.properties.items()
        )
    return equal(left, right, is_exact=True)


# Sort-Object


async def _sort(call: Call) -> AsyncIterator[Any]:
    records = await _all(call)
    wanted = call.get("Property")
    keys = [
        (key, _direction(item, call))
        for key, item in zip(chosen(wanted), to_list(wanted), strict=True)
    ]
    rows: list[tuple[list[Any], Any]] = []
    for record in records:
        values = [await value_of(call, key, record) for key, _ in keys] if keys else [record]
        rows.append((values, record))
    signs = [sign for _, sign in keys] or [-1 if call.get("Descending") else 1]

    def order(left: tuple[list[Any], Any], right: tuple[list[Any], Any]) -> int:
        for sign, one, other in zip(signs, left[0], right[0], strict=True):
            if found := sort_key(one, other):
                return sign * found
        return 0

    rows.sort(key=cmp_to_key(order))
    before: list[Any] | None = None
    for values, record in rows:
        is_repeated = before is not None and order((before, None), (values, None)) == 0
        before = values
        if not (is_repeated and call.get("Unique")):
            yield record


def _direction(item: Any, call: Call) -> int:
    if isinstance(item, Hashtable) and ("Descending" in item or "Ascending" in item):
        is_down = to_boolean(item.get("Descending")) or item.get("Ascending") is False
        return -1 if is_down else 1
    return -1 if call.get("Descending") else 1


# Group-Object and Measure-Object


async def _group(call: Call) -> AsyncIterator[Any]:
    keys = chosen(call.get("Property"))
    groups: dict[str, tuple[str, list[Any]]] = {}
    async for record in call.input:
        values = [await value_of(call, key, record) for key in keys] if keys else [record]
        name = ", ".join(to_text(value) for value in values)
        groups.setdefault(name.lower(), (name, []))[1].append(record)
    if call.get("AsHashTable"):
        yield Hashtable((name, records) for name, records in groups.values())
        return
    for name, records in groups.values():
        properties: dict[str, Any] = {"Count": len(records), "Name": name}
        if not call.get("NoElement"):
            properties["Group"] = records
        yield PSObject("Microsoft.PowerShell.Commands.GroupInfo", properties)


async def _measure(call: Call) -> AsyncIterator[Any]:
    records = await _all(call)
    names: list[Chosen | None] = [*chosen(call.get("Property"))]
    for wanted in names or [None]:
        yield await _measured(call, wanted, records)


async def _measured(call: Call, wanted: Chosen | None, records: list[Any]) -> PSObject:
    values = records
    if wanted is not None:
        held = [await value_of(call, wanted, record) for record in records]
        values = [value for value in held if value is not None]
    sums = call.get("Sum") or call.get("Average")
    numbers = [_number(value) for value in values] if sums else []
    is_ordered = call.get("Minimum") or call.get("Maximum")
    ordered = sorted(values, key=cmp_to_key(sort_key)) if is_ordered else []
    return PSObject(
        "Microsoft.PowerShell.Commands.GenericMeasureInfo",
        {
            "Count": len(values),
            "Average": sum(numbers) / len(numbers) if call.get("Average") and numbers else None,
            "Sum": sum(numbers) if call.get("Sum") else None,
            "Maximum": ordered[-1] if call.get("Maximum") and ordered else None,
            "Minimum": ordered[0] if call.get("Minimum") and ordered else None,
            "Property": None if wanted is None else wanted.name,
        },
    )


def _number(value: Any) -> int | float:
    try:
        return to_number(value)
    except CmdletError:
        raise CmdletError(
            f'Input object "{to_text(value)}" is not numeric.',
            "NonNumericInputObject",
            ErrorCategory.INVALID_TYPE,
            value,
            "PSInvalidCastException",
        ) from None


SELECT_OBJECT = Cmdlet(
    name="Select-Object",
    synopsis="Selects objects, or properties of objects.",
    run=_select,
    aliases=("select",),
    takes_all_input=True,
    class_name=f"{_SPACE}SelectObjectCommand",
    parameters=(
        _PROPERTY,
        Parameter(name="ExcludeProperty", type="String[]"),
        Parameter(name="ExpandProperty", help="Gives what this property holds."),
        Parameter(name="First", type="Int32", least=0),
        Parameter(name="Last", type="Int32", least=0),
        Parameter(name="Skip", type="Int32", least=0),
        Parameter(name="Unique", type="Switch"),
        _INPUT,
    ),
)
SORT_OBJECT = Cmdlet(
    name="Sort-Object",
    synopsis="Sorts objects by the values of properties.",
    run=_sort,
    aliases=("sort",),
    takes_all_input=True,
    class_name=f"{_SPACE}SortObjectCommand",
    parameters=(
        _PROPERTY,
        Parameter(name="Descending", type="Switch"),
        Parameter(name="Unique", type="Switch"),
        _INPUT,
    ),
)
GROUP_OBJECT = Cmdlet(
    name="Group-Object",
    synopsis="Groups objects that have the same values of properties.",
    run=_group,
    aliases=("group",),
    takes_all_input=True,
    class_name=f"{_SPACE}GroupObjectCommand",
    parameters=(
        _PROPERTY,
        Parameter(name="NoElement", type="Switch"),
        Parameter(name="AsHashTable", type="Switch"),
        _INPUT,
    ),
)
MEASURE_OBJECT = Cmdlet(
    name="Measure-Object",
    synopsis="Counts objects, and sums up what their properties hold.",
    run=_measure,
    aliases=("measure",),
    takes_all_input=True,
    class_name=f"{_SPACE}MeasureObjectCommand",
    parameters=(
        _PROPERTY,
        Parameter(name="Sum", type="Switch"),
        Parameter(name="Average", type="Switch"),
        Parameter(name="Minimum", type="Switch"),
        Parameter(name="Maximum", type="Switch"),
        _INPUT,
    ),
)
