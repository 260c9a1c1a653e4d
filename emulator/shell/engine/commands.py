"""Runs pipelines: each command draws on what the one before it puts out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from emulator.shell.engine.binding import Binding, Given
from emulator.shell.engine.cmdlet_runs import CmdletRun
from emulator.shell.engine.conversion import convert, to_list
from emulator.shell.engine.declaring import ALL_SETS, Cmdlet
from emulator.shell.engine.errors import CmdletError, ErrorCategory, Terminated
from emulator.shell.engine.functions import declared
from emulator.shell.engine.limits import MAX_TEXT, bounded
from emulator.shell.engine.scopes import Scope
from emulator.shell.engine.text import to_text
from emulator.shell.engine.values import Hashtable, ScriptBlock
from emulator.shell.language import ParseError, parse
from emulator.shell.language import syntax as s

if TYPE_CHECKING:
    from emulator.shell.engine.interpreter import Interpreter

__all__ = ["Commands"]

_Output = AsyncGenerator[Any, None]
_Stage: TypeAlias = "Callable[[AsyncIterator[Any] | None], _Output]"


@dataclass(frozen=True, slots=True)
class _Goals:
    """The streams that go nowhere, and the file that takes what is put out."""

    silenced: frozenset[str]
    path: str | None
    is_appended: bool


class Commands:
    """Runs the pipelines of an interpreter's scripts."""

    __slots__ = ("_interpreter",)

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    async def run(self, node: s.Pipeline, scope: Scope) -> _Output:
        """What comes out at the end of the pipeline."""
        first, *rest = node.elements
        is_long = bool(rest)
        stages: list[_Stage] = []
        if isinstance(first, s.Command):
            stages.append(await self._stage(first, scope, is_piped=False))
        commands = [command for command in rest if isinstance(command, s.Command)]
        stages += [await self._stage(command, scope, is_piped=True) for command in commands]
        running: list[_Output] = []
        if isinstance(first, s.Value):
            value = self._value_stage(first, scope, is_long=is_long)
            goals = await self._goals(first.redirections, scope)
            running.append(self._directed(value, goals, first, scope)(None))
        for stage in stages:
            running.append(stage(running[-1] if running else None))
        try:
            async for value in running[-1]:
                yield value
        finally:
            for stream in reversed(running):
                await stream.aclose()

    def _value_stage(self, node: s.Value, scope: Scope, *, is_long: bool) -> _Stage:
        async def stage(_: AsyncIterator[Any] | None) -> _Output:
            value = await self._interpreter.expressions.evaluate(node.expression, scope)
            if isinstance(node.expression, s.Step) and not is_long:
                return
            if value is None and isinstance(node.expression, s.Invocation):
                return
            for item in [None] if value is None else to_list(value):
                yield item

        return stage

    # Redirections

    async def _goals(self, redirections: Sequence[s.Redirection], scope: Scope) -> _Goals:
        """Where streams go. Raises CmdletError for a goal that none can have."""
        silenced: set[str] = set()
        path: str | None = None
        is_appended = False
        for redirection in redirections:
            target = await self._interpreter.expressions.evaluate(redirection.target, scope)
            if target is None:
                silenced.add(redirection.stream)
            elif to_text(target) in ("&1", "&2"):
                continue
            elif redirection.stream in ("", "1"):
                path, is_appended = to_text(target), redirection.is_appended
            else:
                raise CmdletError(
                    "Only what is put out can be redirected to a file.",
                    "RedirectionNotSupported",
                    ErrorCategory.INVALID_OPERATION,
                )
        return _Goals(frozenset(silenced), path, is_appended)

    def _directed(
        self, stage: _Stage, goals: _Goals, node: s.Command | s.Value, scope: Scope
    ) -> _Stage:
        """The stage with what it puts out where the redirections say."""
        if goals.silenced & {"", "1", "*"}:
            return _silent(stage)
        if goals.path is None:
            return stage
        out_file = self._interpreter.cmdlets["Out-File"]
        given = [Given("FilePath", goals.path), Given("Append", goals.is_appended)]
        run = CmdletRun(self._interpreter, out_file, node.at, scope, given, frozenset())
        with run.errors():
            run.bind(is_piped=True)

        async def written(upstream: AsyncIterator[Any] | None) -> _Output:
            async with aclosing(stage(upstream)) as found, aclosing(run.stream(found)) as rest:
                async for value in rest:
                    yield value

        return written

    # What a command is

    async def _stage(self, node: s.Command, scope: Scope, *, is_piped: bool) -> _Stage:
        """The command, found and with its arguments evaluated. Raises Terminated."""
        given = await self._given(node.elements, scope)
        redirections = [e for e in node.elements if isinstance(e, s.Redirection)]
        goals = await self._goals(redirections, scope)
        target = await self._interpreter.expressions.evaluate(node.name, scope)
        found = self.find(target, scope) if not isinstance(target, ScriptBlock) else target
        stage: _Stage
        if isinstance(found, Cmdlet):
            run = CmdletRun(self._interpreter, found, node.at, scope, given, goals.silenced)
            with run.errors():
                run.bind(is_piped=is_piped)
            stage = run.stream
        elif isinstance(found, ScriptBlock):
            name = "" if isinstance(target, ScriptBlock) else to_text(target)
            stage = self._block_stage(found, given, scope, node, name)
        else:
            self._require_known(found, node)
            block = self._script(Path(to_text(target)))
            stage = self._block_stage(block, given, scope, node, to_text(target))
        return self._directed(stage, goals, node, scope)

    def find(self, name: Any, scope: Scope) -> Cmdlet | ScriptBlock | str | None:
        """The cmdlet or function of that name, or the path of a script; None without one."""
        text = to_text(name)
        for _ in range(8):
            if text not in self._interpreter.aliases:
                break
            text = self._interpreter.aliases[text]
        function = scope.function(text)
        if function is not None:
            return function
        plain = text.rsplit("\\", 1)[-1] if "\\" in text else text
        if plain in self._interpreter.cmdlets:
            return self._interpreter.cmdlets[plain]
        return text if text.lower().endswith(".ps1") and Path(text).is_file() else None

    def _require_known(self, found: str | None, node: s.Command) -> None:
        if found is not None:
            return
        name = node.name.at.text.strip("'\"")
        error = CmdletError(
            f"The term '{name}' is not recognized as the name of a cmdlet, function, script "
            "file, or operable program. Check the spelling of the name, or if a path was "
            "included, verify that the path is correct and try again.",
            "CommandNotFoundException",
            ErrorCategory.OBJECT_NOT_FOUND,
            target=name,
            exception="CommandNotFoundException",
        )
        raise Terminated(replace(error.record(at=node.name.at), invoked=name))

    def _script(self, path: Path) -> ScriptBlock:
        try:
            bounded(path.stat().st_size, MAX_TEXT)
            return ScriptBlock(parse(path.read_text("utf-8-sig"), str(path)))
        except (OSError, UnicodeDecodeError) as error:
            raise CmdletError(
                f"The script '{path}' cannot be read: {error}.", "ScriptNotReadable"
            ) from None
        except ParseError as error:
            raise CmdletError(
                f"{error.at.described()}\n{error.message}",
                error.error_id,
                ErrorCategory.PARSER_ERROR,
                exception="ParseException",
            ) from None

    # Arguments

    async def _given(self, elements: Sequence[s.CommandElement], scope: Scope) -> list[Given]:
        given: list[Given] = []
        for element in elements:
            match element:
                case s.CommandParameter():
                    if element.value is None:
                        given.append(Given(name=element.name, has_value=False))
                    else:
                        given.append(await self._one_given(element.name, element.value, scope))
                case s.Argument():
                    given.append(await self._one_given(None, element.value, scope))
                case s.Splat():
                    given.extend(_splatted(scope.get(element.name)))
        return given

    async def _one_given(self, name: str | None, node: s.Expression, scope: Scope) -> Given:
        value = await self._interpreter.expressions.evaluate(node, scope)
        return Given(name, value, written=node.text if isinstance(node, s.Number) else None)

    # Functions and script blocks

    def _block_stage(
        self, block: ScriptBlock, given: list[Given], scope: Scope, node: s.Command, name: str
    ) -> _Stage:
        async def stage(upstream: AsyncIterator[Any] | None) -> _Output:
            records = [] if upstream is None else [record async for record in upstream]
            try:
                inner = scope if node.operator == "." else Scope(scope)
                await self._bind_block(block, given, inner)
                inner.variables["input"] = records
            except CmdletError as error:
                raise Terminated(error.record(name, name, node.at)) from None
            async with aclosing(self._called(block, inner)) as found:
                async for value in found:
                    yield value

        return stage

    async def call_block(
        self, block: ScriptBlock, arguments: Sequence[Any], scope: Scope
    ) -> _Output:
        """What a script block puts out, in a scope of its own."""
        inner = Scope(scope)
        await self._bind_block(block, [Given(value=value) for value in arguments], inner)
        async with aclosing(self._called(block, inner)) as found:
            async for value in found:
                yield value

    async def _called(self, block: ScriptBlock, scope: Scope) -> _Output:
        self._interpreter.enter()
        try:
            async with aclosing(self._interpreter.statements.run_body(block.block, scope)) as found:
                async for value in found:
                    yield value
        finally:
            self._interpreter.leave()

    async def _bind_block(self, block: ScriptBlock, given: list[Given], scope: Scope) -> None:
        nodes = block.block.parameters or ()
        parameters = declared(nodes)
        binding = Binding(parameters, (ALL_SETS,), given, takes_rest=True)
        binding.without_record()
        for node, parameter in zip(nodes, parameters, strict=True):
            if parameter.name in binding.bound:
                value = binding.bound[parameter.name]
            elif node.default is not None:
                default = await self._interpreter.expressions.evaluate(node.default, scope)
                value = bool(default) if parameter.is_switch else convert(default, parameter.type)
            else:
                value = _EMPTY.get(parameter.type.lower())
            scope.variables[parameter.name] = value
        scope.variables["args"] = binding.rest
        scope.variables["PSBoundParameters"] = Hashtable(binding.bound)


# What a parameter of that type holds when nothing is given for it.
_EMPTY: dict[str, Any] = {"switch": False, "bool": False, "int": 0, "int32": 0, "string": ""}


def _splatted(value: Any) -> list[Given]:
    if isinstance(value, Hashtable):
        return [Given(name=to_text(key), value=held) for key, held in value.items()]
    return [Given(value=held) for held in to_list(value)]


def _silent(stage: _Stage) -> _Stage:
    async def silent(upstream: AsyncIterator[Any] | None) -> _Output:
        async with aclosing(stage(upstream)) as found:
            async for value in found:
                if value is found:  # nothing is passed on; the stage only has to run
                    yield value

    return silent
