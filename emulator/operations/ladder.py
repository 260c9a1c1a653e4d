"""The ladder of a call: who sent what to whom, and where the rules decided, in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from emulator.model.calls import Call
from emulator.model.ladder import FULL, MAX_STEPS, Party, Step, StepKind, steps_of
from emulator.operations.administration import Administration
from emulator.operations.call_view import show_call
from emulator.rules import Verdict

__all__ = ["Arrow", "Chart", "Note", "chart_of"]
_AT_ONCE_SECONDS = 0.001
_IN_WORDS = {
    StepKind.QUEUED: "waits: no agent can be rung",
    StepKind.TIMED_OUT: "the queue's time is over",
    StepKind.OVERFLOWED: "the queue is too long",
    StepKind.LEFT: "leaves the response groups",
}


@dataclass(frozen=True, slots=True)
class Arrow:
    """A message from one column to another, `after` seconds since the call began.

    `is_internal`: it was a function call between elements of the emulator, and no packet.
    """

    after: float
    source: str
    target: str
    label: str
    is_internal: bool


@dataclass(frozen=True, slots=True)
class Note:
    """Something that concerns the whole call: a decision of the rules, an agent that is rung."""

    after: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A ladder ready to be drawn: heading, columns from left to right, rows from top to bottom."""

    heading: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Arrow | Note, ...]


def chart_of(administration: Administration, call: Call) -> Chart:
    """The ladder of `call`; columns are those parties that take part."""
    rows: list[Arrow | Note] = []
    parties: set[Party] = {Party.CALLER}
    for step in steps_of(call.steps):
        if step.kind in (StepKind.REQUEST, StepKind.RESPONSE):
            parties |= {step.source, step.target}
        row = _row(administration, call, step)
        at = len(rows)
        if step.kind is StepKind.RULE and rows and _is_caused_by(rows[-1], row):
            at -= 1
        rows.insert(at, row)
    if len(call.steps) >= FULL:
        last = rows[-1].after if rows else 0.0
        rows.append(Note(last, f"what came later was not kept ({MAX_STEPS} steps are)"))
    for decision in _decisions(call):
        at = next(
            (index for index, row in enumerate(rows) if row.after > decision.after), len(rows)
        )
        if decision.after == 0.0 and rows:
            at = max(at, 1)  # the call is there before it is judged
        rows.insert(at, decision)
    columns = tuple(_name(party) for party in sorted(parties))
    return Chart(tuple(_heading(call)), columns, tuple(rows))


def _is_caused_by(row: Arrow | Note, decision: Arrow | Note) -> bool:
    """Whether a message that was noted just before a decision is what the decision says."""
    is_refusal = isinstance(row, Arrow) and row.label[:1] in "456"
    return is_refusal and decision.after - row.after < _AT_ONCE_SECONDS


def _row(administration: Administration, call: Call, step: Step) -> Arrow | Note:
    match step.kind:
        case StepKind.RULE:
            cell = administration.site.tally.cell_name(step.value)
            return Note(step.after, _decided(administration, call, cell))
        case StepKind.RINGS:
            return Note(step.after, f"rings {_agent_name(administration, step.value)}")
        case StepKind.DIAGNOSED:
            return Note(step.after, f"ms-diagnostics {step.value}")
        case StepKind.QUEUED | StepKind.TIMED_OUT | StepKind.OVERFLOWED | StepKind.LEFT:
            return Note(step.after, _IN_WORDS[step.kind])
        case StepKind.RESPONSE:
            label = f"{step.value} {step.method.decode()}"
        case _:
            label = step.method.decode()
    return Arrow(step.after, _name(step.source), _name(step.target), label, step.is_internal)


def _decided(administration: Administration, call: Call, cell: str) -> str:
    verdict = call.verdict
    if verdict is not None and verdict.cell == cell:
        return _rule(verdict)
    return f"rule {cell}: {administration.site.rules.cells[cell]}"


def _rule(verdict: Verdict) -> str:
    return f"rule {verdict.cell}: {verdict.outcome}"


def _decisions(call: Call) -> Iterator[Note]:
    """The decisions that have no step of their own: at the start, and where the call stayed."""
    first = call.first_verdict
    if first is not None and not first.disconnects:
        yield Note(0.0, _rule(first))
    for time, _, verdict in call.changes:
        yield Note(max(0.0, time - call.started), f"phase {verdict.phase}, {_rule(verdict)}")


def _heading(call: Call) -> Iterator[str]:
    shown = show_call(call)
    target = shown["group"] or call.target or "?"
    kind = f"{shown['kind']} call to {'group ' if shown['group'] else ''}{target}"
    yield f"call {shown['id']}: {kind}, from {shown['caller']}"
    yield ", ".join(_circumstances(shown))


def _circumstances(shown: dict[str, Any]) -> Iterator[str]:
    if shown["on_behalf_of"]:
        yield f"on behalf of {shown['on_behalf_of']}"
    if shown["owner"]:
        yield f"owned by {shown['owner']}"
    yield f"hosted by {shown['host']}"
    if shown["imported"] and shown["host"] != shown["owner"]:
        yield "imported copy"
    if shown["agent"]:
        yield f"agent {shown['agent']} of {shown['agent_home']}"
    yield f"began {shown['started']}"
    state = shown["state"]
    by = f" by {shown['ended_by']}" if shown["ended_by"] else ""
    status = f" with {shown['status']}" if shown["status"] else ""
    yield f"{state}{by}{status}"


def _agent_name(administration: Administration, number: int) -> str:
    for agent in administration.site.agents.values():
        if agent.number == number:
            return agent.name
    return "an agent"


def _name(party: Party) -> str:
    return party.name.lower()
