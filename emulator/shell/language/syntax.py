"""What a script is made of: the nodes of its tree. Two nodes are equal wherever they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from emulator.shell.language.positions import NOWHERE, Extent

__all__ = [
    "Argument",
    "ArrayExpression",
    "ArrayLiteral",
    "Assignment",
    "Binary",
    "Block",
    "Break",
    "Catch",
    "Command",
    "CommandElement",
    "CommandParameter",
    "Continue",
    "Convert",
    "Exit",
    "Expandable",
    "Expression",
    "ForEach",
    "FunctionDefinition",
    "HashLiteral",
    "If",
    "Index",
    "Invocation",
    "Member",
    "Node",
    "Number",
    "ParameterDeclaration",
    "Paren",
    "Pipeline",
    "Redirection",
    "Return",
    "ScriptBlockLiteral",
    "Splat",
    "Statement",
    "Step",
    "SubExpression",
    "Text",
    "Throw",
    "Try",
    "TypeLiteral",
    "Unary",
    "Value",
    "Variable",
    "While",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Anything in the tree."""

    at: Extent = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number as it was written, such as `5`, `0x1F` or `2mb`."""

    text: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A string without anything to expand: a bare word or a quoted one."""

    value: str


@dataclass(frozen=True, slots=True)
class Expandable(Node):
    """A string with variables and subexpressions in it."""

    parts: tuple[str | Variable | SubExpression, ...]


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A variable; `name` may carry a scope or a drive, as in `env:PATH`."""

    name: str


@dataclass(frozen=True, slots=True)
class ArrayLiteral(Node):
    """Items with commas between them; a single one was written `,item`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ArrayExpression(Node):
    """What `@( )` holds."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class SubExpression(Node):
    """What `$( )` holds."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Paren(Node):
    """What `( )` holds."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class HashLiteral(Node):
    """`@{ key = value }`."""

    entries: tuple[tuple[Expression, Statement], ...]


@dataclass(frozen=True, slots=True)
class ScriptBlockLiteral(Node):
    """A script block as a value."""

    block: Block


@dataclass(frozen=True, slots=True)
class TypeLiteral(Node):
    """`[type]`."""

    name: str


@dataclass(frozen=True, slots=True)
class Convert(Node):
    """`[type]operand`."""

    type_name: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`target.name`, or `[type]::name`."""

    target: Expression
    name: Expression
    is_static: bool = False


@dataclass(frozen=True, slots=True)
class Invocation(Node):
    """`target.name(arguments)`, or `[type]::name(arguments)`."""

    target: Expression
    name: Expression
    arguments: tuple[Expression, ...]
    is_static: bool = False


@dataclass(frozen=True, slots=True)
class Index(Node):
    """`target[index]`."""

    target: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`operator operand`: one of -not ! - + -split -join."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`left operator right`; the operator in small letters, as in `-eq` or `+`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Step(Node):
    """`++target`, `target--`."""

    operator: str
    target: Expression
    is_prefix: bool


@dataclass(frozen=True, slots=True)
class Redirection(Node):
    """`stream> target`; stream is a digit, `*` or, for what is put out, nothing."""

    stream: str
    target: Expression
    is_appended: bool = False


@dataclass(frozen=True, slots=True)
class CommandParameter(Node):
    """`-Name`, or `-Name:value`."""

    name: str
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """A value among the elements of a command."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Splat(Node):
    """`@name`: what the variable holds stands for parameters."""

    name: str


@dataclass(frozen=True, slots=True)
class Command(Node):
    """A command and what follows it; `operator` is `&`, `.` or nothing."""

    name: Expression
    elements: tuple[CommandElement, ...] = ()
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Value(Node):
    """An expression that stands where a command may stand."""

    expression: Expression
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline(Node):
    """Commands with `|` between them; only the first may be a value."""

    elements: tuple[Command | Value, ...]


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """`target = value`, also `+=` and the like."""

    target: Expression
    operator: str
    value: Statement


@dataclass(frozen=True, slots=True)
class ParameterDeclaration(Node):
    """A parameter of a function: its attributes in brackets as written, name, default."""

    attributes: tuple[str, ...]
    name: str
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class Block(Node):
    """Statements, and the parameters before them (None without `param`)."""

    statements: tuple[Statement, ...] = ()
    parameters: tuple[ParameterDeclaration, ...] | None = None


@dataclass(frozen=True, slots=True)
class If(Node):
    """Conditions with their blocks, tried in turn, and the block of `else`."""

    clauses: tuple[tuple[Statement, Block], ...]
    otherwise: Block | None = None


@dataclass(frozen=True, slots=True)
class ForEach(Node):
    """`foreach ($variable in items) { }`."""

    variable: Variable
    items: Statement
    body: Block


@dataclass(frozen=True, slots=True)
class While(Node):
    """`while (condition) { }`; `do { } while (condition)` with `is_tested_last`."""

    condition: Statement
    body: Block
    is_tested_last: bool = False


@dataclass(frozen=True, slots=True)
class Catch(Node):
    """`catch [type] { }`."""

    type_names: tuple[str, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class Try(Node):
    """`try { } catch { } finally { }`."""

    body: Block
    catches: tuple[Catch, ...]
    last: Block | None = None


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    """`function name { }`; parameters in parentheses are the block's."""

    name: str
    body: Block


@dataclass(frozen=True, slots=True)
class Break(Node):
    """`break`."""


@dataclass(frozen=True, slots=True)
class Continue(Node):
    """`continue`."""


@dataclass(frozen=True, slots=True)
class Return(Node):
    """`return value`."""

    value: Statement | None = None


@dataclass(frozen=True, slots=True)
class Throw(Node):
    """`throw value`."""

    value: Statement | None = None


@dataclass(frozen=True, slots=True)
class Exit(Node):
    """`exit code`."""

    value: Statement | None = None


Expression: TypeAlias = (
    Number
    | Text
    | Expandable
    | Variable
    | ArrayLiteral
    | ArrayExpression
    | SubExpression
    | Paren
    | HashLiteral
    | ScriptBlockLiteral
    | TypeLiteral
    | Convert
    | Member
    | Invocation
    | Index
    | Unary
    | Binary
    | Step
)
CommandElement: TypeAlias = CommandParameter | Argument | Splat | Redirection
Statement: TypeAlias = (
    Pipeline
    | Assignment
    | If
    | ForEach
    | While
    | Try
    | FunctionDefinition
    | Break
    | Continue
    | Return
    | Throw
    | Exit
)
