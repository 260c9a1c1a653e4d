"""Grows trees of the shell's language that somebody could have typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st

from emulator.shell.language import syntax as s
from emulator.shell.language.tokens import KEYWORDS

__all__ = ["scripts"]

_Kind = TypeVar("_Kind")

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}", fullmatch=True)
VARIABLES = (NAMES | st.sampled_from(["_", "?", "env:HOME", "global:x", "a b"])).map(s.Variable)
COMMANDS = (
    st.from_regex(r"[A-Z][a-z]{1,4}-[A-Z][a-z]{1,4}", fullmatch=True)
    | st.sampled_from(["where", "%", "?", "ft", r"C:\runbooks\go.ps1", "it's", "a b", "x$y", "7z"])
).filter(lambda word: word.lower() not in KEYWORDS)
NUMBERS = st.sampled_from(["0", "7", "42", "0x1F", "1.5", "2kb", "3MB", "1e3", "10l"]).map(s.Number)
ANY_TEXT = st.text(max_size=8) | st.sampled_from(
    ["service:ApplicationServer:pool1.contoso.example", "+15550100", "-Name", "it's", '"', "$x`n"]
)
TEXTS = ANY_TEXT.map(s.Text)
TYPES = st.sampled_from(["int", "string", "TimeSpan", "Byte[]", "System.Uri", "x[y]"])
ATTRIBUTES = st.sampled_from(["string", "int[]", "Parameter(Mandatory=$true)"])
# The loosest first; the operands of one are made of those after it.
OPERATORS = (
    ("-and", "-or", "-xor"),
    ("-band", "-bor"),
    ("-eq", "-clike", "-match", "-in", "-is", "-join", "-creplace"),
    ("+", "-"),
    ("*", "/", "%"),
    ("-f",),
    ("..",),
)
UNARY = ("-not", "-", "+", "-split", "-join", "-bnot")


class _Grower:
    """Draws nodes; `depth` says how many levels may still lie beneath one."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def _one(self, ways: dict[str, Callable[[], _Kind]]) -> _Kind:
        return ways[self._draw(st.sampled_from(sorted(ways)))]()

    def _several(self, way: Callable[[], _Kind], least: int, most: int) -> tuple[_Kind, ...]:
        return tuple(way() for _ in range(self._draw(st.integers(least, most))))

    def _maybe(self, way: Callable[[], _Kind]) -> _Kind | None:
        return way() if self._draw(st.booleans()) else None

    def statements(self, depth: int) -> tuple[s.Statement, ...]:
        return self._several(lambda: self.statement(depth), 0, 2)

    def block(self, depth: int) -> s.Block:
        parameters = self._maybe(lambda: self._several(lambda: self._declaration(depth), 0, 2))
        return s.Block(self.statements(depth), parameters)

    def _declaration(self, depth: int) -> s.ParameterDeclaration:
        attributes = self._several(lambda: self._draw(ATTRIBUTES), 0, 2)
        default = self._maybe(lambda: self._unlisted(depth))
        return s.ParameterDeclaration(attributes, self._draw(NAMES), default)

    def statement(self, depth: int) -> s.Statement:
        if depth <= 0:
            return s.Pipeline((s.Value(self._draw(VARIABLES | TEXTS | NUMBERS)),))
        draw, under = self._draw, depth - 1

        def value() -> s.Statement:
            return self.statement(under)

        def body() -> s.Block:
            return self.block(under)

        ways: dict[str, Callable[[], s.Statement]] = {
            "pipeline": lambda: self.pipeline(under),
            "pipeline again": lambda: self.pipeline(under),
            "assignment": lambda: s.Assignment(
                self._target(under), draw(st.sampled_from(["=", "+=", "-="])), value()
            ),
            "if": lambda: s.If(self._several(lambda: (value(), body()), 1, 2), self._maybe(body)),
            "foreach": lambda: s.ForEach(draw(VARIABLES), value(), body()),
            "while": lambda: s.While(value(), body(), draw(st.booleans())),
            "try": lambda: s.Try(
                body(), self._several(lambda: self._catch(under), 0, 2), self._maybe(body)
            ),
            "function": lambda: s.FunctionDefinition(draw(NAMES), body()),
            "break": s.Break,
            "continue": s.Continue,
            "return": lambda: s.Return(self._maybe(value)),
            "throw": lambda: s.Throw(self._maybe(value)),
            "exit": lambda: s.Exit(self._maybe(value)),
        }
        return self._one(ways)

    def _target(self, depth: int) -> s.Expression:
        target = self._draw(VARIABLES)
        ways: dict[str, Callable[[], s.Expression]] = {
            "variable": lambda: target,
            "member": lambda: s.Member(target, self._draw(NAMES.map(s.Text))),
            "index": lambda: s.Index(target, self.expression(depth)),
        }
        return self._one(ways)

    def _catch(self, depth: int) -> s.Catch:
        return s.Catch(self._several(lambda: self._draw(TYPES), 0, 2), self.block(depth))

    # Commands

    def pipeline(self, depth: int) -> s.Pipeline:
        first = self._one({"value": lambda: self._value(depth), "c": lambda: self._command(depth)})
        return s.Pipeline((first, *self._several(lambda: self._command(depth), 0, 2)))

    def _value(self, depth: int) -> s.Command | s.Value:
        return s.Value(self.expression(depth), self._several(self._redirection, 0, 1))

    def _command(self, depth: int) -> s.Command | s.Value:
        operator = self._draw(st.sampled_from(["", "", "&", "."]))
        name = self._item(depth) if operator else self._draw(COMMANDS.map(s.Text))
        return s.Command(name, self._several(lambda: self._element(depth), 0, 4), operator)

    def _element(self, depth: int) -> s.CommandElement:
        ways: dict[str, Callable[[], Any]] = {
            "parameter": lambda: s.CommandParameter(
                self._draw(NAMES), self._maybe(lambda: self._items(depth))
            ),
            "argument": lambda: s.Argument(self._items(depth)),
            "splat": lambda: s.Splat(self._draw(NAMES)),
            "redirection": self._redirection,
        }
        found: s.CommandElement = self._one(ways)
        return found

    def _redirection(self) -> s.Redirection:
        stream = self._draw(st.sampled_from(["", "2", "*"]))
        if self._draw(st.booleans()):
            return s.Redirection(stream, s.Text("&1"))
        return s.Redirection(stream, self._draw(VARIABLES | TEXTS), self._draw(st.booleans()))

    def _items(self, depth: int) -> s.Expression:
        items = self._several(lambda: self._item(depth), 1, 3)
        return items[0] if len(items) == 1 else s.ArrayLiteral(items)

    def _item(self, depth: int) -> s.Expression:
        signed = st.sampled_from(["+1", "-5"]).map(s.Number)
        item = self._one({"a": lambda: self._primary(depth), "b": lambda: self._draw(signed)})
        # Among the elements of a command `[type]::name` is a word.
        if _is_static(item):
            return s.Paren(s.Pipeline((s.Value(item),)))
        return item

    # Expressions

    def expression(self, depth: int, level: int = 0) -> s.Expression:
        if level == len(OPERATORS) or depth <= 0:
            return self._array(depth)
        level = self._draw(st.integers(level, len(OPERATORS)))
        if level == len(OPERATORS):
            return self._array(depth)
        operator = self._draw(st.sampled_from(OPERATORS[level]))
        right = self.expression(depth - 1, level + 1)
        return s.Binary(operator, self.expression(depth - 1, level), right)

    def _array(self, depth: int) -> s.Expression:
        return self._one(
            {
                "one": lambda: self._unary(depth),
                "one again": lambda: self._unary(depth),
                "single": lambda: s.ArrayLiteral((self._unary(depth),)),
                "several": lambda: s.ArrayLiteral(self._several(lambda: self._unary(depth), 2, 3)),
            }
        )

    def _unary(self, depth: int) -> s.Expression:
        draw = self._draw
        ways: dict[str, Callable[[], s.Expression]] = {
            "primary": lambda: self._primary(depth),
            "primary again": lambda: self._primary(depth),
            "step": lambda: s.Step(
                draw(st.sampled_from(["++", "--"])), draw(VARIABLES), draw(st.booleans())
            ),
        }
        if depth > 0:
            ways["prefixed"] = lambda: s.Unary(draw(st.sampled_from(UNARY)), self._unary(depth - 1))
            ways["converted"] = lambda: s.Convert(draw(TYPES), self._unary(depth - 1))
        return self._one(ways)

    def _primary(self, depth: int) -> s.Expression:
        if self._draw(st.booleans()):
            return self._draw(NUMBERS)
        return self._chain(depth)

    def _chain(self, depth: int) -> s.Expression:
        if depth <= 0:
            return self._draw(VARIABLES | TEXTS)
        under = depth - 1
        ways: dict[str, Callable[[], s.Expression]] = {
            "leaf": lambda: self._draw(VARIABLES | TEXTS),
            "parenthesis": lambda: s.Paren(self.statement(under)),
            "subexpression": lambda: s.SubExpression(self.statements(under)),
            "array": lambda: s.ArrayExpression(self.statements(under)),
            "hashtable": lambda: s.HashLiteral(
                self._several(
                    lambda: (self._draw(TEXTS | NUMBERS | VARIABLES), self.statement(under)), 0, 2
                )
            ),
            "block": lambda: s.ScriptBlockLiteral(self.block(under)),
            "string": lambda: self._expandable(under),
            "static": lambda: s.Member(
                s.TypeLiteral(self._draw(TYPES)), self._name(), is_static=True
            ),
            "member": lambda: s.Member(self._chain(under), self._name()),
            "method": lambda: s.Invocation(
                self._chain(under),
                self._name(),
                self._several(lambda: self._unlisted(under), 0, 2),
            ),
            "index": lambda: s.Index(self._chain(under), self.expression(under)),
        }
        return self._one(ways)

    def _name(self) -> s.Expression:
        return self._draw(NAMES.map(s.Text) | TEXTS | VARIABLES)

    def _unlisted(self, depth: int) -> s.Expression:
        """An argument of a method, in which commas have another meaning."""
        return s.Binary("+", self._unary(depth), self._unary(depth))

    def _expandable(self, depth: int) -> s.Expression:
        parts: list[str | s.Variable | s.SubExpression] = [self._draw(VARIABLES)]
        for _ in range(self._draw(st.integers(0, 2))):
            parts.append(self._draw(ANY_TEXT.filter(bool)))
            parts.append(s.SubExpression(self.statements(depth)))
        return s.Expandable(tuple(parts))


def _is_static(node: s.Expression) -> bool:
    while isinstance(node, s.Member | s.Invocation | s.Index):
        node = node.target
    return isinstance(node, s.TypeLiteral)


@st.composite
def scripts(draw: st.DrawFn) -> s.Block:
    """A whole script."""
    grower = _Grower(draw)
    return s.Block(tuple(grower.statement(3) for _ in range(draw(st.integers(0, 2)))))
