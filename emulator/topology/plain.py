"""Values of the model as the file and the API write them: mappings, lists, words and numbers."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network

from emulator.model.topology import Terminate

__all__ = ["plain"]


def plain(value: object) -> object:
    """Give `value` in the terms of a topology file, ready for JSON or YAML.

    A Topology so written reads back as the same Topology.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Terminate):
        return {"terminate": {}}
    if isinstance(value, IPv4Network | IPv6Network):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value
