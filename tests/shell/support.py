"""A shell to try things in: two queues, and a screen that keeps what is shown."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from emulator.shell.cmdlets import GENERIC_CMDLETS
from emulator.shell.engine import Call, Cmdlet, ErrorCategory, Parameter, PSObject
from emulator.shell.host import StreamHost
from emulator.shell.session import Session

__all__ = ["QUEUE", "Shell", "do_nothing"]

QUEUE = "Microsoft.Rtc.Rgs.Management.WritableSettings.Queue"


async def do_nothing(call: Call) -> None:
    """A cmdlet that does nothing."""


@dataclass
class Shell:
    """A session with cmdlets for queues; `answers` are what questions are answered."""

    answers: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._output = io.StringIO()
        self._errors = io.StringIO()
        host = StreamHost(self._output, self._errors, ask=self._ask, width=100)
        self.session = Session((*GENERIC_CMDLETS, *self._cmdlets()), host)

    async def _ask(self, question: str) -> str | None:
        self._output.write(question)
        return self.answers.pop(0) if self.answers else None

    async def run(self, text: str) -> str:
        """What is shown of `text`, without the errors."""
        self._output.truncate(self._output.seek(0))
        self._errors.truncate(self._errors.seek(0))
        await self.session.run(text)
        return self._output.getvalue()

    async def lines(self, text: str) -> list[str]:
        """The lines that are shown of `text`."""
        return (await self.run(text)).splitlines()

    async def errors(self, text: str) -> str:
        """The errors and the talk of `text`."""
        await self.run(text)
        return self._errors.getvalue()

    def _cmdlets(self) -> Sequence[Cmdlet]:
        return (
            Cmdlet(
                name="Get-CsRgsQueue",
                synopsis="Gets queues.",
                run=self._get,
                default_set="Identity",
                parameters=(
                    Parameter(name="Identity", position=0, sets=("Identity",)),
                    Parameter(name="Name", sets=("Name",)),
                    Parameter(name="Owner", sets=("Identity", "Name")),
                    Parameter(name="ShowAll", type="Switch"),
                ),
            ),
            Cmdlet(
                name="Set-CsRgsQueue",
                synopsis="Changes a queue.",
                run=self._set,
                supports_should_process=True,
                parameters=(
                    Parameter(
                        name="Instance",
                        type=QUEUE,
                        position=0,
                        is_mandatory=True,
                        from_pipeline=True,
                    ),
                    Parameter(name="Timeout", type="Int16", least=10, most=600),
                    Parameter(name="Kind", choices=("Formal", "Informal")),
                    Parameter(name="Active", type="Boolean"),
                    Parameter(name="Groups", type="Collection[String]"),
                ),
            ),
        )

    async def _get(self, call: Call) -> AsyncIterator[Any]:
        name = call.get("Name", "*")
        if name == "x":
            call.write_error(
                'There is no queue "x".', "NotThere", ErrorCategory.OBJECT_NOT_FOUND, "x"
            )
            return
        for each in ("support", "sales"):
            yield PSObject(
                QUEUE,
                {"Name": each, "TimeoutThreshold": 30, "Agents": ["alice", "bob"]},
                property_types={"TimeoutThreshold": "Int16"},
            )

    async def _set(self, call: Call) -> None:
        name = call["Instance"]["Name"]
        call.write_verbose(f"Looking at {name}.")
        if await call.should_process(name):
            self.changed.append(name)
