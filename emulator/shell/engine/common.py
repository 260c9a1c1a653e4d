"""The parameters that every cmdlet has, and what they make of errors, warnings and talk."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from emulator.shell.engine.caseless import Caseless
from emulator.shell.engine.declaring import Cmdlet, Parameter
from emulator.shell.engine.errors import CmdletError, ErrorCategory
from emulator.shell.engine.text import to_text
from emulator.shell.engine.values import Collection

if TYPE_CHECKING:
    from emulator.shell.engine.scopes import Scope

__all__ = ["COMMON", "Action", "Preferences", "all_parameters"]


class Action(StrEnum):
    """What becomes of an error or a warning."""

    SILENTLY_CONTINUE = "SilentlyContinue"
    STOP = "Stop"
    CONTINUE = "Continue"
    INQUIRE = "Inquire"
    IGNORE = "Ignore"


_ACTIONS = tuple(Action)
COMMON = (
    Parameter(name="Verbose", type="Switch", aliases=("vb",)),
    Parameter(name="Debug", type="Switch", aliases=("db",)),
    Parameter(name="ErrorAction", type="ActionPreference", aliases=("ea",), choices=_ACTIONS),
    Parameter(name="WarningAction", type="ActionPreference", aliases=("wa",), choices=_ACTIONS),
    Parameter(name="ErrorVariable", aliases=("ev",)),
    Parameter(name="WarningVariable", aliases=("wv",)),
    Parameter(name="OutVariable", aliases=("ov",)),
    Parameter(name="OutBuffer", type="Int32", aliases=("ob",)),
)
_SHOULD_PROCESS = (
    Parameter(name="WhatIf", type="Switch", aliases=("wi",)),
    Parameter(name="Confirm", type="Switch", aliases=("cf",)),
)
_LEVELS = ("none", "low", "medium", "high")


def all_parameters(cmdlet: Cmdlet) -> tuple[Parameter, ...]:
    """The cmdlet's own parameters and those that every cmdlet has."""
    more = _SHOULD_PROCESS if cmdlet.supports_should_process else ()
    return (*cmdlet.parameters, *more, *COMMON)


def action_named(value: Any) -> Action:
    """The action of that name, or of PowerShell's number for it."""
    text = to_text(value).lower()
    numbered = {"0": "silentlycontinue", "1": "stop", "2": "continue", "3": "inquire"}
    text = numbered.get(text, text)
    for action in _ACTIONS:
        if action.lower() == text:
            return action
    raise CmdletError(
        f'Cannot convert value "{to_text(value)}" to type '
        '"System.Management.Automation.ActionPreference". Error: "Unable to match the '
        f'identifier name {to_text(value)} to a valid enumerator name."',
        "InvalidCastFromStringToEnum",
        ErrorCategory.INVALID_ARGUMENT,
    )


@dataclass(slots=True)
class Preferences:
    """What the common parameters of a call and the preference variables around it say."""

    errors: Action
    warnings: Action
    shows_verbose: bool
    shows_debug: bool
    is_what_if: bool
    confirms: bool
    collected: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Caseless[Any], scope: Scope, impact: str) -> Preferences:
        """Read from the common parameters that were `given`, else from the variables."""

        def action(name: str, variable: str) -> Action:
            return action_named(given[name] if name in given else scope.get(variable))

        def shows(name: str, variable: str) -> bool:
            if name in given:
                return bool(given[name])
            shown = action_named(scope.get(variable))
            return shown not in (Action.SILENTLY_CONTINUE, Action.IGNORE)

        threshold = to_text(scope.get("ConfirmPreference")).lower()
        level = _LEVELS.index(threshold) if threshold in _LEVELS else 0
        asks = 0 < level <= _LEVELS.index(impact.lower())
        return cls(
            errors=action("ErrorAction", "ErrorActionPreference"),
            warnings=action("WarningAction", "WarningPreference"),
            shows_verbose=shows("Verbose", "VerbosePreference"),
            shows_debug=shows("Debug", "DebugPreference"),
            is_what_if=bool(given.get("WhatIf", scope.get("WhatIfPreference"))),
            confirms=bool(given["Confirm"]) if "Confirm" in given else asks,
            collected={
                name: str(given[name])
                for name in ("ErrorVariable", "WarningVariable", "OutVariable")
                if name in given
            },
        )


def open_variable(scope: Scope, name: str | None) -> Collection | None:
    """The list that `-ErrorVariable name` and the like fill; `+name` goes on with the old one."""
    if not name:
        return None
    plain = name.removeprefix("+")
    held = scope.get(plain) if name.startswith("+") else None
    items = held if isinstance(held, list) else [] if held is None else [held]
    collected = Collection(items, type_name="System.Collections.ArrayList")
    scope.set(plain, collected)
    return collected
