"""A shell that asks an emulator which runs in the test's process."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest

from emulator.shell.client import ApiClient
from emulator.shell.cmdlets import GENERIC_CMDLETS
from emulator.shell.cmdlets.lync import lync_cmdlets
from emulator.shell.engine import Interpreter
from emulator.shell.host import StreamHost
from emulator.shell.session import Session
from tests.support.doors import Door, Doors

PRIMARY = "service:ApplicationServer:pool1.contoso.example"
BACKUP = "service:ApplicationServer:pool2.contoso.example"


class RgsShell:
    """A session of an administrator of `door`'s emulator."""

    def __init__(self, door: Door, client: ApiClient) -> None:
        self.door = door
        self._output = io.StringIO()
        self._errors = io.StringIO()
        host = StreamHost(self._output, self._errors, ask=self._ask, width=200)
        cmdlets = (*GENERIC_CMDLETS, *lync_cmdlets(client))
        variables = {"primary": PRIMARY, "backup": BACKUP}
        self._session = Session(cmdlets, host, variables=variables)
        self.answers: list[str] = []

    @property
    def interpreter(self) -> Interpreter:
        """What completion looks into."""
        return self._session.interpreter

    async def _ask(self, question: str) -> str | None:
        self._output.write(question)
        return self.answers.pop(0) if self.answers else None

    async def type(self, text: str) -> list[str]:
        """The lines that `text` puts out; what it says on the error stream fails the test."""
        out, errors = await self.run(text)
        assert errors == "", errors
        return out

    async def run(self, text: str) -> tuple[list[str], str]:
        """What `text` puts out, and what it says on the error stream."""
        for stream in (self._output, self._errors):
            stream.truncate(stream.seek(0))
        await self._session.run(text)
        return self._output.getvalue().splitlines(), self._errors.getvalue()

    async def fails(self, text: str) -> str:
        """The error that `text` ends in."""
        _, errors = await self.run(text)
        assert "FullyQualifiedErrorId" in errors, errors
        return errors

    async def get(self, path: str) -> Any:
        """What the API has below the management shell's configuration."""
        return await self.door.get(f"config/management-shell/{path}")


@pytest.fixture
async def doors() -> AsyncIterator[Doors]:
    """Opens deployments, and closes them behind the test."""
    made = Doors()
    yield made
    await made.close()


@pytest.fixture
async def shell(doors: Doors) -> AsyncIterator[RgsShell]:
    """A shell for the sample."""
    door = await doors.open()
    async with ApiClient(door.url) as client:
        yield RgsShell(door, client)
