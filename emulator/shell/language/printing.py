"""Prints a tree as text that reads as the same tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from emulator.shell.language import syntax as s
from emulator.shell.language.numbers import is_number
from emulator.shell.language.tokens import DOUBLE_QUOTES, SINGLE_QUOTES, WORD_END

__all__ = ["printed"]

_BARE = re.compile(r"[A-Za-z_][\w.:\\/-]*", re.ASCII)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_BEGINS_OTHERS = tuple("#123456789-+!*%?[")
_TO_ESCAPE = frozenset(WORD_END) | frozenset("`$\"'") | frozenset(SINGLE_QUOTES + DOUBLE_QUOTES)


def printed(node: s.Node) -> str:
    """The text of `node`: of a whole script, a statement or an expression."""
    if isinstance(node, s.Block):
        return _body(node)
    return _WAYS[type(node)](node)


# Statements


def _body(block: s.Block) -> str:
    parts = [printed(statement) for statement in block.statements]
    if block.parameters is not None:
        parts.insert(0, f"param({', '.join(map(_declaration, block.parameters))})")
    return "; ".join(parts)


def _braced(block: s.Block) -> str:
    return f"{{ {_body(block)} }}"


def _declaration(node: s.ParameterDeclaration) -> str:
    attributes = "".join(f"[{attribute}]" for attribute in node.attributes)
    default = "" if node.default is None else f" = {printed(node.default)}"
    return f"{attributes}{_variable(node.name)}{default}"


def _assignment(node: s.Assignment) -> str:
    return f"{printed(node.target)} {node.operator} {printed(node.value)}"


def _if(node: s.If) -> str:
    clauses = [f"({printed(test)}) {_braced(block)}" for test, block in node.clauses]
    otherwise = "" if node.otherwise is None else f" else {_braced(node.otherwise)}"
    return f"if {' elseif '.join(clauses)}{otherwise}"


def _foreach(node: s.ForEach) -> str:
    variable = _variable(node.variable.name)
    return f"foreach ({variable} in {printed(node.items)}) {_braced(node.body)}"


def _while(node: s.While) -> str:
    test = f"while ({printed(node.condition)})"
    body = _braced(node.body)
    return f"do {body} {test}" if node.is_tested_last else f"{test} {body}"


def _try(node: s.Try) -> str:
    catches = "".join(f" {_catch(clause)}" for clause in node.catches)
    last = "" if node.last is None else f" finally {_braced(node.last)}"
    return f"try {_braced(node.body)}{catches}{last}"


def _catch(node: s.Catch) -> str:
    types = ", ".join(f"[{name}]" for name in node.type_names)
    return " ".join(part for part in ("catch", types, _braced(node.body)) if part)


def _jump(word: str) -> Callable[[Any], str]:
    def way(node: s.Return | s.Throw | s.Exit) -> str:
        return word if node.value is None else f"{word} {printed(node.value)}"

    return way


# Commands


def _pipeline(node: s.Pipeline) -> str:
    return " | ".join(map(printed, node.elements))


def _value(node: s.Value) -> str:
    return " ".join([printed(node.expression), *map(printed, node.redirections)])


def _command(node: s.Command) -> str:
    name = f"{node.operator} {_item(node.name)}" if node.operator else _word(node.name)
    return " ".join([name, *map(printed, node.elements)])


def _word(node: s.Expression) -> str:
    """A bare word, which a command's name is."""
    parts = (node.value,) if isinstance(node, s.Text) else getattr(node, "parts", ())
    word = "".join(_escaped(p, _TO_ESCAPE) if isinstance(p, str) else _part(p) for p in parts)
    # Where one may begin a number, a comment or an operator, it says that it does not.
    return f"`{word}" if word[:1] in _BEGINS_OTHERS else word


def _argument(node: s.Argument) -> str:
    return _items(node.value)


def _items(node: s.Expression) -> str:
    if isinstance(node, s.ArrayLiteral) and len(node.items) > 1:
        return ", ".join(map(_item, node.items))
    return _item(node)


def _item(node: s.Expression) -> str:
    if isinstance(node, s.Text) and _BARE.fullmatch(node.value) and not is_number(node.value):
        return node.value
    return printed(node)


