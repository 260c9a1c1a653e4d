"""Binds what was typed after a command to its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.shell.engine import binding_errors as faults
from emulator.shell.engine.caseless import Caseless
from emulator.shell.engine.conversion import ConversionError, convert
from emulator.shell.engine.declaring import Parameter
from emulator.shell.engine.errors import CmdletError
from emulator.shell.engine.members import get_member, has_member
from emulator.shell.engine.text import to_text
from emulator.shell.engine.types import full_name, is_instance, item_type

__all__ = ["Binding", "Given", "find_parameter"]

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Given:
    """An element of a command that was evaluated: `-name`, `-name:value`, or a value.

    `written` is a number as it was written, which is what a string parameter takes.
    """

    name: str | None = None
    value: Any = None
    has_value: bool = True
    written: str | None = None


def find_parameter(parameters: Iterable[Parameter], name: str) -> Parameter:
    """The parameter that `name` names or abbreviates. Raises CmdletError."""
    folded = name.lower()
    known = list(parameters)
    for parameter in known:
        if folded in (parameter.name.lower(), *(alias.lower() for alias in parameter.aliases)):
            return parameter
    found = [p for p in known if p.name.lower().startswith(folded)]
    if len(found) == 1:
        return found[0]
    by_alias = [p for p in known if any(a.lower().startswith(folded) for a in p.aliases)]
    if not found and len(by_alias) == 1:
        return by_alias[0]
    if found:
        raise faults.ambiguous(name, [p.name for p in found])
    raise faults.not_found(name)


class Binding:
    """What a command's elements bind, before any record of the pipeline has come."""

    __slots__ = ("_parameters", "_piped", "_sets", "bound", "default_set", "rest")

    def __init__(
        self,
        parameters: Sequence[Parameter],
        set_names: Sequence[str],
        given: Sequence[Given],
        *,
        default_set: str = "",
        takes_rest: bool = False,
    ) -> None:
        self._parameters = parameters
        self._sets = list(set_names)
        self.default_set = default_set
        self.bound: Caseless[Any] = Caseless()
        self.rest: list[Any] = []
        self._piped = [p for p in parameters if p.from_pipeline or p.from_pipeline_by_property_name]
        positional = self._bind_named(given)
        self._bind_positions(positional, takes_rest=takes_rest)

    def _bind_named(self, given: Sequence[Given]) -> list[Given]:
        """Bind what has a name; give back the rest."""
        positional: list[Given] = []
        waiting = list(reversed(given))
        while waiting:
            element = waiting.pop()
            if element.name is None:
                positional.append(element)
                continue
            parameter = find_parameter(self._parameters, element.name)
            if element.has_value:
                self._bind(parameter, element)
            elif parameter.is_switch:
                self._bind(parameter, Given(value=True))
            elif waiting and waiting[-1].name is None:
                self._bind(parameter, waiting.pop())
            else:
                raise faults.missing_argument(parameter)
        return positional

    def _bind(self, parameter: Parameter, given: Given) -> None:
        if parameter.name in self.bound:
            raise faults.bound_twice(parameter)
        left = [name for name in self._sets if parameter.is_in(name)]
        if not left:
            raise faults.no_parameter_set()
        self._sets = left
        self.bound[parameter.name] = converted(parameter, given.value, given.written)

    def _bind_positions(self, positional: list[Given], *, takes_rest: bool) -> None:
        waiting = list(positional)
        while waiting:
            parameter = self._next_positional()
            if parameter is None:
                break
            if parameter.takes_rest:
                values = [given.value for given in waiting]
                self._bind(parameter, Given(value=values[0] if len(values) == 1 else values))
                return
            self._bind(parameter, waiting.pop(0))
        if waiting and not takes_rest:
            raise faults.not_positional(waiting[0].value)
        self.rest = [given.value for given in waiting]

    def _next_positional(self) -> Parameter | None:
        """The parameter that the next value without a name is for."""
        ordered = sorted(self._sets, key=lambda name: name != self.default_set)
        for name in ordered:
            free = [
                p
                for p in self._parameters
                if p.is_in(name)
                and (p.position is not None or p.takes_rest)
                and p.name not in self.bound
            ]
            if free:
                return min(free, key=lambda p: (p.takes_rest, p.position or 0))
        return None

    # The records of the pipeline

    def takes_input(self) -> bool:
        """Whether a record could still be bound."""
        return any(p.name not in self.bound for p in self._piped)

    def with_record(self, record: Any) -> tuple[Caseless[Any], str] | None:
        """What is bound with the record of the pipeline, and the set; None if it fits nowhere."""
        sets = list(self._sets)
        found: Caseless[Any] = Caseless(self.bound)
        is_bound = False
        free = [p for p in self._piped if p.name not in self.bound]
        ordered = sorted(free, key=lambda p: self._likeness(p, record))
        for is_exact in (True, False):
            for parameter in ordered:
                left = [name for name in sets if parameter.is_in(name)]
                if parameter.name in found or not left:
                    continue
                value = _taken(parameter, record, is_exact=is_exact)
                if value is _MISSING:
                    continue
                found[parameter.name] = value
                sets, is_bound = left, True
        if not is_bound:
            return None
        return found, self._resolved(sets, found)

    def _likeness(self, parameter: Parameter, record: Any) -> tuple[bool, bool]:
        is_type = parameter.from_pipeline and is_instance(record, parameter.type)
        return (not is_type, not parameter.from_pipeline)

    def without_record(self) -> tuple[Caseless[Any], str]:
        """What is bound when the command runs without a pipeline. Raises CmdletError."""
        return self.bound, self._resolved(self._sets, self.bound)

    def require_complete(self) -> None:
        """Raise CmdletError if not even a record could make the command complete."""
        fillable = {p.name.lower() for p in self._piped}
        lacking = [self._lacking(name, self.bound, fillable) for name in self._sets]
        if lacking and all(lacking):
            raise faults.missing_mandatory(self._least(self._sets, lacking))

    def _lacking(self, name: str, bound: Caseless[Any], fillable: Iterable[str] = ()) -> list[str]:
        return [
            p.name
            for p in self._parameters
            if p.is_mandatory_in(name) and p.name not in bound and p.name.lower() not in fillable
        ]

    def _least(self, sets: Sequence[str], lacking: Sequence[list[str]]) -> list[str]:
        for name, missing in zip(sets, lacking, strict=True):
            if name == self.default_set:
                return missing
        return min(lacking, key=len)

    def _resolved(self, sets: Sequence[str], bound: Caseless[Any]) -> str:
        """The one parameter set that is left. Raises CmdletError."""
        lacking = [self._lacking(name, bound) for name in sets]
        complete = [name for name, missing in zip(sets, lacking, strict=True) if not missing]
        if not complete:
            raise faults.missing_mandatory(self._least(sets, lacking))
        if len(complete) == 1 or self.default_set in complete:
            return self.default_set if self.default_set in complete else complete[0]
        if not self.default_set:
            return complete[0]
        raise faults.no_parameter_set()


