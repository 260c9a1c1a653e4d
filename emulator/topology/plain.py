"""Values of the model as the file and the API write them: mappings, lists, words and numbers."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network

from emulator.model.actions import Terminate
from emulator.model.topology import Action, Group, NamedQueue, Owned

__all__ = ["plain"]


def plain(value: object) -> object:
    """Give `value` in the terms of a topology file, ready for JSON or YAML.

    A Topology so written reads back as the same Topology.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Action):
        return _action(value)
    if isinstance(value, Owned):
        return _owned(value)
    if isinstance(value, NamedQueue):
        return _queue(value)
    if isinstance(value, Group):
        return _group(value)
    if isinstance(value, IPv4Network | IPv6Network):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value


def _fields(value: object) -> dict[str, object]:
    assert is_dataclass(value)
    return {each.name: plain(getattr(value, each.name)) for each in fields(value)}


def _action(action: Action) -> dict[str, object]:
    written = _fields(action)
    if isinstance(action, Terminate):
        written = {"terminate": {}, **written}
    if action.prompt is None:
        del written["prompt"]
    return written


def _owned(owned: "Owned[object]") -> dict[str, object]:
    written = plain(owned.value)
    assert isinstance(written, dict)
    return {"name": written.pop("name"), "owner": owned.owner.value, **written}


def _queue(queue: NamedQueue) -> dict[str, object]:
    agent_groups = list(queue.agent_groups)
    return {"name": queue.name, "agent_groups": agent_groups, **_fields(queue.queue)}


def _group(group: Group) -> dict[str, object]:
    """A group with what says where its calls go: one key of three."""
    written = _fields(group)
    if group.menu is None:
        del written["menu"]
    if group.menu is not None or group.has_own_queue:
        del written["shared_queue"]
    if not group.has_own_queue:
        del written["agent_groups"]
    return written
