"""`rgs status`, `rgs phase`, `rgs import`: the state of the pair, and changing it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from emulator.cli.exits import ExitCode, Failure
from emulator.cli.output import JsonOption, print_json, print_lines, print_table
from emulator.cli.server_options import URL, TokenOption, UrlOption
from emulator.cli.words import PhaseWord, StyleWord

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Make the commands known to `app`."""
    app.command("status")(_status)
    app.command("phase")(_phase)
    app.command("import")(_import)


def _status(url: UrlOption = URL, token: TokenOption = None, as_json: JsonOption = False) -> None:
    """Show phase, import, pools and call counts."""
    from emulator.cli.client import Client

    state = Client(url, token).get("state")
    if as_json:
        print_json(state)
        return
    print_lines(
        f"phase     {state['phase']} (epoch {state['epoch']})",
        f"style     {state['style']}",
        f"reading   {state['reading']}",
        f"imported  {'yes' if state['imported'] else 'no'}",
        *(f"{name:<9} {_pool_in_words(pool)}" for name, pool in state["pools"].items()),
        f"calls     {state['calls']['connected']} connected, {state['calls']['pending']} pending",
    )


def _pool_in_words(pool: dict[str, bool]) -> str:
    serves = "serves" if pool["serving"] else "is down"
    return f"{serves}, its database {'answers' if pool['database'] else 'is down'}"


def _phase(
    phase: Annotated[
        PhaseWord | None, typer.Argument(help="The phase to enter; without it: show the phase.")
    ] = None,
    style: Annotated[
        StyleWord | None, typer.Option(help="How the primary pool goes down.")
    ] = None,
    expected_epoch: Annotated[
        int | None, typer.Option(min=0, help="Refuse if the epoch is another by now.")
    ] = None,
    url: UrlOption = URL,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Show the phase, or enter another.

    Then it says what became of the calls that lived, cell by cell of the rules.
    """
    from emulator.cli.client import Client

    client = Client(url, token)
    if phase is None:
        if style is not None or expected_epoch is not None:
            raise Failure(ExitCode.USAGE, "phase: --style and --expected-epoch go with a PHASE")
        state = client.get("state")
        shown = {key: state[key] for key in ("phase", "epoch", "style")}
        if as_json:
            print_json(shown)
        else:
            print_lines(f"{shown['phase']} (epoch {shown['epoch']}, style {shown['style']})")
        return
    wish: dict[str, Any] = {"to": phase}
    if style is not None:
        wish["style"] = style
    if expected_epoch is not None:
        wish["expected_epoch"] = expected_epoch
    account = client.send("PUT", "phase", wish)
    if as_json:
        print_json(account)
        return
    print_lines(
        f"{account['phase']} (epoch {account['epoch']}): {account['kept']} calls kept, "
        f"{account['dropped']} dropped, decided in {account['decided_ms']} ms"
    )
    cells = account["cells"]
    if cells:
        print_table(
            ("cell", "kept", "dropped"),
            [(cell, str(each["kept"]), str(each["dropped"])) for cell, each in cells.items()],
        )


def _import(
    groups: Annotated[
        list[str] | None, typer.Argument(help="Groups; all of the primary pool's by default.")
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove the copies instead.")
    ] = False,
    url: UrlOption = URL,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Copy groups to the backup pool, or remove copies.

    Only groups of the primary pool are copied; the backup pool serves its own in every phase.
    """
    from emulator.cli.client import Client

    body: dict[str, Any] = {"groups": groups} if groups else {}
    shown = Client(url, token).send("DELETE" if remove else "POST", "import", body)
    if as_json:
        print_json(shown)
    elif shown["imported"]:
        print_lines(f"imported: {', '.join(shown['groups'])}")
    else:
        print_lines("imported: none")
