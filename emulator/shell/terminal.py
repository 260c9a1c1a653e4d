"""The interactive shell: a prompt with history and completion, until `exit` or Ctrl-D."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import has_selection, is_done
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout

from emulator.shell.completeness import is_complete
from emulator.shell.completion import candidates

if TYPE_CHECKING:
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

    from emulator.shell.engine import Interpreter
    from emulator.shell.session import Session

__all__ = ["Terminal", "history_path"]

PROMPT = "PS rgs> "
_CONTINUED = ">> "
_MOST_ENTRIES = 1000


def history_path() -> Path:
    """Where what was typed is kept, under the user's folder for state."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "rgs" / "shell_history"


def _history(path: Path | None) -> FileHistory | InMemoryHistory:
    """The history in the file at `path`, the oldest entries dropped; in memory without one."""
    if path is None:
        return InMemoryHistory()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        entries = path.read_text("utf-8", "replace").split("\n# ")
        if len(entries) > _MOST_ENTRIES:
            path.write_text("\n# " + "\n# ".join(entries[-_MOST_ENTRIES:]), "utf-8")
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


class _Completions(Completer):
    """Offers the candidates to the prompt."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Sequence[Completion]:
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        text = document.text_before_cursor
        try:
            found = await candidates(text, self._interpreter)
        except Exception:  # noqa: BLE001 (a completer that fails offers nothing)
            return
        for candidate in found:
            yield Completion(
                candidate.text,
                start_position=candidate.start - len(text),
                display_meta=candidate.kind,
            )


def _keys() -> KeyBindings:
    """Enter ends what is complete, and goes on to a new line otherwise."""
    keys = KeyBindings()

    @keys.add("enter", filter=~has_selection & ~is_done)
    def _enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if is_complete(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    return keys


class Terminal:
    """Reads what is typed at a prompt; `input` and `output` are the console's by default."""

    __slots__ = ("_input", "_output", "_path", "_questions")

    def __init__(
        self,
        *,
        history: Path | None,
        input: Input | None = None,  # noqa: A002 (as the prompt names it)
        output: Output | None = None,
    ) -> None:
        self._path = history
        self._input = input
        self._output = output
        self._questions: PromptSession[str] | None = None

    async def ask(self, question: str) -> str | None:
        """The answer to a cmdlet's question; None at Ctrl-D. Ctrl-C ends the command."""
        if self._questions is None:
            self._questions = PromptSession(input=self._input, output=self._output)
        *before, last = question.split("\n")
        try:
            return await self._questions.prompt_async("\n".join([*before, last]))
        except EOFError:
            return None
        except KeyboardInterrupt:
            raise asyncio.CancelledError from None

    async def run(self, session: Session) -> int:
        """Run what is typed until `exit` or Ctrl-D; give the code that it exits with."""
        prompt: PromptSession[str] = PromptSession(
            PROMPT,
            history=_history(self._path),
            completer=_Completions(session.interpreter),
            complete_while_typing=False,
            multiline=True,
            prompt_continuation=_CONTINUED,
            key_bindings=_keys(),
            input=self._input,
            output=self._output,
        )
        while session.exit_code is None:
            try:
                text = await prompt.prompt_async()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return 0
            if text.strip():
                await _run_interruptibly(session, text)
        return session.exit_code


async def _run_interruptibly(session: Session, text: str) -> None:
    """Run `text`; Ctrl-C ends it, and only it."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(session.run(text))
    with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
        loop.add_signal_handler(signal.SIGINT, task.cancel)
    try:
        with patch_stdout(raw=True):
            await asyncio.wait([task])
    finally:
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.remove_signal_handler(signal.SIGINT)
    if not task.cancelled() and (fault := task.exception()) is not None:
        raise fault
