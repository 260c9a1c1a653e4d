"""How the command line starts a shell: with a text, a script, or at the terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from emulator.shell.completeness import is_complete
from emulator.shell.host import StreamHost
from emulator.shell.session import Session

if TYPE_CHECKING:
    from emulator.shell.engine import Cmdlet

__all__ = ["run_file", "run_lines", "run_terminal", "run_text"]


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


async def run_lines(
    lines: TextIO,
    cmdlets: Sequence[Cmdlet],
    *,
    output: TextIO | None = None,
    errors: TextIO | None = None,
    variables: Mapping[str, Any] | None = None,
) -> int:
    """Run what `lines` gives, each statement once its last line is there, until the end or `exit`.

    So whoever is at the other end of a pipe sees what one line does before it sends the next.
    Gives what the last one does.
    """
    output = output or sys.stdout
    session = Session(cmdlets, StreamHost(output, errors or sys.stderr), variables=variables)
    loop = asyncio.get_running_loop()
    code, text = 0, ""
    while line := await loop.run_in_executor(None, lines.readline):
        text += line
        if is_complete(text):
            code, text = await session.run(text), ""
            output.flush()
            if session.exit_code is not None:
                return session.exit_code
    return await session.run(text) if text else code


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
