"""A session of the shell: runs what is typed or a script, and says how it ended."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

from emulator.shell.display import Display
from emulator.shell.engine import Cmdlet, ExitShell, Host, Interpreter, Terminated
from emulator.shell.engine.errors import Jump
from emulator.shell.language import ParseError, parse

__all__ = ["Session"]

_FRAMES = 6000  # a call within a script takes some dozens of Python's
_HISTORY = 1000


class Session:
    """Runs texts one after another in one scope.

    `exit_code` is None until a script has said `exit`.
    """

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

    async def run(self, text: str, name: str | None = None) -> int:
        """Run `text`; `name` is the path of a script.

        Gives 0; 1 if an error ended it or a statement in it, or if the last statement of what
        was typed failed; 2 if it cannot be read; or what `exit` says.
        """
        self.interpreter.history.append(text)
        del self.interpreter.history[:-_HISTORY]
        try:
            block = parse(text, name)
        except ParseError as error:
            self._host.write_error(error.described())
            self.interpreter.succeeded = False
            return 2
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
            return 1
        except ExitShell as end:
            self.exit_code = end.code & 0xFF
            return self.exit_code
        except Jump:
            pass  # a `break` or `return` outside of everything ends the script
        finally:
            display.flush()
        is_failed = name is None and not self.interpreter.succeeded
        return 1 if is_failed or self.interpreter.uncaught > uncaught else 0
