"""The sample topology for tests on the wire: quick agents, and a short wait in a black hole."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML

from emulator.resources import resource

__all__ = ["BLACKHOLE_SECONDS", "LAB"]

BLACKHOLE_SECONDS = 0.4
_ANSWER_AFTER_MS = 5


def _lab() -> dict[str, Any]:
    sample: dict[str, Any] = YAML(typ="safe").load(resource("contoso.yaml"))
    for agent in sample["agents"]:
        if agent["answer_after_ms"] is not None:
            agent["answer_after_ms"] = _ANSWER_AFTER_MS
    return {**sample, "blackhole_seconds": BLACKHOLE_SECONDS}


LAB = _lab()
