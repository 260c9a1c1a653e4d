"""How a cmdlet is declared: its parameters, its help, and what runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from emulator.shell.engine.call import Call

__all__ = ["ALL_SETS", "Cmdlet", "Completer", "Example", "Parameter", "Run"]

ALL_SETS = "__AllParameterSets"

# What runs for each record: it yields what it puts out, or is awaited and puts nothing out.
Run: TypeAlias = "Callable[[Call], AsyncIterator[Any] | Awaitable[None]]"
# Gives the values that a parameter may take, for completion.
Completer: TypeAlias = Callable[[], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter.

    `type` is a name such as `String`, `Int16`, `Switch`, `TimeSpan`, `Uri`, `Byte[]`,
    `Collection[Object]`, or the type name of a PSObject. It belongs to `sets`, or to all, and is
    mandatory in all of those (`is_mandatory`) or in `mandatory_in`.
    """

    name: str
    type: str = "String"
    position: int | None = None
    is_mandatory: bool = False
    mandatory_in: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    from_pipeline: bool = False
    from_pipeline_by_property_name: bool = False
    takes_rest: bool = False
    allows_empty: bool = False
    choices: tuple[str, ...] = ()
    completes: Completer | None = None
    least: int | None = None
    most: int | None = None
    help: str = ""
    default: Any = None

    @property
    def is_switch(self) -> bool:
        """Whether it takes no value."""
        return self.type == "Switch"

    def is_in(self, name: str) -> bool:
        """Whether it belongs to the parameter set of that name."""
        return not self.sets or name in self.sets

    def is_mandatory_in(self, name: str) -> bool:
        """Whether the parameter set of that name asks for it."""
        return (self.is_mandatory and self.is_in(name)) or name in self.mandatory_in


@dataclass(frozen=True, slots=True)
class Example:
    """An example in the help of a cmdlet."""

    code: str
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cmdlet:
    """A cmdlet: `run` is called for each record of the pipeline, or once without one.

    One that `takes_all_input` runs once, and finds the records in the call's `input`.
    `class_name` is what its error ids end in; `output_types` are what help says it gives.
    """

    name: str
    synopsis: str
    run: Run
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()
    default_set: str = ""
    supports_should_process: bool = False
    confirm_impact: str = "Medium"
    takes_all_input: bool = False
    class_name: str = ""
    description: str = ""
    examples: tuple[Example, ...] = ()
    output_types: tuple[str, ...] = ()

    @property
    def error_class(self) -> str:
        """What the ids of its errors end in."""
        return self.class_name or self.name.replace("-", "")

    @property
    def set_names(self) -> tuple[str, ...]:
        """Its parameter sets, the default one first."""
        names = {name: None for parameter in self.parameters for name in parameter.sets}
        names.update({n: None for parameter in self.parameters for n in parameter.mandatory_in})
        if not names:
            return (self.default_set or ALL_SETS,)
        return tuple(sorted(names, key=lambda name: name != self.default_set))
