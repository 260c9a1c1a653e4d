"""`rgs report`: the monitoring reports of a running emulator on the calls that have ended."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from emulator.cli.exits import ExitCode, Failure
from emulator.cli.output import JsonOption, print_json, print_table
from emulator.cli.server_options import URL, TokenOption, UrlOption
from emulator.cli.words import CallTypeWord, KindWord, PoolWord, UsageByWord

__all__ = ["add_to"]

_USAGE_HEADS = ("received", "successful", "offered", "answered", "abandoned", "minutes",
                "transferred", "time-out", "overflow")  # fmt: skip
_USAGE_SPARE = ("time-out", "overflow", "minutes")
_CALL_HEADS = ("id", "caller", "workflow", "agent", "start time", "response time", "end time",
               "duration", "ended by", "transferred", "response code", "diagnostic ID")  # fmt: skip
_CALL_SPARE = ("response time", "end time", "transferred", "caller", "duration", "ended by")

_Query = dict[str, str | int | None]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="Only calls that began then or later.")
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="Only calls that began before.")
]
GroupOption = Annotated[str | None, typer.Option(help="Only calls to this group.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")]


def add_to(app: typer.Typer) -> None:
    """Make the commands known to `app`."""
    report = typer.Typer(
        help="Report on calls that have ended.", no_args_is_help=True, rich_markup_mode=None
    )
    report.command("usage")(_usage)
    report.command("calls")(_calls)
    app.add_typer(report, name="report")


def _usage(
    by: Annotated[UsageByWord, typer.Option(help="What a row stands for.")] = "workflow",
    since: FromOption = None,
    until: ToOption = None,
    group: GroupOption = None,
    url: UrlOption = URL,
    token: TokenOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Show the Response Group Usage Report.

    Times are RFC 3339, such as 2026-11-24T15:00:00Z, or days; without a zone they are UTC.
    """
    shown = _asked(
        "reports/usage",
        {"by": by, "from": since, "to": until, "group": group},
        url,
        token,
        as_json=as_json,
        as_csv=as_csv,
    )
    if shown is not None:
        rows = [_usage_row(row[by], row) for row in shown["rows"]]
        total = _usage_row("total", shown["totals"])
        print_table((by, *_USAGE_HEADS), [*rows, total], spare=_USAGE_SPARE)


def _calls(
    since: FromOption = None,
    until: ToOption = None,
    group: GroupOption = None,
    agent: Annotated[str | None, typer.Option(help="Only calls that this agent had.")] = None,
    caller: Annotated[
        str | None, typer.Option(help="Only calls from this URI, or its user part.")
    ] = None,
    kind: Annotated[KindWord | None, typer.Option(help="Only calls of this kind.")] = None,
    host: Annotated[PoolWord | None, typer.Option(help="Only calls on this pool.")] = None,
    calls: Annotated[
        CallTypeWord | None, typer.Option(help="Only calls that the usage report counts as such.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many at most: the newest.")] = 100,
    latest: Annotated[
        int | None, typer.Option(min=0, help="That many, the newest first.")
    ] = None,
    url: UrlOption = URL,
    token: TokenOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:  # fmt: skip
    """Show the Response Group Call List Report.

    Times are RFC 3339, such as 2026-11-24T15:00:00Z, or days; without a zone they are UTC.
    """
    query: _Query = {
        "from": since,
        "to": until,
        "group": group,
        "agent": agent,
        "caller": caller,
        "kind": kind,
        "host": host,
        "calls": calls,
        "limit": None if latest is not None else limit,
        "latest": latest,
    }
    shown = _asked("records", query, url, token, as_json=as_json, as_csv=as_csv)
    if shown is not None:
        print_table(_CALL_HEADS, [_call_row(each) for each in shown["records"]], spare=_CALL_SPARE)


def _asked(
    path: str, query: _Query, url: str, token: str | None, *, as_json: bool, as_csv: bool
) -> Any:
    """What is there, to be shown as a table; None if it has been printed otherwise."""
    from emulator.cli.client import Client

    if as_json and as_csv:
        raise Failure(ExitCode.USAGE, "report: --json and --csv don't go together")
    client = Client(url, token)
    if as_csv:
        sys.stdout.write(client.get_text(path, query, "text/csv"))
        return None
    shown = client.get(path, query)
    if as_json:
        print_json(shown)
        return None
    return shown


def _usage_row(name: str, row: dict[str, Any]) -> tuple[str, ...]:
    return (
        name,
        str(row["received_calls"]),
        str(row["successful_calls"]),
        str(row["offered_calls"]),
        str(row["answered_calls"]),
        f"{row['percentage_of_abandoned_calls']:g} %",
        f"{row['average_call_minutes_by_agent']:.2f}",
        str(row["transferred_calls"]),
        str(row["transferred_calls_timeout"]),
        str(row["transferred_calls_overflow"]),
    )


def _call_row(record: dict[str, Any]) -> tuple[str, ...]:
    return (
        record["id"],
        record["caller"],
        record["workflow"] or "-",
        record["agent"] or "-",
        record["start_time"],
        record["response_time"] or "-",
        record["end_time"],
        f"{record['duration_seconds']:.1f} s" if record["response_time"] else "-",
        record["ended_by"],
        record["transferred"],
        _text(record["response_code"]),
        _text(record["diagnostic_id"]),
    )


def _text(number: int | None) -> str:
    return "-" if number is None else str(number)