def _taken(parameter: Parameter, record: Any, *, is_exact: bool) -> Any:
    """What `parameter` takes of `record`; with `is_exact` only what needs no conversion."""
    if parameter.from_pipeline and (
        not is_exact
        or full_name(parameter.type) == "System.Object"
        or is_instance(record, parameter.type)
    ):
        try:
            return converted(parameter, record)
        except CmdletError:
            pass
    if is_exact or not parameter.from_pipeline_by_property_name:
        return _MISSING
    for name in (parameter.name, *parameter.aliases):
        if has_member(record, name):
            try:
                return converted(parameter, get_member(record, name))
            except CmdletError:
                return _MISSING
    return _MISSING


def converted(parameter: Parameter, value: Any, written: str | None = None) -> Any:
    """`value` as what `parameter` takes, checked. Raises CmdletError."""
    kind = "Boolean" if parameter.type.lower() == "bool" else parameter.type
    name = full_name(kind)
    if written is not None and name == "System.String":
        value = written
    _require_value(parameter, value, name)
    if name == "System.String" and isinstance(value, list) and not parameter.allows_empty:
        raise faults.not_convertible(parameter, value, name)
    try:
        if name == "System.Boolean":
            result = convert(value, "switch") if value is not None else value
        elif value is None and name != "System.Management.Automation.SwitchParameter":
            result = None
        else:
            result = convert(value, kind)
    except ConversionError as error:
        raise faults.failed(parameter, error.message) from None
    for item in result if item_type(kind) and isinstance(result, list) else [result]:
        _require_allowed(parameter, item)
    return result


def _require_value(parameter: Parameter, value: Any, name: str) -> None:
    is_needed = (parameter.is_mandatory or parameter.mandatory_in) and not parameter.allows_empty
    if not is_needed:
        return
    if value is None:
        raise faults.is_null(parameter)
    if name == "System.String" and value == "":
        raise faults.is_empty_string(parameter)
    if isinstance(value, list) and not value and item_type(parameter.type):
        raise faults.is_empty_list(parameter)


def _require_allowed(parameter: Parameter, value: Any) -> None:
    if parameter.choices and value is not None:
        text = to_text(value).lower()
        if all(choice.lower() != text for choice in parameter.choices):
            raise faults.not_a_choice(parameter, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if parameter.most is not None and value > parameter.most:
            raise faults.too_large(parameter, value)
        if parameter.least is not None and value < parameter.least:
            raise faults.too_small(parameter, value)
