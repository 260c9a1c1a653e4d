"""How the command line starts a shell: with a text, a script, or at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from emulator.shell.host import StreamHost
from emulator.shell.session import Session

if TYPE_CHECKING:
    from emulator.shell.engine import Cmdlet

__all__ = ["run_file", "run_terminal", "run_text"]


async def run_text(
    text: str,
    cmdlets: Sequence[Cmdlet],
    *,
    output: TextIO | None = None,
    errors: TextIO | None = None,
    variables: Mapping[str, Any] | None = None,
) -> int:
    """Run `text` as `-c` gives it; the exit code."""
    host = StreamHost(output or sys.stdout, errors or sys.stderr)
    return await Session(cmdlets, host, variables=variables).run(text)


async def run_file(
    path: Path,
    arguments: Sequence[str],
    cmdlets: Sequence[Cmdlet],
    *,
    output: TextIO | None = None,
    errors: TextIO | None = None,
    variables: Mapping[str, Any] | None = None,
) -> int:
    """Run the script at `path` with `arguments`, as `-Name value` or by position."""
    host = StreamHost(output or sys.stdout, errors or sys.stderr)
    return await Session(cmdlets, host, variables=variables).run_file(path, arguments)


async def run_terminal(
    cmdlets: Sequence[Cmdlet],
    *,
    variables: Mapping[str, Any] | None = None,
    banner: str = "",
) -> int:
    """Run what is typed at the terminal until `exit` or Ctrl-D."""
    from emulator.shell.terminal import Terminal, history_path

    terminal = Terminal(history=history_path())
    host = StreamHost(sys.stdout, sys.stdout, ask=terminal.ask, is_terminal=True)
    if banner:
        host.write(f"{banner}\n")
    return await terminal.run(Session(cmdlets, host, variables=variables))
