"""Runs statements, and gives what they put out one after another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from emulator.shell.engine.common import Action, action_named
from emulator.shell.engine.conversion import convert, to_boolean, to_list
from emulator.shell.engine.errors import (
    BreakLoop,
    CmdletError,
    ContinueLoop,
    ErrorCategory,
    ErrorRecord,
    ExitShell,
    Jump,
    ReturnFrom,
    Terminated,
)
from emulator.shell.engine.scopes import Scope
from emulator.shell.engine.text import to_text
from emulator.shell.engine.values import PSObject, ScriptBlock
from emulator.shell.language import syntax as s

if TYPE_CHECKING:
    from emulator.shell.engine.interpreter import Interpreter

__all__ = ["Statements"]

_Output = AsyncGenerator[Any, None]


class Statements:
    """Runs the statements of an interpreter's scripts."""

    __slots__ = ("_interpreter",)

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    async def run(self, statements: Sequence[s.Statement], scope: Scope) -> _Output:
        """What the statements put out; an error that ends one is reported, and the next runs.

        Raises Terminated for an error that ends the script, and within `try` for any.
        """
        for statement in statements:
            failures = self._interpreter.failures
            try:
                async with aclosing(self._one(statement, scope)) as found:
                    async for value in found:
                        yield value
            except Terminated as fault:
                self._interpreter.succeeded = False
                if fault.of_script or self._ends_script(scope):
                    raise
                self._interpreter.report(fault.record)
                self._interpreter.uncaught += 1
                continue
            if isinstance(statement, s.Pipeline | s.Assignment):
                self._interpreter.succeeded = self._interpreter.failures == failures

    def _ends_script(self, scope: Scope) -> bool:
        """Whether a `try` is around, or errors are to end the script."""
        if self._interpreter.tries > 0:
            return True
        return action_named(scope.get("ErrorActionPreference")) is Action.STOP

    async def run_body(self, block: s.Block, scope: Scope) -> _Output:
        """What the statements of a block put out up to its `return`."""
        try:
            async with aclosing(self.run(block.statements, scope)) as found:
                async for value in found:
                    yield value
        except ReturnFrom:
            return

    async def collect(self, statements: Sequence[s.Statement], scope: Scope) -> list[Any]:
        """All that the statements put out."""
        found: list[Any] = []
        for statement in statements:
            async with aclosing(self._one(statement, scope)) as values:
                async for value in values:
                    found.append(value)
                    self._interpreter.pulse.require_room(found)
        return found

    async def value_of(self, statement: s.Statement, scope: Scope, *, gives: bool = False) -> Any:
        """What a statement is as a value: $null, the one thing that it puts out, or an array.

        An assignment in parentheses `gives` what was assigned.
        """
        expression = plain_expression(statement)
        if expression is not None:
            return await self._interpreter.expressions.evaluate(expression, scope)
        if gives and isinstance(statement, s.Assignment):
            await self._assign(statement, scope)
            return await self._interpreter.expressions.evaluate(statement.target, scope)
        found = await self.collect((statement,), scope)
        if not found:
            return None
        return found[0] if len(found) == 1 else found

    async def _one(self, statement: s.Statement, scope: Scope) -> _Output:
        """Run a statement; an error without a place gets the statement's."""
        try:
            async with aclosing(self._dispatched(statement, scope)) as found:
                async for value in found:
                    yield value
        except CmdletError as error:
            raise Terminated(error.record(at=statement.at)) from None
        except RecursionError:
            record = ErrorRecord(
                "The script failed due to call depth overflow.",
                "CallDepthOverflow",
                ErrorCategory.INVALID_OPERATION,
                exception="ScriptCallDepthException",
                at=statement.at,
            )
            raise Terminated(record) from None

    async def _dispatched(self, statement: s.Statement, scope: Scope) -> _Output:
        output: _Output | None = None
        match statement:
            case s.Pipeline():
                output = self._interpreter.commands.run(statement, scope)
            case s.Assignment():
                await self._assign(statement, scope)
            case s.If():
                output = self._if(statement, scope)
            case s.ForEach():
                output = self._foreach(statement, scope)
            case s.While():
                output = self._while(statement, scope)
            case s.Try():
                output = self._try(statement, scope)
            case s.FunctionDefinition():
                scope.functions[statement.name] = ScriptBlock(statement.body)
            case _:
                output = self._jump(statement, scope)
        if output is not None:
            async with aclosing(output):
                async for value in output:
                    yield value

    async def _assign(self, node: s.Assignment, scope: Scope) -> None:
        value = await self.value_of(node.value, scope, gives=True)
        if node.operator == "=":
            await self._interpreter.expressions.assign(node.target, value, scope)
        else:
            await self._interpreter.expressions.combine(node, value, scope)

    async def _if(self, node: s.If, scope: Scope) -> _Output:
        chosen = node.otherwise
        for condition, block in node.clauses:
            if to_boolean(await self.value_of(condition, scope, gives=True)):
                chosen = block
                break
        if chosen is None:
            return
        async with aclosing(self.run(chosen.statements, scope)) as found:
            async for value in found:
                yield value

    async def _foreach(self, node: s.ForEach, scope: Scope) -> _Output:
        items = await self.value_of(node.items, scope)
        for item in [items] if isinstance(items, bytes) else list(to_list(items)):
            scope.set(node.variable.name, item)
            async with aclosing(self._turn(node.body, scope)) as found:
                try:
                    async for value in found:
                        yield value
                except BreakLoop:
                    return

    async def _while(self, node: s.While, scope: Scope) -> _Output:
        is_first = node.is_tested_last
        while is_first or to_boolean(await self.value_of(node.condition, scope, gives=True)):
            is_first = False
            async with aclosing(self._turn(node.body, scope)) as found:
                try:
                    async for value in found:
                        yield value
                except BreakLoop:
                    return

    async def _turn(self, body: s.Block, scope: Scope) -> _Output:
        await self._interpreter.pulse.beat()
        try:
            async with aclosing(self.run(body.statements, scope)) as found:
                async for value in found:
                    yield value
        except ContinueLoop:
            return

    async def _try(self, node: s.Try, scope: Scope) -> _Output:
        last = () if node.last is None else node.last.statements
        failure: Exception | None = None
        try:
            async with aclosing(self._guarded(node, scope)) as found:
                async for value in found:
                    yield value
        except (Terminated, CmdletError, Jump) as fault:
            failure = fault
        except (GeneratorExit, asyncio.CancelledError):
            await self.collect(last, scope)  # nobody is left to take what it puts out
            raise
        async with aclosing(self.run(last, scope)) as found:
            async for value in found:
                yield value
        if failure is not None:
            raise failure

    async def _guarded(self, node: s.Try, scope: Scope) -> _Output:
        self._interpreter.tries += 1
        try:
            async with aclosing(self.run(node.body.statements, scope)) as found:
                async for value in found:
                    yield value
            return
        except Terminated as fault:
            record = fault.record
            chosen = next((c for c in node.catches if _catches(c, record)), None)
            if chosen is None:
                raise
        finally:
            self._interpreter.tries -= 1
        self._interpreter.report(record, is_shown=False)
        self._interpreter.succeeded = True
        before = scope.get("_")
        scope.variables["_"] = record
        try:
            async with aclosing(self.run(chosen.body.statements, scope)) as found:
                async for value in found:
                    yield value
        finally:
            scope.variables["_"] = before

    async def _jump(self, node: s.Statement, scope: Scope) -> _Output:
        match node:
            case s.Break():
                raise BreakLoop
            case s.Continue():
                raise ContinueLoop
            case s.Return():
                if node.value is not None:
                    async with aclosing(self._dispatched(node.value, scope)) as found:
                        async for value in found:
                            yield value
                raise ReturnFrom
            case s.Exit():
                code = None if node.value is None else await self.value_of(node.value, scope)
                raise ExitShell(0 if code is None else convert(code, "Int32"))
            case s.Throw():
                thrown = None if node.value is None else await self.value_of(node.value, scope)
                raise Terminated(self._thrown(node, thrown, scope), of_script=True)

    def _thrown(self, node: s.Throw, thrown: Any, scope: Scope) -> ErrorRecord:
        current = scope.get("_")
        if isinstance(thrown, ErrorRecord):
            return thrown
        if thrown is None and isinstance(current, ErrorRecord):
            return current
        text = "ScriptHalted" if thrown is None else to_text(thrown)
        if isinstance(thrown, PSObject) and "Message" in thrown.properties:
            text = to_text(thrown.get("Message"))
        return ErrorRecord(
            text, text, ErrorCategory.OPERATION_STOPPED, thrown, "RuntimeException", at=node.at
        )


def _catches(clause: s.Catch, record: ErrorRecord) -> bool:
    if not clause.type_names:
        return True
    short = record.exception.rsplit(".", 1)[-1].lower()
    general = ("exception", "runtimeexception")
    names = [name.rsplit(".", 1)[-1].lower() for name in clause.type_names]
    return any(name == short or name in general for name in names)


def plain_expression(statement: s.Statement) -> s.Expression | None:
    """The expression, if the statement is nothing else."""
    if not isinstance(statement, s.Pipeline) or len(statement.elements) != 1:
        return None
    only = statement.elements[0]
    if not isinstance(only, s.Value) or only.redirections or isinstance(only.expression, s.Step):
        return None
    return only.expression
