"""The terminal: several lines, Ctrl-D, `exit`, and what Tab offers."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from emulator.shell.cmdlets import GENERIC_CMDLETS
from emulator.shell.completeness import is_complete
from emulator.shell.completion import candidates
from emulator.shell.engine import Cmdlet, Interpreter, Parameter
from emulator.shell.host import StreamHost
from emulator.shell.session import Session
from emulator.shell.terminal import Terminal
from tests.shell.support import do_nothing


async def _names() -> list[str]:
    return ["Help Desk", "hotline"]


QUEUES = Cmdlet(
    name="Get-CsRgsQueue",
    synopsis="Gets queues.",
    run=do_nothing,
    parameters=(
        Parameter(name="Identity", position=0),
        Parameter(name="Name", completes=_names),
        Parameter(name="Kind", choices=("Formal", "Informal")),
        Parameter(name="ShowAll", type="Switch"),
    ),
)


async def _typed(keys: str, tmp_path: Path) -> tuple[int, str]:
    out = io.StringIO()
    session = Session(GENERIC_CMDLETS, StreamHost(out, out))
    with create_pipe_input() as keyboard, create_app_session(keyboard, DummyOutput()):
        keyboard.send_text(keys)
        terminal = Terminal(
            history=tmp_path / "state" / "history", input=keyboard, output=DummyOutput()
        )
        return await terminal.run(session), out.getvalue()


async def test_exit_leaves_with_its_code(tmp_path: Path) -> None:
    assert (await _typed("exit 7\r", tmp_path))[0] == 7


async def test_ctrl_d_leaves_with_0(tmp_path: Path) -> None:
    assert (await _typed("throw 'x'\r\x04", tmp_path))[0] == 0


async def test_open_block_goes_on_to_the_next_line(tmp_path: Path) -> None:
    code, shown = await _typed("if ($true) {\r'within'\r}\rexit\r", tmp_path)
    assert (code, shown) == (0, "within\n")


async def test_what_was_typed_is_kept_in_a_file_that_only_the_user_reads(tmp_path: Path) -> None:
    await _typed("'kept'\rexit\r", tmp_path)
    kept = tmp_path / "state" / "history"
    assert "'kept'" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("Get-CsRgsQueue", True),
        ("Get-CsRgsQueue |", False),
        ("'open", False),
        ('@"\nopen', False),
        ("if ($x) {", False),
        ("$x =", False),
        ("Get-CsRgsQueue `", True),
        ("foo )", True),
    ],
)
def test_text_is_complete_when_nothing_is_open(text: str, complete: bool) -> None:
    assert is_complete(text) is complete


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("Get-CsR", ["Get-CsRgsQueue"]),
        ("$q = get-csr", ["Get-CsRgsQueue"]),
        ("Get-CsRgsQueue -N", ["-Name"]),
        ("Get-CsRgsQueue -Name ", ["'Help Desk'", "hotline"]),
        ("Get-CsRgsQueue -Name ho", ["hotline"]),
        ("Get-CsRgsQueue -Name 'he", ["'Help Desk'"]),
        ("Get-CsRgsQueue -Kind I", ["Informal"]),
        ("Get-Date | Get-CsRgsQueue -Sh", ["-ShowAll"]),
        ("$Error", ["$Error", "$ErrorActionPreference"]),
        ("Get-Nope -", []),
    ],
)
async def test_tab_offers(text: str, offered: list[str]) -> None:
    out = io.StringIO()
    interpreter = Interpreter((*GENERIC_CMDLETS, QUEUES), StreamHost(out, out))
    found = await candidates(text, interpreter)
    assert [candidate.text for candidate in found] == offered
