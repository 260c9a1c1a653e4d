"""The reports of the command line: as tables, as JSON, as comma-separated values."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.support.admin_client import AdminClient
from tests.support.command_line import CommandLine
from tests.support.emulator_process import EmulatorProcess


def answered(admin: AdminClient, to: str, caller: str = "erin") -> str:
    """Place a call, let it be answered, and hang it up; gives its id."""
    call_id = placed(admin, to, caller)
    admin.ask("GET", f"/wait?call_id={call_id}&state=connected")
    return hung_up(admin, call_id)


def placed(admin: AdminClient, to: str, caller: str = "erin") -> str:
    """Place a call; gives its Call-ID."""
    call_id: str = admin.ask("POST", "/calls", {"from": caller, "to": to})["call_ids"][0]
    return call_id


def hung_up(admin: AdminClient, call_id: str) -> str:
    """End a call; gives its id."""
    (call,) = admin.ask("GET", f"/calls?call_id={call_id}")["calls"]
    admin.ask("DELETE", f"/calls/{call['id']}")
    number: str = call["id"]
    return number


def test_usage_has_a_row_for_each_workflow_and_one_for_all(
    rgs: CommandLine, admin: AdminClient
) -> None:
    answered(admin, "helpdesk")
    answered(admin, "hotline")
    hung_up(admin, placed(admin, "lobby", "frank"))

    ended = rgs("report usage")

    assert ended.code == 0
    assert [line.split("\t")[:6] for line in ended.out.splitlines()] == [
        ["workflow", "received", "successful", "offered", "answered", "abandoned"],
        ["helpdesk", "1", "1", "1", "1", "0 %"],
        ["hotline", "1", "1", "1", "1", "0 %"],
        ["lobby", "1", "1", "1", "0", "100 %"],
        ["total", "3", "3", "3", "2", "33.33 %"],
    ]


@pytest.mark.parametrize("by", ["workflow", "day", "hour", "pool"])
def test_usage_as_json_and_as_csv_is_what_the_api_gives(
    rgs: CommandLine, admin: AdminClient, by: str
) -> None:
    answered(admin, "sales")

    as_json = json.loads(rgs("report usage", "--by", by, "--json").out)
    as_csv = list(csv.DictReader(io.StringIO(rgs("report usage", "--by", by, "--csv").out)))

    assert as_json == admin.ask("GET", f"/reports/usage?by={by}")
    assert [row[by] for row in as_csv] == [row[by] for row in as_json["rows"]]
    assert as_csv[0]["answered_calls"] == "1"


def test_calls_are_listed_with_what_became_of_them(rgs: CommandLine, admin: AdminClient) -> None:
    first = answered(admin, "helpdesk")
    second = hung_up(admin, placed(admin, "lobby", "frank"))

    lines = [line.split("\t") for line in rgs("report calls").out.splitlines()]

    head, *rows = lines
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["id"] for row in found] == [first, second]
    assert [row["workflow"] for row in found] == ["helpdesk", "lobby"]
    assert [row["agent"] for row in found] == ["alice", "-"]
    assert [row["response code"] for row in found] == ["-", "480"]
    assert [row["response time"] == "-" for row in found] == [False, True]


def test_calls_are_filtered_and_limited(rgs: CommandLine, admin: AdminClient) -> None:
    ids = [answered(admin, "helpdesk"), answered(admin, "hotline", "frank"),
           answered(admin, "sales")]  # fmt: skip
    start = admin.ask("GET", "/records")["records"][1]["start_time"]

    def found(*options: str) -> list[str]:
        shown = json.loads(rgs("report calls", "--json", *options).out)
        return [row["id"] for row in shown["records"]]

    assert found() == ids
    assert found("--group", "hotline") == ids[1:2]
    assert found("--kind", "anonymous") == ids[1:2]
    assert found("--host", "backup") == ids[2:]
    assert found("--caller", "frank") == ids[1:2]
    assert found("--agent", "nobody") == []
    assert found("--calls", "transferred") == []
    assert found("--from", start) == ids[1:]
    assert found("--to", start) == ids[:1]
    assert found("--latest", "2") == [ids[2], ids[1]]
    assert found("--limit", "1") == ids[2:]


@pytest.mark.parametrize(
    "options", [("--from", "yesterday"), ("--json", "--csv"), ("--by", "year")], ids=" ".join
)
def test_what_can_not_be_reported_is_a_fault_of_usage(
    rgs: CommandLine, options: tuple[str, ...]
) -> None:
    ended = rgs("report usage", *options)

    assert ended.code == 2
    assert not ended.out
    assert ended.err


def test_a_report_needs_an_emulator(capsys: pytest.CaptureFixture[str]) -> None:
    ended = CommandLine(capsys, "--url", "http://127.0.0.1:1")("report calls")

    assert ended.code == 3
    assert "rgs up" in ended.err


def test_what_a_report_has_shown_outlives_a_process_that_is_killed(tmp_path: Path) -> None:
    with EmulatorProcess("--data", tmp_path / "data") as first:
        admin = AdminClient(first.addresses["http"])
        answered(admin, "helpdesk")
        shown = admin.ask("GET", "/records")
        usage = admin.ask("GET", "/reports/usage")
        first.kill()

    with EmulatorProcess("--data", tmp_path / "data") as second:
        admin = AdminClient(second.addresses["http"])
        assert admin.ask("GET", "/records") == shown
        assert admin.ask("GET", "/reports/usage") == usage
        again = answered(admin, "helpdesk")
        assert again == str(int(shown["records"][0]["id"]) + 1)
        standing = placed(admin, "lobby")
        assert second.end() == 0

    with EmulatorProcess("--data", tmp_path / "data") as third:
        admin = AdminClient(third.addresses["http"])
        records = admin.ask("GET", "/records")["records"]
        assert [record["ended_by"] for record in records] == ["admin"] * 3
        assert records[2]["call_id"] == standing
        assert records[2]["response_code"] == 503
        assert third.end() == 0