def _parameter(node: s.CommandParameter) -> str:
    return f"-{node.name}" if node.value is None else f"-{node.name}:{_items(node.value)}"


def _redirection(node: s.Redirection) -> str:
    if isinstance(node.target, s.Text) and node.target.value in ("&1", "&2"):
        return f"{node.stream}>{node.target.value}"
    return f"{node.stream}{'>>' if node.is_appended else '>'} {_item(node.target)}"


# Expressions


def _variable(name: str) -> str:
    return f"${{{name}}}"


def _text(node: s.Text) -> str:
    return "'" + "".join(c * 2 if c in SINGLE_QUOTES else c for c in node.value) + "'"


def _escaped(text: str, to_escape: Iterable[str]) -> str:
    return "".join(_escape(c) if c in to_escape else c for c in text)


def _escape(character: str) -> str:
    return {"\n": "`n", "\r": "`r"}.get(character, f"`{character}")


def _part(part: s.Variable | s.SubExpression) -> str:
    return _variable(part.name) if isinstance(part, s.Variable) else printed(part)


def _expandable(node: s.Expandable) -> str:
    special = frozenset("`$" + DOUBLE_QUOTES)
    parts = (_escaped(p, special) if isinstance(p, str) else _part(p) for p in node.parts)
    return f'"{"".join(parts)}"'


def _array(node: s.ArrayLiteral) -> str:
    if len(node.items) == 1:
        return f", {printed(node.items[0])}"
    return ", ".join(map(printed, node.items))


def _statements(statements: Iterable[s.Statement]) -> str:
    return "; ".join(map(printed, statements))


def _hash(node: s.HashLiteral) -> str:
    entries = (f"{printed(key)} = {printed(value)}" for key, value in node.entries)
    return f"@{{ {'; '.join(entries)} }}"


def _member_name(node: s.Expression) -> str:
    if isinstance(node, s.Text) and _NAME.fullmatch(node.value):
        return node.value
    return printed(node)


def _member(node: s.Member) -> str:
    mark = "::" if node.is_static else "."
    return f"{printed(node.target)}{mark}{_member_name(node.name)}"


def _invocation(node: s.Invocation) -> str:
    member = s.Member(node.target, node.name, node.is_static)
    return f"{_member(member)}({', '.join(map(printed, node.arguments))})"


def _step(node: s.Step) -> str:
    target = printed(node.target)
    return f"{node.operator}{target}" if node.is_prefix else f"{target}{node.operator}"


_WAYS: dict[type, Callable[[Any], str]] = {
    s.Argument: _argument,
    s.ArrayExpression: lambda node: f"@({_statements(node.statements)})",
    s.ArrayLiteral: _array,
    s.Assignment: _assignment,
    s.Binary: lambda node: f"{printed(node.left)} {node.operator} {printed(node.right)}",
    s.Break: lambda _: "break",
    s.Command: _command,
    s.CommandParameter: _parameter,
    s.Continue: lambda _: "continue",
    s.Convert: lambda node: f"[{node.type_name}]{printed(node.operand)}",
    s.Exit: _jump("exit"),
    s.Expandable: _expandable,
    s.ForEach: _foreach,
    s.FunctionDefinition: lambda node: f"function {node.name} {_braced(node.body)}",
    s.HashLiteral: _hash,
    s.If: _if,
    s.Index: lambda node: f"{printed(node.target)}[{printed(node.index)}]",
    s.Invocation: _invocation,
    s.Member: _member,
    s.Number: lambda node: node.text,
    s.Paren: lambda node: f"({printed(node.statement)})",
    s.Pipeline: _pipeline,
    s.Redirection: _redirection,
    s.Return: _jump("return"),
    s.ScriptBlockLiteral: lambda node: _braced(node.block),
    s.Splat: lambda node: f"@{node.name}",
    s.Step: _step,
    s.SubExpression: lambda node: f"$({_statements(node.statements)})",
    s.Text: _text,
    s.Throw: _jump("throw"),
    s.Try: _try,
    s.TypeLiteral: lambda node: f"[{node.name}]",
    s.Unary: lambda node: f"{node.operator} {printed(node.operand)}",
    s.Value: _value,
    s.Variable: lambda node: _variable(node.name),
    s.While: _while,
}
