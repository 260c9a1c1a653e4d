"""The commands that ask a running emulator."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.support.admin_client import AdminClient
from tests.support.command_line import CommandLine
from tests.support.emulator_process import EmulatorProcess


def test_status_shows_how_everything_is(rgs: CommandLine) -> None:
    ended = rgs("status")

    assert ended.code == 0
    assert ended.out.startswith("phase     normal (epoch ")
    assert ended.out.splitlines()[1:] == [
        "style     graceful",
        "reading   hosted",
        "imported  no",
        "primary   serves, its database answers",
        "backup    serves, its database answers",
        "calls     0 connected, 0 pending",
    ]


def test_status_as_json_is_the_state(rgs: CommandLine, admin: AdminClient) -> None:
    assert json.loads(rgs("status", "--json").out) == admin.ask("GET", "/state")


def test_phase_shows_and_changes(rgs: CommandLine, admin: AdminClient) -> None:
    connected(admin, "helpdesk")
    connected(admin, "hotline")

    changed = rgs("phase", "outage", "--style", "crash")
    shown = rgs("phase")
    as_json = rgs("phase", "--json")

    assert changed.code == 0
    first, *table = changed.out.splitlines()
    assert ": 1 calls kept, 1 dropped, decided in " in first
    assert table == [
        "cell\tkept\tdropped",
        "connected/outage/normal\t1\t0",
        "connected/outage/anonymous/primary\t0\t1",
    ]
    assert shown.out.startswith("outage (epoch ")
    assert shown.out.endswith(", style crash)\n")
    assert json.loads(as_json.out)["phase"] == "outage"


def test_phase_account_as_json(rgs: CommandLine, admin: AdminClient) -> None:
    epoch = admin.ask("GET", "/state")["epoch"]

    ended = rgs("phase", "outage", "--expected-epoch", epoch, "--json")

    assert json.loads(ended.out)["epoch"] == epoch + 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("failed_over",), "phase normal is not followed by failed_over"),
        (("outage", "--expected-epoch", "0"), "expected epoch 0"),
    ],
)
def test_refused_phase_ends_with_2_and_says_why(
    rgs: CommandLine, arguments: tuple[str, ...], told: str
) -> None:
    ended = rgs("phase", *arguments)

    assert ended.code == 2
    assert told in ended.err
    assert ended.out == ""


def test_import_and_removal(rgs: CommandLine) -> None:
    some = rgs("import", "helpdesk", "vault")
    every = rgs("import", "--json")
    left = rgs("import", "--remove", "vault")
    none = rgs("import", "--remove")
    unknown = rgs("import", "helpdsk")

    assert some.out == "imported: helpdesk, vault\n"
    assert json.loads(every.out)["imported"] is True
    assert left.out == "imported: helpdesk, hotline, lobby, onlyprimary, formal\n"
    assert none.out == "imported: none\n"
    assert unknown.code == 2
    assert 'nearest is "helpdesk"' in unknown.err


def test_calls_are_listed_by_filters(rgs: CommandLine, admin: AdminClient) -> None:
    first = connected(admin, "helpdesk")
    second = connected(admin, "hotline")

    every = rgs("calls").out.splitlines()
    anonymous = rgs("calls", "--kind", "anonymous", "--state", "connected", "--host", "primary")
    latest = json.loads(rgs("calls", "--latest", 1, "--json").out)
    by_id = json.loads(rgs("calls", "--call-id", second["call_ids"][0], "--json").out)

    assert every[0].split("\t")[:3] == ["id", "state", "group"]
    assert [line.split("\t")[0] for line in every[1:]] == [first["id"], second["id"]]
    assert [line.split("\t")[2] for line in anonymous.out.splitlines()[1:]] == ["hotline"]
    assert [call["id"] for call in latest["calls"]] == [second["id"]]
    assert [call["id"] for call in by_id["calls"]] == [second["id"]]


def test_ladder_of_a_call(rgs: CommandLine, admin: AdminClient) -> None:
    call = connected(admin, "helpdesk")

    ended = rgs("calls", "--ladder", call["id"])
    unknown = rgs("calls", "--ladder", "999999")

    assert ended.code == 0
    assert "*  rule new/normal/not_imported: connect-to-primary" in ended.out
    assert "INVITE" in ended.out
    assert unknown.code == 2
    assert 'there is no call "999999"' in unknown.err


def test_token_is_asked_for_and_given(capsys: pytest.CaptureFixture[str]) -> None:
    with EmulatorProcess(environment={"RGS_TOKEN": "s3cret"}) as process:
        host, port = process.addresses["http"]
        plain = CommandLine(capsys, "--url", f"http://{host}:{port}")
        holder = CommandLine(capsys, "--url", f"http://{host}:{port}", "--token", "s3cret")

        refused, taken = plain("status"), holder("status")

    assert refused.code == 2
    assert "--token or RGS_TOKEN" in refused.err
    assert taken.code == 0


class Elsewhere(BaseHTTPRequestHandler):
    """A server that is no emulator."""

    def do_GET(self) -> None:
        body = b"<html>hello</html>" if "state" in self.path else b""
        self.send_response(200 if body else 500)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a server that is no emulator."""
    with socketserver.TCPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_what_is_no_emulator_is_told_from_one(
    capsys: pytest.CaptureFixture[str], elsewhere: str
) -> None:
    rgs = CommandLine(capsys, "--url", elsewhere)

    for command, code in (("status", 3), ("calls", 1)):
        ended = rgs(command)

        assert ended.code == code
        assert "no emulator" in ended.err
        assert len(ended.err.splitlines()) == 1


def connected(admin: AdminClient, group: str) -> dict[str, Any]:
    """A connected call to a group."""
    call = admin.ask("POST", "/calls", {"from": "frank", "to": group})
    found: dict[str, Any] = admin.ask(
        "GET", f"/wait?state=connected&call_id={call['call_ids'][0]}&timeout=10"
    )
    return found
