"""What has happened, as it is told outside."""

from __future__ import annotations

from typing import Any

from emulator.model.agents import Agent
from emulator.model.calls import Call
from emulator.model.journal import Event
from emulator.model.phase_log import PhaseEntry
from emulator.operations.administration import Administration
from emulator.operations.agents import show_agent
from emulator.operations.call_view import show_call_as_of
from emulator.operations.times import as_text
from emulator.rules import Phase

__all__ = ["EVENT_KINDS", "show_event"]

EVENT_KINDS = ("phase", "call", "agent", "import")


def show_event(administration: Administration, event: Event) -> dict[str, Any]:
    """The event in plain values, with its `time`; a call as it was then, an agent as it is now."""
    time = as_text(event.time)
    payload = event.payload
    match event.kind:
        case "phase":
            before: Phase
            entry: PhaseEntry
            before, entry = payload
            return {
                "time": time,
                "from": before,
                "to": entry.phase,
                "epoch": entry.epoch,
                "style": entry.style,
            }
        case "call":
            call: Call = payload[0]
            return {"time": time, **show_call_as_of(call, payload[1], event.time)}
        case "agent":
            agent: Agent = payload
            return {"time": time, **show_agent(administration, agent)}
        case _:
            return {"time": time, **payload}
