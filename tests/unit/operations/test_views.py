"""Calls as they are shown: times, callers, history, what they were before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emulator.model.calls import Call, CallState, EndedBy
from emulator.operations.call_view import caller_uri, show_call, show_call_as_of
from emulator.operations.calls import CallFilter
from emulator.operations.times import as_text
from emulator.rules import Kind, Phase, Pool, Row, Situation, load_rules, verdict

RULES = load_rules()
NEW = verdict(Situation(Row.NEW), Phase.NORMAL, RULES)
REFUSED = verdict(Situation(Row.NEW), Phase.OUTAGE, RULES)
STAYS = verdict(Situation(Row.CONNECTED, Pool.PRIMARY, Pool.PRIMARY, Kind.NORMAL), Phase.OUTAGE,
                RULES)  # fmt: skip


def a_call() -> Call:
    call = Call(7, b"1@caller", b'"S" <sip:sipp@127.0.0.1:6098>;tag=1', Pool.PRIMARY, NEW)
    call.started = 1_000.0
    return call


@pytest.mark.parametrize(
    "seconds", [0.0, 1.5, 1_795_534_414.999_999_6, 1_700_000_000.123_456, 4_102_444_799.9]
)
def test_times_are_rfc_3339_in_utc_with_microseconds(seconds: float) -> None:
    text = as_text(seconds)

    assert len(text) == len("2026-11-24T15:37:34.111439Z")
    assert text.endswith("Z")
    read = datetime.fromisoformat(text)
    assert abs(read.timestamp() - seconds) < 1e-5
    assert read.tzinfo == UTC


@pytest.mark.parametrize(
    ("value", "uri"),
    [
        (b"<sip:sipp@127.0.0.1:6098>;tag=1", "sip:sipp@127.0.0.1:6098"),
        (b"sipp <sip:sipp@127.0.0.1>;tag=1", "sip:sipp@127.0.0.1"),
        (b"sip:bare@host;tag=1", "sip:bare@host"),
        (b'"a <b>" <sip:quoted@host;user=phone>', "sip:quoted@host;user=phone"),
        (b"tel:+15550100;tag=1", "tel:+15550100"),
        (b"", ""),
    ],
)
def test_caller_is_the_uri_of_its_from(value: bytes, uri: str) -> None:
    call = Call(1, b"1", value, Pool.PRIMARY, None)

    assert caller_uri(call) == uri


def test_pending_call_has_one_call_id_and_one_entry_of_history() -> None:
    shown = show_call(a_call())

    assert shown["id"] == "7"
    assert shown["call_ids"] == ["1@caller"]
    assert shown["history"] == [
        {"time": as_text(1_000.0), "state": "pending", "cell": "new/normal/not_imported"}
    ]


def test_history_is_in_order_of_time_with_the_cells_that_decided() -> None:
    call = a_call()
    call.agent_call_id = b"2@agent"
    call.connected, call.ended = 1_001.0, 1_003.0
    call.changes = ((1_000.5, CallState.PENDING, NEW), (1_002.0, CallState.CONNECTED, STAYS))
    call.state, call.ended_by, call.verdict = CallState.ENDED, EndedBy.CALLER, STAYS

    shown = show_call(call)

    assert [(each["state"], each.get("cell")) for each in shown["history"]] == [
        ("pending", "new/normal/not_imported"),
        ("pending", "new/normal/not_imported"),
        ("connected", None),
        ("connected", "connected/outage/normal"),
        ("ended", None),
    ]
    assert shown["call_ids"] == ["1@caller", "2@agent"]
    assert shown["verdict"]["cell"] == "connected/outage/normal"


def test_refused_call_was_never_pending() -> None:
    call = Call(1, b"1", b"<sip:a@b>", Pool.PRIMARY, REFUSED)
    call.state, call.ended, call.ended_by = CallState.ENDED, call.started, EndedBy.RULE

    history = show_call(call)["history"]

    assert [(each["state"], each["cell"]) for each in history] == [
        ("ended", "new/outage/not_imported")
    ]


def test_call_is_shown_as_it_was() -> None:
    call = a_call()
    call.agent_call_id = b"2@agent"
    call.connected, call.ended = 1_001.0, 1_003.0
    call.changes = ((1_002.0, CallState.CONNECTED, STAYS),)
    call.state, call.ended_by, call.verdict = CallState.ENDED, EndedBy.CALLER, STAYS

    pending = show_call_as_of(call, CallState.PENDING, 1_000.0)
    connected = show_call_as_of(call, CallState.CONNECTED, 1_001.0)
    ended = show_call_as_of(call, CallState.ENDED, 1_003.0)

    assert (pending["state"], pending["connected"], pending["ended"]) == ("pending", None, None)
    assert pending["call_ids"] == ["1@caller"]
    assert (connected["state"], connected["ended_by"]) == ("connected", None)
    assert connected["verdict"]["cell"] == "new/normal/not_imported"
    assert len(connected["history"]) == 2
    assert ended == show_call(call)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (CallFilter(), True),
        (CallFilter(caller="sip:sipp@127.0.0.1:6098"), True),
        (CallFilter(caller="sipp"), True),
        (CallFilter(caller="sip"), False),
        (CallFilter(caller="127.0.0.1:6098"), False),
        (CallFilter(call_id="1@caller"), True),
        (CallFilter(call_id="1@calle"), False),
        (CallFilter(group="helpdesk"), False),
        (CallFilter(kind=Kind.NORMAL, host=Pool.PRIMARY, state="pending"), True),
        (CallFilter(kind=Kind.NORMAL, host=Pool.BACKUP, state="pending"), False),
    ],
    ids=str,
)
def test_filter_lets_through_what_fits(wanted: CallFilter, fits: bool) -> None:
    assert wanted.matches(a_call()) is fits
