"""`rgs calls`: the calls of a running emulator, and the ladder of one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from emulator.cli.exits import ExitCode, Failure
from emulator.cli.output import JsonOption, print_json, print_lines, print_table
from emulator.cli.server_options import URL, TokenOption, UrlOption
from emulator.cli.words import KindWord, PoolWord, StateWord

__all__ = ["add_to"]

_HEADS = ("id", "state", "group", "kind", "host", "agent", "caller", "started", "cell")
_SPARE = ("started", "caller", "kind", "agent")


def add_to(app: typer.Typer) -> None:
    """Make the command known to `app`."""
    app.command("calls")(_calls)


def _calls(
    state: Annotated[StateWord | None, typer.Option(help="Only calls in this state.")] = None,
    group: Annotated[str | None, typer.Option(help="Only calls to this group.")] = None,
    kind: Annotated[KindWord | None, typer.Option(help="Only calls of this kind.")] = None,
    host: Annotated[PoolWord | None, typer.Option(help="Only calls on this pool.")] = None,
    caller: Annotated[
        str | None, typer.Option(help="Only calls from this URI, or its user part.")
    ] = None,
    call_id: Annotated[str | None, typer.Option(help="Only calls with this Call-ID.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many at most: the newest.")] = 100,
    latest: Annotated[
        int | None, typer.Option(min=0, help="That many, the newest first.")
    ] = None,
    ladder: Annotated[
        str | None, typer.Option(metavar="ID", help="Draw the ladder of this call.")
    ] = None,
    url: UrlOption = URL,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """List calls, or draw the ladder of one."""
    from emulator.cli.client import Client

    client = Client(url, token)
    if ladder is not None:
        if as_json:
            raise Failure(ExitCode.USAGE, "calls: a ladder is text; leave --json out")
        print_lines(client.get_text(f"calls/{ladder}/ladder").rstrip("\n"))
        return
    query: dict[str, str | int | None] = {
        "state": state,
        "group": group,
        "kind": kind,
        "host": host,
        "caller": caller,
        "call_id": call_id,
        "limit": None if latest is not None else limit,
        "latest": latest,
    }
    shown = client.get("calls", query)
    if as_json:
        print_json(shown)
        return
    print_table(_HEADS, [_row(call) for call in shown["calls"]], spare=_SPARE)


def _row(call: dict[str, Any]) -> tuple[str, ...]:
    verdict = call["verdict"]
    is_on_copy = call["imported"] and call["host"] != call["owner"]
    return (
        call["id"],
        f"ended by {call['ended_by']}" if call["ended"] else call["state"],
        call["group"] or "-",
        call["kind"],
        call["host"] + (" (copy)" if is_on_copy else ""),
        call["agent"] or "-",
        call["caller"],
        call["started"],
        verdict["cell"] if verdict else "-",
    )
