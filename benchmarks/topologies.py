"""The topologies that are measured: the sample's shape, with agents that answer when told."""

from __future__ import annotations

from pathlib import Path

_TOPOLOGY = """\
domain: contoso.example
pools:
  primary: {{fqdn: pool1.contoso.example}}
  backup: {{fqdn: pool2.contoso.example}}
agents:
{agents}
groups:
  - {{name: helpdesk, owner: primary, kind: normal, agents: [alice, bob, carol, dave]}}
  - {{name: hotline, owner: primary, kind: anonymous, agents: [alice, bob, carol, dave]}}
"""
_AGENT = (
    "  - {{name: {name}, home: {home}, answer_after_ms: {answer_after_ms}, concurrent: unlimited}}"
)
_HOMES = {"alice": "primary", "bob": "primary", "carol": "backup", "dave": "backup"}


def topology_text(answer_after_ms: int) -> str:
    """The YAML of two groups, one of each kind, whose agents answer after so many ms."""
    agents = "\n".join(
        _AGENT.format(name=name, home=home, answer_after_ms=answer_after_ms)
        for name, home in _HOMES.items()
    )
    return _TOPOLOGY.format(agents=agents)


def write_topology(answer_after_ms: int, folder: Path) -> Path:
    """Write that topology into `folder` and say where."""
    path = folder / f"answer-after-{answer_after_ms}-ms.yaml"
    path.write_text(topology_text(answer_after_ms))
    return path
