"""What a running cmdlet is handed: its parameters, and how it speaks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from emulator.shell.engine.caseless import Caseless
from emulator.shell.engine.common import Action, Preferences, open_variable
from emulator.shell.engine.declaring import Cmdlet
from emulator.shell.engine.errors import CmdletError, ErrorCategory, ErrorRecord, Terminated
from emulator.shell.engine.values import Collection, ScriptBlock
from emulator.shell.language import Extent

if TYPE_CHECKING:
    from emulator.shell.engine.host import Host
    from emulator.shell.engine.interpreter import Interpreter
    from emulator.shell.engine.scopes import Scope

__all__ = ["Call", "nothing"]

_CHOICES = "[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help " + '(default is "Y"): '
_HELP = (
    "Y - Continue with only the next step of the operation.\n"
    "A - Continue with all the steps of the operation.\n"
    "N - Skip this operation and proceed with the next operation.\n"
    "L - Skip this operation and all subsequent operations.\n"
)


async def nothing() -> AsyncIterator[Any]:
    """An input without records."""
    empty: tuple[Any, ...] = ()
    for item in empty:
        yield item


class Call:
    """One use of a cmdlet in a pipeline.

    `parameters` holds what was bound, by name in any case; `input` the records of the pipeline,
    for a cmdlet that takes all of them; `record` the one it runs for otherwise.
    """

    __slots__ = (
        "_answer_to_all",
        "_errors",
        "_outputs",
        "_warnings",
        "at",
        "cmdlet",
        "input",
        "interpreter",
        "is_piped",
        "parameter_set",
        "parameters",
        "preferences",
        "record",
        "scope",
        "silenced",
    )

    def __init__(
        self,
        cmdlet: Cmdlet,
        interpreter: Interpreter,
        scope: Scope,
        at: Extent,
        *,
        given: Caseless[Any],
        silenced: frozenset[str] = frozenset(),
    ) -> None:
        self.cmdlet = cmdlet
        self.interpreter = interpreter
        self.scope = scope
        self.at = at
        self.parameters: Caseless[Any] = given
        self.parameter_set = ""
        self.input: AsyncIterator[Any] = nothing()
        self.is_piped = False
        self.record: Any = None
        self.silenced = silenced
        self.preferences = Preferences.of(given, scope, cmdlet.confirm_impact)
        names = self.preferences.collected
        self._errors = open_variable(scope, names.get("ErrorVariable"))
        self._warnings = open_variable(scope, names.get("WarningVariable"))
        self._outputs = open_variable(scope, names.get("OutVariable"))
        self._answer_to_all: bool | None = None

    @property
    def host(self) -> Host:
        """The screen."""
        return self.interpreter.host

    # Parameters

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]

    def __contains__(self, name: str) -> bool:
        return name in self.parameters

    def get(self, name: str, default: Any = None) -> Any:
        """What the parameter was given, or `default` if it was not."""
        return self.parameters.get(name, default)

    # Speaking

    def write_error(
        self,
        message: str,
        error_id: str = "RuntimeException",
        category: ErrorCategory = ErrorCategory.NOT_SPECIFIED,
        target: Any = None,
        exception: str | None = None,
    ) -> None:
        """Report an error that does not end the command, as -ErrorAction says."""
        fault = CmdletError(message, error_id, category, target, exception or error_id)
        self.write_record(fault.record(self.cmdlet.name, self.cmdlet.error_class, self.at))

    def write_record(self, record: ErrorRecord) -> None:
        """Report an error record that does not end the command."""
        action = self.preferences.errors
        if action is Action.IGNORE:
            self.interpreter.note_failure()
            return
        if self._errors is not None:
            self._errors.append(record)
        if action in (Action.STOP, Action.INQUIRE):
            raise Terminated(record, of_script=True)
        is_shown = action is Action.CONTINUE and not self.silenced & {"2", "*"}
        self.interpreter.report(record, is_shown=is_shown)

    def note_terminating(self, record: ErrorRecord) -> None:
        """Keep an error that ends the command for -ErrorVariable."""
        if self._errors is not None:
            self._errors.append(record)

    def write_warning(self, message: str) -> None:
        """Warn, as -WarningAction says."""
        action = self.preferences.warnings
        if self._warnings is not None:
            self._warnings.append(message)
        if action is Action.STOP:
            raise CmdletError(
                "Command execution stopped because the preference variable "
                '"WarningPreference" or common parameter is set to Stop: ' + message,
                "ActionPreferenceStop",
                ErrorCategory.OPERATION_STOPPED,
                exception="ActionPreferenceStopException",
            )
        if action in (Action.CONTINUE, Action.INQUIRE) and not self.silenced & {"3", "*"}:
            self.host.write_talk(f"WARNING: {message}")

    def write_verbose(self, message: str) -> None:
        """Say what -Verbose asks for."""
        if self.preferences.shows_verbose and not self.silenced & {"4", "*"}:
            self.host.write_talk(f"VERBOSE: {message}")

    def write_debug(self, message: str) -> None:
        """Say what -Debug asks for."""
        if self.preferences.shows_debug and not self.silenced & {"5", "*"}:
            self.host.write_talk(f"DEBUG: {message}")

    def write_progress(self, activity: str, status: str = "", percent: int | None = None) -> None:
        """Say how far a long command has come."""
        shown = f" {percent}%" if percent is not None else ""
        self.interpreter.show_progress(f"{activity}: {status}{shown}".rstrip(": "))

    def note_output(self, value: Any) -> None:
        """Keep what is put out for -OutVariable."""
        if self._outputs is not None:
            self.interpreter.pulse.require_room(self._outputs)
            self._outputs.append(value)

    # Asking

    async def should_process(self, target: str, action: str | None = None) -> bool:
        """Whether to go on: says so with -WhatIf, asks with -Confirm."""
        operation = action or self.cmdlet.name
        told = f'Performing the operation "{operation}" on target "{target}".'
        if self.preferences.is_what_if:
            self.host.write(f"What if: {told}\n")
            return False
        if not self.preferences.confirms:
            self.write_verbose(told)
            return True
        return await self._is_confirmed(
            f"\nConfirm\nAre you sure you want to perform this action?\n{told}\n"
        )

    async def should_continue(self, query: str, caption: str = "Confirm") -> bool:
        """Ask whatever the preferences are; the caller leaves it out with -Force."""
        return await self._is_confirmed(f"\n{caption}\n{query}\n")

    async def _is_confirmed(self, told: str) -> bool:
        if self._answer_to_all is not None:
            return self._answer_to_all
        question = told + _CHOICES
        while True:
            answer = await self.host.ask(question)
            if answer is None:
                raise CmdletError(
                    "Windows PowerShell is in NonInteractive mode. Read and Prompt "
                    "functionality is not available.",
                    "PromptNotAvailable",
                    ErrorCategory.INVALID_OPERATION,
                    exception="PSInvalidOperationException",
                )
            match answer.strip().lower():
                case "" | "y" | "yes":
                    return True
                case "n" | "no":
                    return False
                case "a" | "yes to all":
                    self._answer_to_all = True
                    return True
                case "l" | "no to all":
                    self._answer_to_all = False
                    return False
                case _:
                    question = _HELP + _CHOICES

    # Script blocks

    async def invoke(
        self, block: ScriptBlock, item: Any = None, arguments: Sequence[Any] = ()
    ) -> list[Any]:
        """What `block` puts out with `item` as $_, in the scope of the command."""
        return [
            value async for value in self.interpreter.run_block(block, self.scope, item, arguments)
        ]

    def stream(self, block: ScriptBlock, item: Any) -> AsyncIterator[Any]:
        """What `block` puts out with `item` as $_, one after another."""
        return self.interpreter.run_block(block, self.scope, item, ())


def collection_of(items: Sequence[Any], item_type: str) -> Collection:
    """A collection that scripts can Add to and Remove from."""
    return Collection(items, item_type=item_type)
