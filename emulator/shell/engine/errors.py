"""Errors of commands and expressions, in PowerShell's form, and the jumps out of a script."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from emulator.shell.language import Extent

__all__ = [
    "BreakLoop",
    "CmdletError",
    "ContinueLoop",
    "ErrorCategory",
    "ErrorRecord",
    "ExitShell",
    "Jump",
    "ReturnFrom",
    "Terminated",
]


class ErrorCategory(StrEnum):
    """PowerShell's categories, as far as they come up."""

    NOT_SPECIFIED = "NotSpecified"
    CONNECTION_ERROR = "ConnectionError"
    INVALID_ARGUMENT = "InvalidArgument"
    INVALID_DATA = "InvalidData"
    INVALID_OPERATION = "InvalidOperation"
    INVALID_TYPE = "InvalidType"
    LIMITS_EXCEEDED = "LimitsExceeded"
    OBJECT_NOT_FOUND = "ObjectNotFound"
    OPERATION_STOPPED = "OperationStopped"
    OPERATION_TIMEOUT = "OperationTimeout"
    PARSER_ERROR = "ParserError"
    PERMISSION_DENIED = "PermissionDenied"
    READ_ERROR = "ReadError"
    RESOURCE_EXISTS = "ResourceExists"
    RESOURCE_UNAVAILABLE = "ResourceUnavailable"
    WRITE_ERROR = "WriteError"


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """What $Error holds, and what is printed of it.

    `exception` is the short name of the exception's type; `command` the command that failed, or
    nothing; `command_class` the class that the error id ends in.
    """

    message: str
    error_id: str = "RuntimeException"
    category: str = ErrorCategory.NOT_SPECIFIED
    target: Any = None
    exception: str = "RuntimeException"
    command: str = ""
    command_class: str = ""
    at: Extent | None = None
    invoked: str = ""  # what stands before the message, where it is not the command

    @property
    def qualified_id(self) -> str:
        """The FullyQualifiedErrorId."""
        return f"{self.error_id},{self.command_class}" if self.command_class else self.error_id

    @property
    def category_info(self) -> str:
        """The CategoryInfo."""
        from emulator.shell.engine.text import to_text
        from emulator.shell.engine.types import short_type_name

        told = ""
        if self.target is not None:
            shown = to_text(self.target)
            if len(shown) > 40:
                shown = f"{shown[:17]}...{shown[-17:]}"
            told = f"{shown}:{short_type_name(self.target)}"
        else:
            told = ":"
        return f"{self.category}: ({told}) [{self.command}], {self.exception}"

    def described(self) -> str:
        """The error as PowerShell prints it."""
        before = self.invoked or self.command
        lines = [f"{before} : {self.message}" if before else self.message]
        if self.at is not None:
            lines.append(self.at.described())
        lines.append(f"    + CategoryInfo          : {self.category_info}")
        lines.append(f"    + FullyQualifiedErrorId : {self.qualified_id}")
        return "\n".join(lines)

    def located(self, at: Extent | None) -> ErrorRecord:
        """The record with a place, if it had none."""
        return self if self.at is not None else replace(self, at=at)


class CmdletError(Exception):
    """Ends the command or the expression; `exception` is the type name that errors show."""

    def __init__(
        self,
        message: str,
        error_id: str = "RuntimeException",
        category: ErrorCategory = ErrorCategory.INVALID_OPERATION,
        target: Any = None,
        exception: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_id = error_id
        self.category = category
        self.target = target
        self.exception = exception or "RuntimeException"

    def record(
        self, command: str = "", command_class: str = "", at: Extent | None = None
    ) -> ErrorRecord:
        """The error record of it, raised by `command`."""
        return ErrorRecord(
            self.message,
            self.error_id,
            self.category,
            self.target,
            self.exception,
            command,
            command_class,
            at,
        )


class Terminated(Exception):
    """An error with its record on its way out: of the statement, or `of_script` of all."""

    def __init__(self, record: ErrorRecord, *, of_script: bool = False) -> None:
        super().__init__(record.message)
        self.record = record
        self.of_script = of_script


class Jump(Exception):
    """Leaves a loop, a function or the script."""


class BreakLoop(Jump):
    """`break`."""


class ContinueLoop(Jump):
    """`continue`."""


class ReturnFrom(Jump):
    """`return`."""


class ExitShell(Jump):
    """`exit code`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
