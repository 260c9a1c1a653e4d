"""Evaluates expressions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from emulator.shell.engine.conversion import convert, to_boolean, to_list, to_number
from emulator.shell.engine.errors import CmdletError
from emulator.shell.engine.limits import MAX_TEXT, bounded
from emulator.shell.engine.members import get_index, get_member, set_index, set_member
from emulator.shell.engine.methods import invoke
from emulator.shell.engine.operators import apply, join_text, split_text
from emulator.shell.engine.patterns import regex
from emulator.shell.engine.scopes import Scope
from emulator.shell.engine.statics import invoke_static, static_property
from emulator.shell.engine.text import to_text
from emulator.shell.engine.types import full_name, type_name_of
from emulator.shell.engine.values import Collection, Hashtable, PSObject, ScriptBlock, TypeReference
from emulator.shell.language import syntax as s
from emulator.shell.language.numbers import number_value

if TYPE_CHECKING:
    from emulator.shell.engine.interpreter import Interpreter

__all__ = ["Expressions"]


class Expressions:
    """Evaluates the expressions of an interpreter's scripts."""

    __slots__ = ("_interpreter", "_ways")

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._ways: dict[type, Callable[[Any, Scope], Awaitable[Any]]] = {
            s.ArrayExpression: self._array_expression,
            s.ArrayLiteral: self._array,
            s.Binary: self._binary,
            s.Convert: self._convert,
            s.Expandable: self._expandable,
            s.HashLiteral: self._hash,
            s.Index: self._index,
            s.Invocation: self._invocation,
            s.Member: self._member,
            s.Paren: self._paren,
            s.Step: self._step,
            s.SubExpression: self._subexpression,
            s.Unary: self._unary,
        }

    async def evaluate(self, node: s.Expression, scope: Scope) -> Any:
        """What `node` is. Raises CmdletError."""
        match node:
            case s.Variable():
                return self.variable(node.name, scope)
            case s.Text():
                return node.value
            case s.Number():
                return number_value(node.text)
            case s.ScriptBlockLiteral():
                return ScriptBlock(node.block)
            case s.TypeLiteral():
                return TypeReference(full_name(node.name))
            case _:
                return await self._ways[type(node)](node, scope)

    def variable(self, name: str, scope: Scope) -> Any:
        """What the variable holds."""
        return self._interpreter.succeeded if name == "?" else scope.get(name)

    async def _array(self, node: s.ArrayLiteral, scope: Scope) -> list[Any]:
        return [await self.evaluate(item, scope) for item in node.items]

    async def _array_expression(self, node: s.ArrayExpression, scope: Scope) -> list[Any]:
        found = self._interpreter.statements.collect(node.statements, scope)
        return await found

    async def _subexpression(self, node: s.SubExpression, scope: Scope) -> Any:
        found = await self._interpreter.statements.collect(node.statements, scope)
        return _single(found)

    async def _paren(self, node: s.Paren, scope: Scope) -> Any:
        return await self._interpreter.statements.value_of(node.statement, scope, gives=True)

    async def _expandable(self, node: s.Expandable, scope: Scope) -> str:
        texts: list[str] = []
        size = 0
        for part in node.parts:
            if isinstance(part, str):
                text = part
            else:
                value = await self.evaluate(part, scope)
                text = self.joined(value, scope) if isinstance(value, list) else to_text(value)
            size = bounded(size + len(text), MAX_TEXT)
            texts.append(text)
        return "".join(texts)

    def joined(self, items: list[Any], scope: Scope) -> str:
        """An array as a string, with $OFS between its items."""
        between = scope.get("OFS")
        return join_text(items, " " if between is None else between)

    async def _hash(self, node: s.HashLiteral, scope: Scope) -> Hashtable:
        made = Hashtable()
        for key_node, value_node in node.entries:
            key = await self.evaluate(key_node, scope)
            if key is None:
                raise CmdletError("A null key is not allowed in a hash literal.", "InvalidNullKey")
            if key in made:
                raise CmdletError(
                    f"Duplicate keys '{to_text(key)}' are not allowed in hash literals.",
                    "DuplicateKeyInHashLiteral",
                )
            made[key] = await self._interpreter.statements.value_of(value_node, scope)
        return made

    async def _convert(self, node: s.Convert, scope: Scope) -> Any:
        value = await self.evaluate(node.operand, scope)
        if node.type_name.lower() == "ordered" and isinstance(value, Hashtable):
            return Hashtable(value, is_ordered=True)
        return convert(value, node.type_name)

    async def _name(self, node: s.Expression, scope: Scope) -> str:
        return node.value if isinstance(node, s.Text) else to_text(await self.evaluate(node, scope))

    async def _member(self, node: s.Member, scope: Scope) -> Any:
        target = await self.evaluate(node.target, scope)
        name = await self._name(node.name, scope)
        if node.is_static:
            return static_property(_type_name(target), name)
        return get_member(target, name)

    async def _invocation(self, node: s.Invocation, scope: Scope) -> Any:
        target = await self.evaluate(node.target, scope)
        name = await self._name(node.name, scope)
        arguments = [await self.evaluate(argument, scope) for argument in node.arguments]
        if node.is_static:
            return invoke_static(_type_name(target), name, arguments)
        if isinstance(target, ScriptBlock) and name.lower() in ("invoke", "invokereturnasis"):
            commands = self._interpreter.commands
            return [value async for value in commands.call_block(target, arguments, scope)]
        return invoke(target, name, arguments)

    async def _index(self, node: s.Index, scope: Scope) -> Any:
        target = await self.evaluate(node.target, scope)
        return get_index(target, await self.evaluate(node.index, scope))

    async def _unary(self, node: s.Unary, scope: Scope) -> Any:
        value = await self.evaluate(node.operand, scope)
        match node.operator:
            case "-not":
                return not to_boolean(value)
            case "-":
                return -to_number(value)
            case "+":
                return to_number(value)
            case "-split":
                return split_text([text.strip() for text in map(to_text, to_list(value))], r"\s+")
            case "-bnot":
                return ~convert(value, "Int64")
            case _:
                return join_text(value, "")

    async def _binary(self, node: s.Binary, scope: Scope) -> Any:
        left = await self.evaluate(node.left, scope)
        match node.operator:
            case "-and":
                return to_boolean(left) and to_boolean(await self.evaluate(node.right, scope))
            case "-or":
                return to_boolean(left) or to_boolean(await self.evaluate(node.right, scope))
            case "-xor":
                return to_boolean(left) != to_boolean(await self.evaluate(node.right, scope))
        right = await self.evaluate(node.right, scope)
        result = apply(node.operator, left, right)
        if result is True and node.operator in ("-match", "-cmatch"):
            self._keep_matches(left, right, scope, is_exact=node.operator == "-cmatch")
        return result

    def _keep_matches(self, left: Any, right: Any, scope: Scope, *, is_exact: bool) -> None:
        found = regex(to_text(right), is_exact_case=is_exact).search(to_text(left))
        if found is None:
            return
        groups: list[tuple[Any, Any]] = [(0, found[0])]
        named = {number: name for name, number in found.re.groupindex.items()}
        for number, text in enumerate(found.groups(), 1):
            if text is not None:
                groups.append((named.get(number, number), text))
        scope.set("Matches", Hashtable(groups))

    async def _step(self, node: s.Step, scope: Scope) -> Any:
        before = await self.evaluate(node.target, scope)
        after = apply(node.operator[0], 0 if before is None else before, 1)
        await self.assign(node.target, after, scope)
        return after if node.is_prefix else (0 if before is None else before)

    # Assignment

    async def assign(self, target: s.Expression, value: Any, scope: Scope) -> None:
        """Set what `target` names. Raises CmdletError."""
        match target:
            case s.Variable():
                scope.set(target.name, value)
            case s.Member() if not target.is_static:
                held = await self.evaluate(target.target, scope)
                set_member(held, await self._name(target.name, scope), value)
            case s.Index():
                held = await self.evaluate(target.target, scope)
                set_index(held, await self.evaluate(target.index, scope), value)
            case s.Convert():
                await self.assign(target.operand, convert(value, target.type_name), scope)
            case s.ArrayLiteral():
                await self._assign_several(target.items, to_list(value), scope)
            case _:
                raise CmdletError(
                    "The assignment expression is not valid. The input to an assignment operator "
                    "must be an object that is able to accept assignments, such as a variable or "
                    "a property.",
                    "InvalidLeftHandSide",
                )

    async def _assign_several(
        self, targets: tuple[s.Expression, ...], values: list[Any], scope: Scope
    ) -> None:
        for at, target in enumerate(targets):
            is_last = at == len(targets) - 1
            value = _single(values[at:]) if is_last else values[at] if at < len(values) else None
            await self.assign(target, value, scope)

    async def combine(self, node: s.Assignment, value: Any, scope: Scope) -> None:
        """Set what an assignment such as `+=` names to what it was with `value`."""
        before = await self.evaluate(node.target, scope)
        after = apply(node.operator[0], before, value)
        if isinstance(before, Collection) and isinstance(after, list):
            is_property = isinstance(node.target, s.Member)
            if is_property:  # as the object's own list, which scripts expect to keep its type
                after = Collection(after, item_type=before.item_type, type_name=before.type_name)
        await self.assign(node.target, after, scope)


def _single(found: list[Any]) -> Any:
    if not found:
        return None
    return found[0] if len(found) == 1 else found


def _type_name(target: Any) -> str:
    if isinstance(target, TypeReference):
        return target.name
    return target.type_name if isinstance(target, PSObject) else type_name_of(target)
