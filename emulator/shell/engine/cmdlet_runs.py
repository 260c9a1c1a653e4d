"""Runs a cmdlet in a pipeline: binds each record, and turns what goes wrong into errors."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from emulator.shell.engine import binding_errors
from emulator.shell.engine.binding import Binding, Given
from emulator.shell.engine.call import Call, nothing
from emulator.shell.engine.common import all_parameters
from emulator.shell.engine.conversion import to_list
from emulator.shell.engine.declaring import Cmdlet
from emulator.shell.engine.errors import CmdletError, ErrorCategory, Jump, Terminated
from emulator.shell.engine.scopes import Scope
from emulator.shell.language import Extent

if TYPE_CHECKING:
    from emulator.shell.engine.interpreter import Interpreter

__all__ = ["CmdletRun"]


class CmdletRun:
    """A cmdlet with what it was given, about to run in a pipeline."""

    __slots__ = (
        "_binding",
        "_call",
        "_cmdlet",
        "_given",
        "_interpreter",
        "_scope",
        "_silenced",
        "at",
    )

    def __init__(
        self,
        interpreter: Interpreter,
        cmdlet: Cmdlet,
        at: Extent,
        scope: Scope,
        given: Sequence[Given],
        silenced: frozenset[str],
    ) -> None:
        self._interpreter = interpreter
        self._cmdlet = cmdlet
        self._scope = scope
        self._given = given
        self._silenced = silenced
        self._binding: Binding | None = None
        self._call: Call | None = None
        self.at = at

    def bind(self, *, is_piped: bool) -> None:
        """Bind what was typed. Raises CmdletError."""
        cmdlet = self._cmdlet
        self._binding = Binding(
            all_parameters(cmdlet), cmdlet.set_names, self._given, default_set=cmdlet.default_set
        )
        if is_piped:
            self._binding.require_complete()
        else:
            self._binding.without_record()
        self._call = Call(
            cmdlet,
            self._interpreter,
            self._scope,
            self.at,
            given=self._binding.bound,
            silenced=self._silenced,
        )

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Whatever is raised within becomes an error of this command."""
        try:
            yield
        except CmdletError as error:
            record = error.record(self._cmdlet.name, self._cmdlet.error_class, self.at)
            if self._call is not None:
                self._call.note_terminating(record)
            raise Terminated(record) from None
        except (Terminated, Jump, RecursionError):
            raise
        except Exception as fault:
            told = CmdletError(
                f"The command failed by a fault of its own: {type(fault).__name__}: {fault}",
                "UnexpectedFault",
                ErrorCategory.NOT_SPECIFIED,
                exception=type(fault).__name__,
            )
            record = told.record(self._cmdlet.name, self._cmdlet.error_class, self.at)
            raise Terminated(record) from fault

    async def stream(self, upstream: AsyncIterator[Any] | None) -> AsyncGenerator[Any, None]:
        """What the cmdlet puts out."""
        call, binding = self._call, self._binding
        assert call is not None and binding is not None  # noqa: PT018 (bound before)
        if self._cmdlet.takes_all_input:
            runs = self._once(call, binding, upstream)
        elif upstream is None:
            runs = self._once(call, binding, None)
        else:
            runs = self._each(call, binding, upstream)
        try:
            async for value in runs:
                yield value
        finally:
            await runs.aclose()

    async def _once(
        self, call: Call, binding: Binding, upstream: AsyncIterator[Any] | None
    ) -> AsyncGenerator[Any, None]:
        call.is_piped = upstream is not None
        if upstream is not None:
            call.parameters = binding.bound
            call.input = upstream
        else:
            with self.errors():
                call.parameters, call.parameter_set = binding.without_record()
            call.input = _items(call.parameters.get("InputObject"))
        async for value in self._run(call):
            yield value

    async def _each(
        self, call: Call, binding: Binding, upstream: AsyncIterator[Any]
    ) -> AsyncGenerator[Any, None]:
        call.is_piped = True
        async for record in upstream:
            await self._interpreter.pulse.beat()
            with self.errors():
                bound = binding.with_record(record)
                if bound is None:
                    fault = binding_errors.input_not_bound(record)
                    call.write_record(
                        fault.record(self._cmdlet.name, self._cmdlet.error_class, self.at)
                    )
                    continue
                call.parameters, call.parameter_set = bound
                call.record = record
            async for value in self._run(call):
                yield value

    async def _run(self, call: Call) -> AsyncGenerator[Any, None]:
        with self.errors():
            result = self._cmdlet.run(call)
        if not isinstance(result, AsyncIterator):
            with self.errors():
                await result
            return
        try:
            while True:
                with self.errors():
                    try:
                        value = await anext(result)
                    except StopAsyncIteration:
                        return
                call.note_output(value)
                yield value
        finally:
            if isinstance(result, AsyncGenerator):
                await result.aclose()


async def _items(value: Any) -> AsyncIterator[Any]:
    if value is None:
        async for item in nothing():
            yield item
    for item in to_list(value):
        yield item
