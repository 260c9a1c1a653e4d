"""Makes the tree's nodes of what the grammar's rules matched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from lark import Transformer

from emulator.shell.language import syntax as s
from emulator.shell.language.positions import NOWHERE, Extent
from emulator.shell.language.tokens import Part, Token

__all__ = ["Builder"]

_Kind = TypeVar("_Kind")


class _Group:
    """Nodes on their way to the node around them."""

    __slots__ = ("at", "nodes")

    def __init__(self, nodes: tuple[Any, ...], at: Extent) -> None:
        self.nodes = nodes
        self.at = at


class _Found(list[Any]):
    """What a rule matched: tokens, nodes and groups of them, in order."""

    @property
    def at(self) -> Extent:
        """From the first to the last of it."""
        spots = [item.at for item in self if item.at is not NOWHERE]
        return spots[0].through(spots[-1]) if spots else NOWHERE

    @property
    def nodes(self) -> tuple[Any, ...]:
        """The nodes and groups, without the tokens."""
        return tuple(item for item in self if not isinstance(item, Token))

    def all_of(self, kind: type[_Kind]) -> tuple[_Kind, ...]:
        """Whatever is a `kind`."""
        return tuple(item for item in self if isinstance(item, kind))

    def group(self) -> tuple[Any, ...]:
        """The nodes of the group in it; nothing without one."""
        groups = self.all_of(_Group)
        return groups[0].nodes if groups else ()

    def values(self, kind: str) -> tuple[Any, ...]:
        """What the tokens of that kind say."""
        return tuple(item.value for item in self if isinstance(item, Token) and item.type == kind)


def _string(parts: Sequence[Part], at: Extent) -> s.Text | s.Expandable:
    if not parts:
        return s.Text("", at=at)
    if len(parts) == 1 and isinstance(parts[0], str):
        return s.Text(parts[0], at=at)
    return s.Expandable(tuple(parts), at=at)


def _grouped(children: list[Any]) -> _Group:
    found = _Found(children)
    return _Group(found.nodes, found.at)


class _Statements:
    """The rules of blocks and statements."""

    def body(self, children: list[Any]) -> s.Block:
        found = _Found(children)
        groups = found.all_of(_Group)
        parameters = groups[0].nodes if len(groups) > 1 else None
        return s.Block(groups[-1].nodes, parameters, at=found.at)

    def script(self, children: list[Any]) -> s.Block:
        block: s.Block = children[0]
        return block

    nested = script
    statements = parameter_list = elseif = staticmethod(_grouped)

    def parameter_block(self, children: list[Any]) -> _Group:
        group: _Group = children[1]
        return group

    def parameter(self, children: list[Any]) -> s.ParameterDeclaration:
        found = _Found(children)
        default = found.nodes[0] if found.nodes else None
        name = found.values("VARIABLE")[0]
        return s.ParameterDeclaration(found.values("ATTRIBUTE"), name, default, at=found.at)

    def block(self, children: list[Any]) -> s.Block:
        found = _Found(children)
        body: s.Block = found.nodes[0]
        return s.Block(body.statements, body.parameters, at=found.at)

    def assignment(self, children: list[Any]) -> s.Assignment:
        target, operator, value = children
        return s.Assignment(target, operator.value, value, at=_Found(children).at)

    def if_(self, children: list[Any]) -> s.If:
        found = _Found(children)
        condition, block, *more = found.nodes
        clauses = [(condition, block), *(group.nodes for group in found.all_of(_Group))]
        otherwise = more[-1] if more and isinstance(more[-1], s.Block) else None
        return s.If(tuple((first, last) for first, last in clauses), otherwise, at=found.at)

    def foreach(self, children: list[Any]) -> s.ForEach:
        found = _Found(children)
        name = next(i for i in children if isinstance(i, Token) and i.type == "VARIABLE")
        items, body = found.nodes
        return s.ForEach(s.Variable(name.value, at=name.at), items, body, at=found.at)

    def while_(self, children: list[Any]) -> s.While:
        found = _Found(children)
        condition, body = found.nodes
        return s.While(condition, body, at=found.at)

    def do(self, children: list[Any]) -> s.While:
        found = _Found(children)
        body, condition = found.nodes
        return s.While(condition, body, is_tested_last=True, at=found.at)

    def function(self, children: list[Any]) -> s.FunctionDefinition:
        found = _Found(children)
        body: s.Block = found.nodes[-1]
        if groups := found.all_of(_Group):
            body = s.Block(body.statements, groups[0].nodes, at=body.at)
        return s.FunctionDefinition(found.values("FUNCTION")[0], body, at=found.at)

    def try_(self, children: list[Any]) -> s.Try:
        found = _Found(children)
        blocks = found.all_of(s.Block)
        last = blocks[1] if len(blocks) > 1 else None
        return s.Try(blocks[0], found.all_of(s.Catch), last, at=found.at)

    def catch(self, children: list[Any]) -> s.Catch:
        found = _Found(children)
        return s.Catch(found.values("TYPE"), found.nodes[-1], at=found.at)

    def break_(self, children: list[Any]) -> s.Break:
        return s.Break(at=_Found(children).at)

    def continue_(self, children: list[Any]) -> s.Continue:
        return s.Continue(at=_Found(children).at)

    def return_(self, children: list[Any]) -> s.Return:
        return s.Return(children[1] if children[1:] else None, at=_Found(children).at)

    def throw(self, children: list[Any]) -> s.Throw:
        return s.Throw(children[1] if children[1:] else None, at=_Found(children).at)

    def exit(self, children: list[Any]) -> s.Exit:
        return s.Exit(children[1] if children[1:] else None, at=_Found(children).at)


class _Commands:
    """The rules of pipelines and commands."""

    def pipeline(self, children: list[Any]) -> s.Pipeline:
        found = _Found(children)
        return s.Pipeline(found.nodes, at=found.at)

    def value(self, children: list[Any]) -> s.Value:
        expression, *redirections = children
        return s.Value(expression, tuple(redirections), at=_Found(children).at)

    def command(self, children: list[Any]) -> s.Command:
        first, *rest = children
        found = _Found(children)
        if first.type == "COMMAND":
            return s.Command(_string(first.value, first.at), tuple(rest), at=found.at)
        return s.Command(rest[0], tuple(rest[1:]), first.value, at=found.at)

    def parameter_given(self, children: list[Any]) -> s.CommandParameter:
        value = children[1] if children[1:] else None
        return s.CommandParameter(children[0].value, value, at=_Found(children).at)

    def argument(self, children: list[Any]) -> s.Argument:
        return s.Argument(children[0], at=children[0].at)

    def splat(self, children: list[Any]) -> s.Splat:
        return s.Splat(children[0].value, at=children[0].at)

    def redirection(self, children: list[Any]) -> s.Redirection:
        first = children[0]
        if first.type == "MERGE":
            stream, target = first.value
            return s.Redirection(stream, s.Text(target, at=first.at), at=first.at)
        stream, is_appended = first.value
        return s.Redirection(stream, children[1], is_appended, at=_Found(children).at)

    def items(self, children: list[Any]) -> s.Expression:
        found = _Found(children)
        if len(found.nodes) == 1:
            only: s.Expression = found.nodes[0]
            return only
        return s.ArrayLiteral(found.nodes, at=found.at)


class _Expressions:
    """The rules of expressions."""

    def binary(self, children: list[Any]) -> s.Binary:
        left, operator, right = children
        return s.Binary(operator.value, left, right, at=_Found(children).at)

    def array(self, children: list[Any]) -> s.ArrayLiteral:
        found = _Found(children)
        return s.ArrayLiteral(found.nodes, at=found.at)

    def single(self, children: list[Any]) -> s.ArrayLiteral:
        return s.ArrayLiteral((children[1],), at=_Found(children).at)

    def prefixed(self, children: list[Any]) -> s.Unary:
        return s.Unary(children[0].value, children[1], at=_Found(children).at)

    def stepped(self, children: list[Any]) -> s.Step:
        return s.Step(children[0].value, children[1], is_prefix=True, at=_Found(children).at)

    def stepped_after(self, children: list[Any]) -> s.Step:
        return s.Step(children[1].value, children[0], is_prefix=False, at=_Found(children).at)

    def convert(self, children: list[Any]) -> s.Convert:
        return s.Convert(children[0].value, children[1], at=_Found(children).at)

    def type_literal(self, children: list[Any]) -> s.TypeLiteral:
        return s.TypeLiteral(children[0].value, at=children[0].at)

    def member(self, children: list[Any]) -> s.Member:
        return s.Member(children[0], children[2], at=_Found(children).at)

    def static_member(self, children: list[Any]) -> s.Member:
        target, _, name = children
        if isinstance(target, Token):
            target = s.TypeLiteral(target.value, at=target.at)
        return s.Member(target, name, is_static=True, at=_Found(children).at)

    def invocation(self, children: list[Any]) -> s.Invocation:
        found = _Found(children)
        member: s.Member = children[0]
        return s.Invocation(
            member.target, member.name, found.group(), member.is_static, at=found.at
        )

    expression_list = staticmethod(_grouped)

    def index(self, children: list[Any]) -> s.Index:
        return s.Index(children[0], children[2], at=_Found(children).at)

    def name(self, children: list[Any]) -> s.Text:
        return s.Text(children[0].value, at=children[0].at)

    def variable(self, children: list[Any]) -> s.Variable:
        return s.Variable(children[0].value, at=children[0].at)

    def string(self, children: list[Any]) -> s.Text | s.Expandable:
        return _string(children[0].value, children[0].at)

    word = string

    def number(self, children: list[Any]) -> s.Number:
        return s.Number(children[0].value, at=children[0].at)

    def paren(self, children: list[Any]) -> s.Paren:
        return s.Paren(children[1], at=_Found(children).at)

    def subexpression(self, children: list[Any]) -> s.SubExpression:
        found = _Found(children)
        return s.SubExpression(found.group(), at=found.at)

    def array_expression(self, children: list[Any]) -> s.ArrayExpression:
        found = _Found(children)
        return s.ArrayExpression(found.group(), at=found.at)

    def hash(self, children: list[Any]) -> s.HashLiteral:
        found = _Found(children)
        entries = tuple((key, value) for key, value in (g.nodes for g in found.all_of(_Group)))
        return s.HashLiteral(entries, at=found.at)

    entry = staticmethod(_grouped)

    def script_block(self, children: list[Any]) -> s.ScriptBlockLiteral:
        found = _Found(children)
        body: s.Block = found.nodes[0]
        block = s.Block(body.statements, body.parameters, at=found.at)
        return s.ScriptBlockLiteral(block, at=found.at)


class Builder(Transformer[Token, Any], _Statements, _Commands, _Expressions):
    """A method for each rule of the grammar, with what the rule matched in order."""
