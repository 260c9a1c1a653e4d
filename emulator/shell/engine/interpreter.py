"""Runs scripts: holds what a session keeps, and hands each node to who knows it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from emulator.shell.engine.caseless import Caseless
from emulator.shell.engine.commands import Commands
from emulator.shell.engine.declaring import Cmdlet
from emulator.shell.engine.errors import CmdletError, ErrorCategory, ErrorRecord
from emulator.shell.engine.expressions import Expressions
from emulator.shell.engine.host import Host
from emulator.shell.engine.limits import MAX_CALL_DEPTH, MAX_ERRORS, Pulse
from emulator.shell.engine.scopes import Scope
from emulator.shell.engine.statements import Statements
from emulator.shell.engine.values import Collection, PSObject, ScriptBlock
from emulator.shell.language.syntax import Block

__all__ = ["Interpreter"]

VERSION = "5.1"


class Interpreter:
    """A session's engine: its cmdlets, its variables, its errors."""

    __slots__ = (
        "_call_depth",
        "aliases",
        "cmdlets",
        "commands",
        "errors",
        "expressions",
        "failures",
        "history",
        "host",
        "pulse",
        "scope",
        "statements",
        "succeeded",
        "tries",
        "uncaught",
    )

    def __init__(
        self,
        cmdlets: Sequence[Cmdlet],
        host: Host,
        *,
        aliases: Mapping[str, str] | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        self.host = host
        self.cmdlets: Caseless[Cmdlet] = Caseless((c.name, c) for c in cmdlets)
        self.aliases: Caseless[str] = Caseless(aliases or {})
        for cmdlet in cmdlets:
            for alias in cmdlet.aliases:
                self.aliases[alias] = cmdlet.name
        self.errors = Collection(type_name="System.Collections.ArrayList")
        self.failures = 0  # errors so far, shown or not
        self.succeeded = True  # $?
        self.tries = 0  # how many `try` blocks are being run
        self.uncaught = 0  # errors that ended a statement and were not caught
        self.history: list[str] = []
        self.pulse = Pulse()
        self.scope = Scope()
        self.expressions = Expressions(self)
        self.statements = Statements(self)
        self.commands = Commands(self)
        self._call_depth = 0
        self.scope.variables.update(self._first_variables())
        self.scope.variables.update(variables or {})

    def _first_variables(self) -> dict[str, Any]:
        return {
            "ConfirmPreference": "High",
            "DebugPreference": "SilentlyContinue",
            "Error": self.errors,
            "ErrorActionPreference": "Continue",
            "OFS": " ",
            "PSVersionTable": PSObject(
                "System.Collections.Hashtable",
                {"PSVersion": VERSION, "PSEdition": "Desktop", "PSCompatibleVersions": "1.0, 2.0"},
            ),
            "VerbosePreference": "SilentlyContinue",
            "WarningPreference": "Continue",
            "WhatIfPreference": False,
        }

    # Running

    def run(self, block: Block, scope: Scope | None = None) -> AsyncGenerator[Any, None]:
        """What the statements of `block` put out, one after another."""
        return self.statements.run(block.statements, scope or self.scope)

    async def run_block(
        self,
        block: ScriptBlock,
        scope: Scope,
        item: Any = None,
        arguments: Sequence[Any] = (),
    ) -> AsyncIterator[Any]:
        """What a script block puts out with `item` as $_, in `scope` itself."""
        self.enter()
        had_item, before = "_" in scope.variables, scope.variables.get("_")
        scope.variables["_"] = item
        try:
            if block.block.parameters:
                values = [item] if item is not None and not arguments else arguments
                for parameter, value in zip(block.block.parameters, values, strict=False):
                    scope.set(parameter.name, value)
            async with aclosing(self.statements.run_body(block.block, scope)) as found:
                async for value in found:
                    yield value
                    scope.variables["_"] = item
        finally:
            self.leave()
            if had_item:
                scope.variables["_"] = before
            else:
                scope.variables.pop("_", None)

    def enter(self) -> None:
        """A call begins. Raises CmdletError if calls are nested too deeply."""
        if self._call_depth >= MAX_CALL_DEPTH:
            raise CmdletError(
                "The script failed due to call depth overflow.",
                "CallDepthOverflow",
                ErrorCategory.INVALID_OPERATION,
                target=MAX_CALL_DEPTH,
                exception="ScriptCallDepthException",
            )
        self._call_depth += 1

    def leave(self) -> None:
        """A call ends."""
        self._call_depth -= 1

    # Errors

    def report(self, record: ErrorRecord, *, is_shown: bool = True) -> None:
        """Put the error into $Error, and show it."""
        self.note_failure()
        if not self.errors or self.errors[0] is not record:
            self.errors.insert(0, record)
        del self.errors[MAX_ERRORS:]
        if is_shown:
            self.host.write_error(record.described())

    def note_failure(self) -> None:
        """The statement that runs has failed: $? will be false."""
        self.failures += 1

    def show_progress(self, text: str) -> None:
        """Show how far a command has come."""
        self.host.write_talk(text)
