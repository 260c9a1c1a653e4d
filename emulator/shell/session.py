"""A session of the shell: runs what is typed or a script, and says how it ended."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from emulator.shell.display import Display
from emulator.shell.engine import Cmdlet, ExitShell, Host, Interpreter, Terminated
from emulator.shell.engine.errors import Jump
from emulator.shell.language import ParseError, parse
from emulator.shell.language.parser import MAX_CHARACTERS
from emulator.shell.language.syntax import Block

__all__ = ["Session"]

FAILED = 1
UNREADABLE = 2
_FRAMES = 6000  # a call within a script takes some dozens of Python's
_HISTORY = 1000
_PARAMETER = re.compile(r"-[A-Za-z]\w*:?")


class Session:
    """Runs texts one after another in one scope; `exit_code` is None until one says `exit`."""

    __slots__ = ("_host", "exit_code", "interpreter")

    def __init__(
        self,
        cmdlets: Sequence[Cmdlet],
        host: Host,
        *,
        aliases: Mapping[str, str] | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        self._host = host
        self.interpreter = Interpreter(cmdlets, host, aliases=aliases, variables=variables)
        self.exit_code: int | None = None
        if sys.getrecursionlimit() < _FRAMES:
            sys.setrecursionlimit(_FRAMES)

    async def run(self, text: str) -> int:
        """Run `text`.

        Gives 0; 1 if an error ended it or a statement in it, or if the last statement failed;
        2 if it cannot be read; or what `exit` says.
        """
        self.interpreter.history.append(text)
        del self.interpreter.history[:-_HISTORY]
        block = self._read(text)
        if block is None:
            return UNREADABLE
        code = await self._run(block)
        return code if self.interpreter.succeeded or self.exit_code is not None else FAILED

    async def run_file(self, path: Path, arguments: Sequence[str] = ()) -> int:
        """Run the script at `path` with `arguments`, as `-Name value` or by position.

        Gives what `run` does, but the last statement counts no more than the others.
        """
        text = self._script_text(path)
        if text is None or self._read(text, str(path)) is None:
            return UNREADABLE
        words = [_as_typed(word) for word in [str(path), *arguments]]
        block = self._read(" ".join(["&", *words]))
        return UNREADABLE if block is None else await self._run(block)

    def _script_text(self, path: Path) -> str | None:
        """What the script at `path` holds; None, and the error written, if it is none."""
        try:
            if path.suffix.lower() != ".ps1":
                raise ValueError("its name does not end in .ps1")
            self.interpreter.scope.variables["PSScriptRoot"] = str(path.absolute().parent)
            return path.read_text("utf-8-sig")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            self._host.write_error(f"The script '{path}' cannot be read: {why}.")
            return None

    def _read(self, text: str, name: str | None = None) -> Block | None:
        """The tree of `text`; None, and the error written, if it cannot be read."""
        try:
            return parse(text, name)
        except ParseError as error:
            told = error.described()
            self._host.write_error(told if len(text) <= MAX_CHARACTERS else error.message)
            self.interpreter.succeeded = False
            return None

    async def _run(self, block: Block) -> int:
        display = Display(self._host)
        uncaught = self.interpreter.uncaught
        try:
            async with aclosing(self.interpreter.run(block)) as found:
                async for value in found:
                    display.show(value)
        except Terminated as fault:
            display.flush()
            self.interpreter.report(fault.record)
            self.interpreter.succeeded = False
            return FAILED
        except ExitShell as end:
            self.exit_code = end.code & 0xFF
            return self.exit_code
        except Jump:
            pass  # a `break` or `return` outside of everything ends the script
        finally:
            display.flush()
        return FAILED if self.interpreter.uncaught > uncaught else 0


def _as_typed(word: str) -> str:
    """An argument of the command line as it would be typed in the shell."""
    if _PARAMETER.fullmatch(word):
        return word
    return "'" + word.replace("'", "''") + "'"
