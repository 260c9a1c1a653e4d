"""The names of types: of a value, and of what stands in `[ ]`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from emulator.shell.engine.errors import ErrorRecord
from emulator.shell.engine.values import (
    Collection,
    Hashtable,
    PSObject,
    ScriptBlock,
    TypeReference,
    Uri,
)

__all__ = ["full_name", "is_instance", "item_type", "short_type_name", "type_name_of"]

_SYSTEM = {
    "boolean": "System.Boolean",
    "byte": "System.Byte",
    "char": "System.Char",
    "datetime": "System.DateTime",
    "decimal": "System.Decimal",
    "double": "System.Double",
    "guid": "System.Guid",
    "int16": "System.Int16",
    "int32": "System.Int32",
    "int64": "System.Int64",
    "object": "System.Object",
    "single": "System.Single",
    "string": "System.String",
    "timespan": "System.TimeSpan",
    "uint16": "System.UInt16",
    "uint32": "System.UInt32",
    "uint64": "System.UInt64",
    "uri": "System.Uri",
    "exception": "System.Exception",
    "math": "System.Math",
    "array": "System.Array",
    "environment": "System.Environment",
    "void": "System.Void",
    "io.file": "System.IO.File",
    "io.path": "System.IO.Path",
    "collections.hashtable": "System.Collections.Hashtable",
    "collections.arraylist": "System.Collections.ArrayList",
    "management.automation.pscustomobject": "System.Management.Automation.PSCustomObject",
    "management.automation.psobject": "System.Management.Automation.PSObject",
    "management.automation.scriptblock": "System.Management.Automation.ScriptBlock",
    "management.automation.switchparameter": "System.Management.Automation.SwitchParameter",
    "management.automation.errorrecord": "System.Management.Automation.ErrorRecord",
    "collections.specialized.ordereddictionary": (
        "System.Collections.Specialized.OrderedDictionary"
    ),
}
_KEYWORDS = {
    "bool": "boolean",
    "float": "single",
    "fqdn": "Microsoft.Rtc.Management.Deploy.Fqdn",
    "hashtable": "collections.hashtable",
    "int": "int32",
    "long": "int64",
    "ordered": "collections.specialized.ordereddictionary",
    "pscustomobject": "management.automation.pscustomobject",
    "psobject": "management.automation.psobject",
    "scriptblock": "management.automation.scriptblock",
    "short": "int16",
    "switch": "management.automation.switchparameter",
}
_SHORT = {value: key for key, value in _SYSTEM.items()}


def full_name(name: str) -> str:
    """The whole name of the type that `name` abbreviates; an unknown one stays as it is."""
    if name.endswith("[]"):
        return f"{full_name(name[:-2])}[]"
    folded = name.lower().removeprefix("system.")
    keyword = _KEYWORDS.get(folded, folded)
    if keyword.startswith("Microsoft."):
        return keyword
    return _SYSTEM.get(keyword, name)


def item_type(name: str) -> str | None:
    """The type of the items, if `name` is a list of them: `X[]`, `Collection[X]`, `List[X]`."""
    if name.endswith("[]"):
        return name[:-2]
    if name.endswith("]") and "[" in name:
        outer, _, inner = name[:-1].partition("[")
        if outer.lower().rsplit(".", 1)[-1].partition("`")[0] in ("collection", "list"):
            return inner.strip("[]")
    return None


def type_name_of(value: Any) -> str:
    """The whole name of the type of `value`."""
    match value:
        case None:
            return "System.Object"
        case bool():
            return "System.Boolean"
        case int():
            is_small = -(1 << 31) <= value < (1 << 31)
            return "System.Int32" if is_small else "System.Int64"
        case float():
            return "System.Double"
        case str():
            return "System.String"
        case bytes():
            return "System.Byte[]"
        case Collection():
            return f"{value.type_name}[{full_name(value.item_type)}]"
        case list():
            return "System.Object[]"
        case Hashtable():
            ordered = "System.Collections.Specialized.OrderedDictionary"
            return ordered if value.is_ordered else "System.Collections.Hashtable"
        case _:
            return _other(value)


def _other(value: Any) -> str:
    match value:
        case PSObject():
            return value.type_name
        case datetime():
            return "System.DateTime"
        case timedelta():
            return "System.TimeSpan"
        case Uri():
            return "System.Uri"
        case ScriptBlock():
            return "System.Management.Automation.ScriptBlock"
        case ErrorRecord():
            return "System.Management.Automation.ErrorRecord"
        case TypeReference():
            return "System.RuntimeType"
        case _:
            return "System.Object"


def short_type_name(value: Any) -> str:
    """The last part of the name of the type of `value`."""
    name = type_name_of(value)
    if "[" in name and not name.endswith("[]"):
        name = f"{name.partition('[')[0]}`1"
    return name.rsplit(".", 1)[-1]


def is_instance(value: Any, name: str) -> bool:
    """Whether `value` is of the type that `name` names."""
    wanted, actual = full_name(name).lower(), type_name_of(value).lower()
    if value is None:
        return False
    if wanted in ("system.object", actual):
        return True
    match wanted:
        case "system.array" | "array":
            return isinstance(value, list | bytes) and not isinstance(value, Collection)
        case "system.management.automation.psobject":
            return isinstance(value, PSObject)
        case "system.int64":
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            return actual.endswith(f".{wanted}")
