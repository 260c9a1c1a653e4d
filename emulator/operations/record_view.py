"""Records and usage as they are shown outside, in plain values."""

from __future__ import annotations

from functools import reduce
from typing import Any

from emulator.model.records import CallRecord, Usage, UsageBy
from emulator.operations.times import as_text

__all__ = ["RECORD_COLUMNS", "USAGE_COLUMNS", "show_record", "show_usage", "show_usage_row"]

RECORD_COLUMNS = (
    "id", "call_id", "agent_call_id", "caller", "workflow", "queue", "kind", "owner", "host",
    "imported", "on_behalf_of", "agent", "agent_home", "start_time", "queued_seconds", "offers",
    "successful", "response_time", "answered_by", "end_time", "duration_seconds", "ended_by",
    "transferred", "response_code", "diagnostic_id", "cell",
)  # fmt: skip
USAGE_COLUMNS = (
    "received_calls", "successful_calls", "offered_calls", "answered_calls",
    "percentage_of_abandoned_calls", "average_call_minutes_by_agent", "transferred_calls",
    "transferred_calls_timeout", "transferred_calls_overflow",
)  # fmt: skip


def show_record(record: CallRecord) -> dict[str, Any]:
    """The record, with the names of its columns."""
    values = (
        str(record.id), record.call_id, record.agent_call_id, record.caller, record.workflow,
        record.queue, record.kind, record.owner, record.host, record.imported,
        record.on_behalf_of, record.agent, record.agent_home, as_text(record.started),
        record.queued_seconds, record.offers, record.picked_up, _time(record.answered),
        record.answered_by, as_text(record.ended), record.duration_seconds, record.ended_by,
        record.transferred, record.response_code, record.diagnostic_id, record.cell,
    )  # fmt: skip
    return dict(zip(RECORD_COLUMNS, values, strict=True))


def show_usage(rows: list[Usage], by: UsageBy) -> dict[str, Any]:
    """The usage report: its rows, and what they come to."""
    totals = show_usage_row(reduce(Usage.plus, rows, Usage("total")), by)
    del totals[by]
    return {"rows": [show_usage_row(row, by) for row in rows], "totals": totals}


def show_usage_row(row: Usage, by: UsageBy) -> dict[str, Any]:
    """One row; what it stands for comes first."""
    values = (
        row.received, row.successful, row.offered, row.answered, row.abandoned_percent,
        row.average_minutes, row.transferred, row.timed_out, row.overflowed,
    )  # fmt: skip
    return {by.value: row.name, **dict(zip(USAGE_COLUMNS, values, strict=True))}


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else as_text(seconds)
