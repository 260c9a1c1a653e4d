"""A call as it is shown outside: the CALL of the admin API, in plain values."""

from __future__ import annotations

from typing import Any

from emulator.model.calls import Call, CallState, EndedBy
from emulator.operations.times import as_text
from emulator.rules import Verdict
from sip.errors import SipParseError
from sip.headers import parse_name_addr

__all__ = ["caller_uri", "show_call", "show_call_as_of"]


def caller_uri(call: Call) -> str:
    """The URI of the caller's From, such as `sip:sipp@127.0.0.1:6098`."""
    try:
        uri = parse_name_addr(call.caller).uri
    except SipParseError:  # our own calls and calls of the past were all parsed once
        uri = call.caller
    return uri.decode("utf-8", "replace")


def show_call(call: Call) -> dict[str, Any]:
    """The call as it is now."""
    agent = call.agent
    ended = call.ended
    return {
        "id": str(call.number),
        "call_ids": _call_ids(call),
        "caller": caller_uri(call),
        "group": None if call.group is None else call.group.name,
        "kind": call.kind,
        "owner": call.owner,
        "host": call.host,
        "imported": call.is_imported,
        "on_behalf_of": call.on_behalf_of,
        "agent": None if agent is None else agent.name,
        "agent_home": None if agent is None else agent.home,
        "state": call.state,
        "started": as_text(call.started),
        "connected": None if call.connected is None else as_text(call.connected),
        "ended": None if ended is None else as_text(ended),
        "ended_by": call.ended_by,
        "status": call.status,
        "reason": call.reason,
        "verdict": _show_verdict(call.verdict),
        "history": _history(call),
    }


def show_call_as_of(call: Call, state: str, time: float) -> dict[str, Any]:
    """The call as it was at `time`, when its state was `state`; it may have gone on since."""
    shown = show_call(call)
    if call.state == state:
        return shown
    later = ["ended", "ended_by", "status", "reason"]
    if state == CallState.PENDING:
        later += ["connected", "agent", "agent_home"]
        shown["call_ids"] = shown["call_ids"][:1]
    shown.update(dict.fromkeys(later), state=state)
    instant = as_text(time)
    shown["history"] = [entry for entry in shown["history"] if entry["time"] <= instant]
    shown["verdict"] = _show_verdict(_verdict_at(call, time))
    return shown


def _verdict_at(call: Call, time: float) -> Verdict | None:
    verdict = call.first_verdict
    for instant, _, ruling in call.changes:
        if instant <= time:
            verdict = ruling
    return verdict


def _call_ids(call: Call) -> list[str]:
    legs = [call.call_id] if call.agent_call_id is None else [call.call_id, call.agent_call_id]
    return [leg.decode("utf-8", "replace") for leg in legs]


def _show_verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "cell": verdict.cell,
        "outcome": verdict.outcome,
        "rule_phase": verdict.rule_phase,
    }


def _history(call: Call) -> list[dict[str, Any]]:
    """What the call has been through; a cell stands where a rule decided."""
    entries: list[tuple[float, str, str | None]] = []
    first = call.first_verdict
    is_refused = first is not None and first.disconnects
    if not is_refused:
        entries.append((call.started, CallState.PENDING, first.cell if first else None))
    if call.connected is not None:
        entries.append((call.connected, CallState.CONNECTED, None))
    entries += [(time, state, verdict.cell) for time, state, verdict in call.changes]
    entries.sort(key=lambda entry: entry[0])
    if call.ended is not None:
        is_ruled = call.ended_by == EndedBy.RULE and call.verdict is not None
        cell = call.verdict.cell if is_ruled and call.verdict is not None else None
        entries.append((call.ended, CallState.ENDED, cell))
    return [
        {"time": as_text(time), "state": state} | ({"cell": cell} if cell else {})
        for time, state, cell in entries
    ]
