"""`rgs shell` as a program: a text, a script, lines from a pipe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.emulator_process import EmulatorProcess

_SECONDS = 60


@pytest.fixture
def program(process: EmulatorProcess) -> list[str]:
    """How the shell is started for the emulator that runs."""
    host, port = process.addresses["http"]
    return [sys.executable, "-m", "emulator", "shell", "--url", f"http://{host}:{port}"]


def _ended(
    program: list[str], *arguments: str | Path, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*program, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def test_a_text_asks_the_emulator(program: list[str]) -> None:
    ended = _ended(program, "-c", "(Get-CsRgsAgentGroup -Name formal-agents).AgentsByUri -join ' '")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "sip:alice@contoso.example sip:carol@contoso.example\n"


def test_an_error_says_where_it_is_and_the_exit_code_tells_of_it(program: list[str]) -> None:
    ended = _ended(program, "-c", "Get-CsRgsAgentGroop")

    assert ended.returncode == 1
    assert "is not recognized as the name of a cmdlet" in ended.stderr
    assert "At line:1 char:1" in ended.stderr


@pytest.mark.parametrize(
    ("text", "code"), [("exit 7", 7), ("throw 'no'", 1), ("'open", 2), ("1 + 1", 0)]
)
def test_the_exit_code_is_that_of_the_text(program: list[str], text: str, code: int) -> None:
    assert _ended(program, "-c", text).returncode == code


def test_a_script_gets_its_arguments(program: list[str], tmp_path: Path) -> None:
    script = tmp_path / "hello.ps1"
    script.write_text('param($Name, $Times = 1)\n1..$Times | % { "hello $Name" }\nexit 3\n')

    ended = _ended(program, script, "-Name", "ann", "-Times", "2")

    assert (ended.returncode, ended.stdout) == (3, "hello ann\nhello ann\n")


def test_a_script_that_is_not_there_is_told(program: list[str], tmp_path: Path) -> None:
    ended = _ended(program, tmp_path / "none.ps1")

    assert ended.returncode == 2
    assert "none.ps1' cannot be read" in ended.stderr


def test_what_comes_from_stdin_is_run_whole(program: list[str]) -> None:
    ended = _ended(program, stdin="if ($false) { 1 }\nelse { 2 }\n")

    assert (ended.returncode, ended.stdout) == (0, "2\n")


def test_lines_from_a_pipe_are_run_as_they_come(program: list[str]) -> None:
    with subprocess.Popen(
        [*program, "-c", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        for line, answer in (("$a = 20 +\n  1; $a * 2", "42"), ("$a", "21")):
            shell.stdin.write(f"{line}\n")
            shell.stdin.flush()
            assert shell.stdout.readline() == f"{answer}\n"
        shell.stdin.close()
        assert shell.wait(_SECONDS) == 0


def test_without_an_emulator_it_says_what_to_do() -> None:
    program = [sys.executable, "-m", "emulator", "shell", "--url", "http://127.0.0.1:9"]

    ended = _ended(program, "-c", "Get-CsRgsQueue")

    assert ended.returncode == 1
    assert "Start one with `rgs up`" in ended.stderr
