"""Rules files that differ from the product's own in one cell."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from emulator.resources import resource

__all__ = ["alter_rules"]


def alter_rules(cell: str, outcome: str, path: Path) -> Path:
    """Write the product's rules to `path`, but `outcome` in `cell`; gives `path`."""
    yaml = YAML()
    document = yaml.load(resource("behaviour.yaml"))
    *above, last = cell.split("/")
    place = document if above[0] == "agents_homed_on_primary" else document["rows"]
    for name in above:
        place = place[name]
    if place[last] == outcome:
        raise ValueError(f"{cell} says {outcome} already")
    place[last] = str(outcome)
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(document, file)
    return path
