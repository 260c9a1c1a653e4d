"""Writes a topology as the YAML of its file, without what is the default anyway."""

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from emulator.topology.schema import schema

__all__ = ["written_topology"]

_NOTHING = object()


def written_topology(shown: Mapping[str, Any]) -> str:
    """Give the text of a file that loads to what `shown`, in the file's terms, loads to."""
    whole = schema()
    definitions = whole["$defs"]
    assert isinstance(definitions, dict)
    yaml = YAML(typ="rt")
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 100
    text = io.StringIO()
    yaml.dump(_concise(dict(shown), whole, definitions), text)
    return text.getvalue()


def _concise(value: Any, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return DoubleQuotedScalarString(value) if _looks_like_another(value) else value
    found = _resolved(schema, definitions)
    if isinstance(value, list):
        items = found.get("items", {})
        return [_concise(each, items, definitions) for each in value]
    if not isinstance(value, dict):
        return value
    properties: Mapping[str, Any] = found.get("properties", {})
    return {
        key: _concise(each, properties.get(key, {}), definitions)
        for key, each in value.items()
        if each != properties.get(key, {}).get("default", _NOTHING)
    }


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of the value that is there: not of null, and not by its name alone."""
    for choice in schema.get("anyOf", ()):
        if choice != {"type": "null"}:
            return _resolved(choice, definitions)
    if "$ref" in schema:
        found: Mapping[str, Any] = definitions[schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _looks_like_another(text: str) -> bool:
    """Whether YAML might read it as something else than text."""
    is_plain = text[:1].isalpha() and text.isascii() and text.strip() == text
    words = ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
    return not is_plain or text.lower() in words or any(mark in text for mark in ": #\n")
