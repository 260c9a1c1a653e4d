"""What every command has: help, honest refusals, exit codes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import pytest

from emulator.cli import words
from emulator.cli.exits import ExitCode
from emulator.model.calls import CallState
from emulator.rules import Kind, Phase, Pool, Reading, Style
from tests.support.command_line import CommandLine
from tests.support.commands import ROOT

COMMANDS = (
    *("up", "demo", "status", "phase", "import", "calls", "shell"),
    *("explain", "check", "schema", "config", "report"),
)


def test_help_names_every_command(rgs: CommandLine) -> None:
    ended = rgs("--help")

    assert ended.code == 0
    listed = [line.split()[0] for line in ended.out.partition("Commands:")[2].splitlines() if line]
    assert tuple(listed) == COMMANDS


def test_help_imports_nothing_heavy() -> None:
    heavy = {"aiohttp", "pydantic", "ruamel", "uvloop", "urllib.request", "emulator.deployment"}
    program = (
        "import sys\nfrom emulator.cli.main import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        f"sys.exit(','.join({heavy!r} & set(sys.modules)))"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=ROOT, capture_output=True, text=True
    )

    assert ended.stderr.strip() == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(rgs: CommandLine, command: str) -> None:
    ended = rgs(command, "--help")

    assert ended.code == 0
    assert f"Usage: rgs {command}" in ended.out


def test_version_is_told(rgs: CommandLine) -> None:
    from emulator import __version__

    assert rgs("--version").out == f"rgs {__version__}\n"


@pytest.mark.parametrize(
    ("given", "known"),
    [
        (words.PhaseWord, Phase),
        (words.StyleWord, Style),
        (words.ReadingWord, Reading),
        (words.PoolWord, Pool),
        (words.KindWord, Kind),
        (words.StateWord, (CallState.PENDING, CallState.CONNECTED, CallState.ENDED)),
    ],
    ids=["phase", "style", "reading", "pool", "kind", "state"],
)
def test_words_of_options_are_those_of_the_product(given: object, known: Iterable[str]) -> None:
    assert get_args(given) == tuple(known)


@pytest.mark.parametrize("command", ["load"])
@pytest.mark.parametrize("arguments", [(), ("--help",), ("--rate", "5", "x")], ids=str)
def test_commands_not_built_are_refused_by_name(
    rgs: CommandLine, command: str, arguments: tuple[str, ...]
) -> None:
    ended = rgs(command, *arguments)

    assert ended.code == ExitCode.USAGE
    assert f"{command} is not built yet" in ended.err
    assert ended.out == ""


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--tls-cert", "a.pem"),
        ("--tls-key", "a.key"),
        ("--pcap", "a.pcapng"),
        ("--hep", "127.0.0.1:9060"),
        ("--workers", "2"),
    ],
)
def test_options_not_built_are_refused_by_name(rgs: CommandLine, option: str, value: str) -> None:
    ended = rgs("up", option, value)

    assert ended.code == ExitCode.USAGE
    assert option in ended.err
    assert "not built yet" in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("up", "--style", "loud"),
        ("up", "--reading", "poetic"),
        ("up", "--loop", "hoop"),
        ("up", "--port-base", "65506"),
        ("up", "--http-port", "x"),
        ("up", "--nothing"),
        ("phase", "nowhere"),
        ("phase", "--style", "crash"),
        ("calls", "--state", "alive"),
        ("calls", "--ladder", "1", "--json"),
        ("explain",),
        ("explain", "new/outage/importd"),
        ("check",),
        ("demo", "--transports", "sctp"),
        ("status", "--url", "nonsense"),
        ("status", "--url", "ftp://127.0.0.1"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_so_on_stderr(
    rgs: CommandLine, arguments: tuple[str, ...]
) -> None:
    ended = rgs(*arguments)

    assert ended.code == ExitCode.USAGE
    assert ended.out == ""
    assert ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--host", "example.org"), "no numeric address"),
        (("--host", "0.0.0.0"), "--advertise"),
        (("--host", "::"), "--advertise"),
        (("--host", "192.0.2.1"), "--token or RGS_TOKEN"),
        (("--host", "0.0.0.0", "--advertise", "192.0.2.1"), "--token or RGS_TOKEN"),
        (("--advertise", "no host"), "no address and no host name"),
        (("--token", "with space"), "letters, digits"),
        (("--topology", "nowhere.yaml"), "nowhere.yaml"),
        (("--rules", "nowhere.yaml"), "nowhere.yaml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_configuration_that_cannot_be_is_refused_before_anything_is_bound(
    rgs: CommandLine, arguments: tuple[str, ...], told: str
) -> None:
    ended = rgs("up", "--port-base", 0, "--http-port", 0, *arguments)

    assert ended.code == ExitCode.USAGE
    assert told in ended.err
    assert ended.err.startswith("rgs: up: ")
    assert ended.out == ""


def test_faults_of_a_topology_are_told_with_their_places(rgs: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "lab.yaml"
    file.write_text("agents:\n  - {name: alice, hom: primary}\nretries: 3\n")

    for command, arguments in (("up", ("--topology", file)), ("check", (file,))):
        ended = rgs(command, *arguments)

        assert ended.code == ExitCode.USAGE
        assert f"{file}:2:19: " in ended.err
        assert 'nearest is "home"' in ended.err
        assert f"{file}:3:1: " in ended.err


def test_no_emulator_there_ends_with_3_and_says_how_to_start_one(rgs: CommandLine) -> None:
    for command in ("status", "phase", "import", "calls"):
        ended = rgs(command, "--url", "http://127.0.0.1:1")

        assert ended.code == ExitCode.COULD_NOT_START
        assert ended.err == (
            "rgs: no emulator answers at http://127.0.0.1:1 (Connection refused); start one with "
            "`rgs up`, or name another by --url or RGS_URL\n"
        )


def test_fault_of_its_own_is_one_line_with_its_place(
    rgs: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("this can't be")

    monkeypatch.delenv("RGS_TRACEBACK", raising=False)
    monkeypatch.setattr("emulator.topology.schema", fail)

    ended = rgs("schema")

    assert ended.code == ExitCode.DIFFERS
    assert ended.err.startswith("rgs: a fault of its own: RuntimeError: this can't be (at ")
    assert len(ended.err.splitlines()) == 1
