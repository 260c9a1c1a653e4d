"""Variables and functions, scope within scope."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from emulator.shell.engine.caseless import Caseless
from emulator.shell.engine.errors import CmdletError, ErrorCategory
from emulator.shell.engine.limits import bounded
from emulator.shell.engine.text import to_text
from emulator.shell.engine.values import ScriptBlock

__all__ = ["Scope"]

_CONSTANTS: Caseless[Any] = Caseless({"true": True, "false": False, "null": None})
_READ_ONLY = frozenset(("?", "error", "psversiontable", "home", "pid"))
_GLOBAL = ("global", "script")
_LOCAL = ("local", "private")


class Scope:
    """The variables of a session, a script or a call; what is not here is sought around it."""

    __slots__ = ("around", "functions", "variables")

    def __init__(self, around: Scope | None = None) -> None:
        self.around = around
        self.variables: Caseless[Any] = Caseless()
        self.functions: Caseless[ScriptBlock] = Caseless()

    @property
    def outermost(self) -> Scope:
        """The scope of the session."""
        scope = self
        while scope.around is not None:
            scope = scope.around
        return scope

    def _outwards(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.around

    def get(self, name: str) -> Any:
        """What the variable holds; $null if there is none."""
        drive, separator, rest = name.partition(":")
        if separator:
            return self._in_drive(drive.lower(), rest, name)
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        for scope in self._outwards():
            if name in scope.variables:
                return scope.variables[name]
        return None

    def _in_drive(self, drive: str, rest: str, name: str) -> Any:
        if drive == "env":
            return os.environ.get(rest)
        if drive in _GLOBAL:
            return self.outermost.get(rest)
        if drive in (*_LOCAL, "variable"):
            return self.get(rest)
        if drive == "function":
            return self.function(rest)
        raise CmdletError(
            f"Cannot find drive. A drive with the name '{drive}' does not exist.",
            "DriveNotFound",
            ErrorCategory.OBJECT_NOT_FOUND,
            target=name,
            exception="DriveNotFoundException",
        )

    def has(self, name: str) -> bool:
        """Whether there is such a variable."""
        return name in _CONSTANTS or any(name in scope.variables for scope in self._outwards())

    def set(self, name: str, value: Any) -> None:
        """Set the variable here, or where the scope before its name says."""
        drive, separator, rest = name.partition(":")
        if separator and drive.lower() == "env":
            if value is None:
                os.environ.pop(rest, None)
            else:
                os.environ[rest] = to_text(value)
            return
        if separator and drive.lower() in _GLOBAL:
            self.outermost.set(rest, value)
            return
        plain = rest if separator else name
        if plain in _CONSTANTS or plain.lower() in _READ_ONLY:
            raise CmdletError(
                f"Cannot overwrite variable {plain} because it is read-only or constant.",
                "VariableNotWritable",
                ErrorCategory.WRITE_ERROR,
                target=plain,
                exception="SessionStateUnauthorizedAccessException",
            )
        bounded(len(self.variables))
        self.variables[plain] = value

    def all_variables(self) -> Caseless[Any]:
        """Every variable that can be seen from here."""
        found: Caseless[Any] = Caseless()
        for scope in reversed(list(self._outwards())):
            found.update(scope.variables)
        return found

    def function(self, name: str) -> ScriptBlock | None:
        """The function of that name, if there is one."""
        for scope in self._outwards():
            if name in scope.functions:
                return scope.functions[name]
        return None

    def all_functions(self) -> Caseless[ScriptBlock]:
        """Every function that can be seen from here."""
        found: Caseless[ScriptBlock] = Caseless()
        for scope in reversed(list(self._outwards())):
            found.update(scope.functions)
        return found
