"""The topology as it is now: as it was loaded, with the configuration that there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emulator.operations.administration import Administration
from emulator.topology import plain, topology_of

__all__ = ["show_topology"]


def show_topology(administration: Administration, *, has_secrets: bool = False) -> dict[str, Any]:
    """The topology in the terms of its file, from which the same would start again.

    has_secrets  with passwords and tokens, which are left out otherwise.
    """
    site = administration.site
    topology = topology_of(site.topology, site.hosting.configuration)
    if not has_secrets:
        agents = tuple(replace(each, password=None) for each in topology.agents)
        topology = replace(topology, agents=agents, tokens=())
    shown = plain(topology)
    assert isinstance(shown, dict)
    return shown
