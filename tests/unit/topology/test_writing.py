"""A topology that is written as a file, and read back."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.model.configuration import seeds_of
from emulator.resources import resource
from emulator.topology import load_topology, parse_topology, plain, topology_of
from emulator.topology.writing import written_topology

_EVERYTHING = """
domain: example.org
pools: {primary: {fqdn: p.example.org, music: a.wav}, backup: {fqdn: b.example.org}}
agents: [{name: ann, password: "a: b # c", tel: "0123"}, {name: ben, home: backup}]
agent_groups: [{name: "First Line", agents: [ann]}, {name: "y", agents: [ben], owner: backup}]
queues:
  - {name: "Help Desk", agent_groups: ["First Line"], timeout_seconds: 20,
     timeout_action: {voicemail: "sip:ann@example.org", prompt: {text: "Sorry: nobody"}}}
hours: [{name: Office, monday: [{open: "09:00", close: "24:00"}]}]
holiday_sets: [{name: French, holidays: [{start: 2026-12-24, end: "2026-12-26T12:00"}]}]
tokens: [{token: abcdefgh, role: CsResponseGroupManager, manages: [desk]}]
groups:
  - {name: desk, shared_queue: "Help Desk", hours: Office, holidays: [French],
     closed_action: {uri: "tel:+1"}, time_zone: Romance Standard Time, description: "on\\noff"}
  - {name: other, owner: backup, kind: anonymous, agents: [ben], active: false}
  - name: ask
    menu:
      prompt: {text: "Press one"}
      answers:
        - {dtmf: "1", action: {queue: "Help Desk"}}
        - dtmf: "2"
          action:
            question:
              prompt: {audio: more.wav}
              answers: [{dtmf: "*", voice: ["stop"], action: {terminate: {}}}]
imported: true
allowed_networks: ["127.0.0.0/8", "10.0.0.0/8"]
responses: {new/outage/not_imported: 480}
"""
_SAMPLES = ("contoso.yaml", "phones.yaml", "queues.yaml", "demo.yaml", "minimal.yaml")


@pytest.mark.parametrize("name", [*_SAMPLES, "everything"])
def test_what_is_written_loads_to_the_same(name: str) -> None:
    topology = (
        parse_topology(_EVERYTHING, name="everything")
        if name == "everything"
        else load_topology(resource(name))
    )
    shown: Any = plain(topology_of(topology, seeds_of(topology)))

    text = written_topology(shown)

    assert parse_topology(text, name="written") == topology


def test_what_is_the_default_is_left_out() -> None:
    topology = parse_topology(
        "agents: [{name: ann}]\ngroups: [{name: desk, agents: [ann]}]", name="x"
    )
    shown: Any = plain(topology)

    assert written_topology(shown) == (
        "agents:\n- name: ann\ngroups:\n- name: desk\n  agent_groups:\n  - name: desk\n"
        "    agents:\n    - ann\n"
    )
