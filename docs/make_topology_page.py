"""Writes docs/topology.md from the schema, so that the page can't say other than the loader.

Run as `python docs/make_topology_page.py`; `--check` exits 1 where the page is out of date.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulator.topology import schema

PAGE = Path(__file__).with_name("topology.md")
HEAD = """# The topology file

<!-- made by docs/make_topology_page.py from the schema; edit the descriptions there -->

What the emulator emulates is said in one YAML file: `rgs up --topology FILE`. Without one it is the
sample `contoso` (`fixtures/contoso.yaml`). `rgs check FILE` judges a file: each fault with its line
and column, what was found, what was expected, and the nearest name that exists. `rgs schema` prints
the JSON Schema for editors.

| key | means | default |
|---|---|---|
"""


def rows(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, str, str]]:
    """Give (key, meaning, default) of every key below `node`, in order."""
    for name, value in node.get("properties", {}).items():
        key = f"{path}{name}"
        default = json.dumps(value["default"]) if "default" in value else ""
        if len(default) > 60:
            default = ""
        yield key, value.get("description", "") + _choices(value), default
        yield from rows(value, f"{key}.")
        for each in (value.get("items"), *value.get("anyOf", ())):
            if isinstance(each, dict):
                yield from rows(
                    each.get("items", each), f"{key}[]." if "items" in value else f"{key}."
                )


def _choices(value: dict[str, Any]) -> str:
    choices = value.get("enum")
    return f" (`{'`, `'.join(map(str, choices))}`)" if choices else ""


def page() -> str:
    """Give the whole page."""
    lines = [
        f"| `{key}` | {meaning} | {f'`{default}`' if default else ''} |"
        for key, meaning, default in rows(schema())
    ]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    text = page()
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text() == text else 1)
    PAGE.write_text(text)
