"""`rgs up`: the ready line, ports, loops, the token, and the end in order."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.admin_client import AdminClient
from tests.support.altered_rules import alter_rules
from tests.support.commands import ROOT
from tests.support.emulator_process import EmulatorProcess
from tests.support.plain_caller import SDP, PlainCaller, Reply

FREE = ("--port-base", "0", "--http-port", "0")


@pytest.fixture(params=["uvloop", "asyncio"])
def process(request: pytest.FixtureRequest) -> Iterator[EmulatorProcess]:
    """An emulator on each of the loops."""
    with EmulatorProcess("--loop", request.param) as running:
        yield running


def test_ready_line_names_every_address_on_free_ports(process: EmulatorProcess) -> None:
    ports = {name: port for name, (_, port) in process.addresses.items()}

    assert set(ports) == {"director", "primary", "backup", "agents", "http"}
    assert len(set(ports.values())) == 5
    for name in ("director", "primary", "backup", "agents"):
        for transport in ("UDP", "TCP"):
            with PlainCaller(process.addresses[name], transport) as caller:
                assert caller.options() >= 0


def test_ready_line_is_the_only_line_on_stdout() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "emulator", "up", *FREE],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=10)

    words = line.split()
    assert [word.partition("=")[0] for word in words] == [
        "ready", "director", "primary", "backup", "agents", "http",
    ]  # fmt: skip
    assert words[1].startswith("director=sip:127.0.0.1:")
    assert words[-1].startswith("http=http://127.0.0.1:")
    assert rest == ""
    assert "Traceback" not in errors
    assert process.returncode == 0


def test_ports_are_counted_from_the_base() -> None:
    base = free_base()

    with EmulatorProcess("--port-base", str(base)) as process:
        ports = [process.addresses[name][1] for name in ("director", "primary", "backup", "agents")]

    assert ports == [base, base + 10, base + 20, base + 30]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_signal_ends_live_calls_and_then_the_emulator(
    process: EmulatorProcess, number: signal.Signals
) -> None:
    with (
        PlainCaller(process.director) as connected,
        PlainCaller(process.director) as bridged,
        PlainCaller(process.director) as pending,
        PlainCaller(process.director, "TCP") as over_tcp,
    ):
        establish(connected, "helpdesk")
        establish(bridged, "hotline")
        establish(over_tcp, "hotline")
        ring(pending, "lobby")

        os.kill(process.pid, number)

        for caller in (connected, bridged, over_tcp):
            assert expect(caller, "BYE").method == "BYE"
        assert expect(pending, "INVITE").status == 503
        assert process.end() == 0


def test_emulator_ends_though_its_callers_have_gone() -> None:
    with EmulatorProcess() as process:
        with PlainCaller(process.director) as caller:
            establish(caller, "helpdesk")

        assert process.end(6.0) == 0


@pytest.mark.parametrize("taken", ["sip", "http"])
def test_port_in_use_ends_with_3_and_names_it(taken: str) -> None:
    base = free_base()
    with socket.socket() as other:
        other.bind(("127.0.0.1", base + 10 if taken == "sip" else base + 40))
        other.listen()

        ended = subprocess.run(
            [sys.executable, "-m", "emulator", "up", "--port-base", str(base),
             "--http-port", str(base + 40)],
            check=False, cwd=ROOT, capture_output=True, text=True, timeout=20,
        )  # fmt: skip

    port = base + 10 if taken == "sip" else base + 40
    assert ended.returncode == 3
    assert f"127.0.0.1:{port}" in ended.stderr
    assert ended.stderr.count("ddress already in use") == 1
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stdout == ""


def test_advertised_address_stands_in_what_is_said() -> None:
    with EmulatorProcess("--host", "127.0.0.1", "--advertise", "localhost") as process:
        assert process.is_alive


def test_style_and_reading_are_in_force(process: EmulatorProcess) -> None:
    with EmulatorProcess("--style", "crash", "--reading", "literal") as other:
        state = AdminClient(other.addresses["http"]).ask("GET", "/state")

    assert (state["style"], state["reading"]) == ("crash", "literal")


def test_rules_that_connect_to_a_copy_that_there_is_not_are_warned_of(tmp_path: Path) -> None:
    cell = "new/outage/not_imported"
    rules = alter_rules(cell, "connect-to-backup", tmp_path / "rules.yaml")

    with EmulatorProcess("--rules", rules) as process:
        log = process.stderr()

    assert f'event="no copy to connect to: such calls are refused" cell={cell}' in log


def test_log_tells_phases_and_what_the_rules_end(process: EmulatorProcess) -> None:
    admin = AdminClient(process.addresses["http"])
    with PlainCaller(process.director) as caller:
        establish(caller, "hotline")
        admin.phase("outage")
        expect(caller, "BYE")
    admin.ask("POST", "/calls", {"from": "frank", "to": "helpdesk"})

    os.kill(process.pid, signal.SIGTERM)
    process._process.wait(10)  # its stderr is read before it is gone
    log = process.stderr()

    assert "event=phase phase=outage epoch=1 style=graceful" in log
    assert 'event="call ended by rule"' in log
    assert "group=hotline host=primary cell=connected/outage/anonymous/primary" in log
    assert 'event="call refused by rule"' in log
    assert "cell=new/outage/not_imported status=503" in log


def ring(caller: PlainCaller, user: str) -> str:
    """Place a call that rings; gives its To."""
    call_id, uri = caller.new_call_id(), caller.uri(user)
    request = caller.request("INVITE", uri, call_id=call_id, body=SDP)
    return caller.ask(request, until=180).header("To")


def establish(caller: PlainCaller, user: str) -> None:
    """Place a call that is answered, and acknowledge it."""
    call_id, uri = caller.new_call_id(), caller.uri(user)
    answer = caller.ask(caller.request("INVITE", uri, call_id=call_id, body=SDP))
    assert answer.status == 200
    caller.send(caller.request("ACK", uri, call_id=call_id, to=answer.header("To")))
    caller.options()  # the ACK has been taken in when this is answered


def expect(caller: PlainCaller, method: str) -> Reply:
    """The next BYE, or the next final response to INVITE."""
    while (reply := caller.receive()) is not None:
        if reply.method == method and (not reply.status or reply.status >= 200):
            if reply.method == "BYE" and not reply.status:
                caller.send(answer_to(reply))
            return reply
    raise AssertionError(f"no {method} came")


def answer_to(request: Reply) -> bytes:
    """A 200 to a request within a dialog."""
    names = ("Via", "From", "To", "Call-ID", "CSeq")
    lines = [f"{name}: {each}" for name in names for each in request.headers(name)]
    return "\r\n".join(["SIP/2.0 200 OK", *lines, "Content-Length: 0", "", ""]).encode()


def free_base() -> int:
    """A port that is free with those 10, 20, 30 and 40 above it."""
    for base in random.sample(range(20_000, 60_000, 61), 600):  # others look at the same time
        try:
            for offset in (0, 10, 20, 30, 40):
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    with socket.socket(socket.AF_INET, kind) as sock:
                        sock.bind(("127.0.0.1", base + offset))
        except OSError:
            continue
        return base
    raise AssertionError("no free ports")
