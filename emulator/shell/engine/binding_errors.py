"""What PowerShell says of parameters that cannot be bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulator.shell.engine.declaring import Parameter
from emulator.shell.engine.errors import CmdletError, ErrorCategory
from emulator.shell.engine.text import to_text
from emulator.shell.engine.types import full_name, type_name_of

__all__ = [
    "ambiguous",
    "bound_twice",
    "failed",
    "input_not_bound",
    "is_empty_list",
    "is_empty_string",
    "is_null",
    "missing_argument",
    "missing_mandatory",
    "no_parameter_set",
    "not_a_choice",
    "not_convertible",
    "not_found",
    "not_positional",
    "too_large",
    "too_small",
]

_VALIDATION = "ParameterArgumentValidationError"


def _error(
    message: str, error_id: str, exception: str = "ParameterBindingException"
) -> CmdletError:
    return CmdletError(message, error_id, ErrorCategory.INVALID_ARGUMENT, exception=exception)


def _invalid(message: str, error_id: str = _VALIDATION) -> CmdletError:
    error = _error(message, error_id, "ParameterBindingValidationException")
    error.category = ErrorCategory.INVALID_DATA
    return error


def ambiguous(name: str, found: Sequence[str]) -> CmdletError:
    """`name` abbreviates several parameters."""
    matches = " ".join(f"-{each}" for each in found)
    return _error(
        f"Parameter cannot be processed because the parameter name '{name}' is ambiguous. "
        f"Possible matches include: {matches}.",
        "AmbiguousParameter",
    )


def not_found(name: str) -> CmdletError:
    """There is no parameter `name`."""
    return _error(
        f"A parameter cannot be found that matches parameter name '{name}'.",
        "NamedParameterNotFound",
    )


def missing_argument(parameter: Parameter) -> CmdletError:
    """The parameter was given no value."""
    return _error(
        f"Missing an argument for parameter '{parameter.name}'. Specify a parameter of type "
        f"'{full_name(parameter.type)}' and try again.",
        "MissingArgument",
    )


def bound_twice(parameter: Parameter) -> CmdletError:
    """The parameter was given twice."""
    return _error(
        f"Cannot bind parameter because parameter '{parameter.name}' is specified more than "
        "once. To provide multiple values to parameters that can accept multiple values, use "
        'the array syntax. For example, "-parameter value1,value2,value3".',
        "ParameterAlreadyBound",
    )


def no_parameter_set() -> CmdletError:
    """The parameters do not belong together."""
    return _error(
        "Parameter set cannot be resolved using the specified named parameters.",
        "AmbiguousParameterSet",
    )


def not_positional(value: Any) -> CmdletError:
    """No parameter takes the value that stands without a name."""
    return _error(
        f"A positional parameter cannot be found that accepts argument '{to_text(value)}'.",
        "PositionalParameterNotFound",
    )


def missing_mandatory(names: Sequence[str]) -> CmdletError:
    """Mandatory parameters were left out."""
    return _error(
        "Cannot process command because of one or more missing mandatory parameters: "
        f"{' '.join(names)}.",
        "MissingMandatoryParameter",
    )


def failed(parameter: Parameter, why: str) -> CmdletError:
    """The value cannot be converted."""
    return _error(
        f"Cannot bind parameter '{parameter.name}'. {why}", "CannotConvertArgumentNoMessage"
    )


def not_convertible(parameter: Parameter, value: Any, name: str) -> CmdletError:
    """A list where one value is asked for."""
    return _error(
        f"Cannot convert '{type_name_of(value)}' to the type '{name}' required by parameter "
        f"'{parameter.name}'. Specified method is not supported.",
        "CannotConvertArgument",
    )


def is_null(parameter: Parameter) -> CmdletError:
    """$null where a value is asked for."""
    return _invalid(
        f"Cannot bind argument to parameter '{parameter.name}' because it is null.",
        f"{_VALIDATION}NullNotAllowed",
    )


def is_empty_string(parameter: Parameter) -> CmdletError:
    """An empty string where text is asked for."""
    return _invalid(
        f"Cannot bind argument to parameter '{parameter.name}' because it is an empty string.",
        f"{_VALIDATION}EmptyStringNotAllowed",
    )


def is_empty_list(parameter: Parameter) -> CmdletError:
    """An empty array where items are asked for."""
    return _invalid(
        f"Cannot bind argument to parameter '{parameter.name}' because it is an empty array.",
        f"{_VALIDATION}EmptyArrayNotAllowed",
    )


def not_a_choice(parameter: Parameter, value: Any) -> CmdletError:
    """The value is none of those that the parameter takes."""
    return _invalid(
        f"Cannot validate argument on parameter '{parameter.name}'. The argument "
        f'"{to_text(value)}" does not belong to the set "{",".join(parameter.choices)}" '
        "specified by the ValidateSet attribute. Supply an argument that is in the set and then "
        "try the command again."
    )


def too_large(parameter: Parameter, value: Any) -> CmdletError:
    """The number is above the range."""
    return _invalid(
        f"Cannot validate argument on parameter '{parameter.name}'. The {to_text(value)} "
        f"argument is greater than the maximum allowed range of {parameter.most}. Supply an "
        f"argument that is less than or equal to {parameter.most} and then try the command again."
    )


def too_small(parameter: Parameter, value: Any) -> CmdletError:
    """The number is below the range."""
    return _invalid(
        f"Cannot validate argument on parameter '{parameter.name}'. The {to_text(value)} "
        f"argument is less than the minimum allowed range of {parameter.least}. Supply an "
        "argument that is greater than or equal to "
        f"{parameter.least} and then try the command again."
    )


def input_not_bound(record: Any) -> CmdletError:
    """A record of the pipeline fits no parameter."""
    error = _error(
        "The input object cannot be bound to any parameters for the command either because the "
        "command does not take pipeline input or the input and its properties do not match any "
        "of the parameters that take pipeline input.",
        "InputObjectNotBound",
    )
    error.target = record
    return error
