"""The management shell as an administrator has it: `rgs shell` in a process of its own."""

from __future__ import annotations

import asyncio
import sys
from types import TracebackType
from typing import Final, Self

from emulator.demo.configuration_doors import Answer, Reply
from emulator.demo.doors import Door
from emulator.rules import Pool
from emulator.testing import Emulator, ExpectationFailed

__all__ = ["ManagementShell", "ShellSurface"]

_MARK = "<<done>>"
_PATIENCE_SECONDS = 30.0
_REPLIES = {
    "Forbidden": Reply.FORBIDDEN,
    "NotFound": Reply.NOT_SHOWN,
    "Unavailable": Reply.DATABASE_DOWN,
}


class ManagementShell:
    """One shell, started when it is asked first; as a context manager it ends with the block."""

    __slots__ = ("_process", "_url")

    def __init__(self, url: str) -> None:
        self._url = url
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.kill()
        await process.communicate()

    async def run(self, line: str) -> list[str]:
        """Type a line, and give what it puts out."""
        process = self._process or await self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{line}; '{_MARK}'\n".encode())
        await process.stdin.drain()
        put_out: list[str] = []
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while data := await process.stdout.readline():
                text = data.decode().rstrip()
                if text == _MARK:
                    return put_out
                put_out.append(text)
        raise ExpectationFailed("the management shell has ended")

    async def _start(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "emulator", "shell", "--url", self._url, "--command", "-"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return self._process


class ShellSurface:
    """Agent groups, by the cmdlets for them; each group's has the group's name."""

    __slots__ = ("_domain", "_pools", "_rgs", "_shell")

    name: Final = "rgs shell"
    door: Final = Door.SHELL
    is_shell: Final = True

    def __init__(self, rgs: Emulator, shell: ManagementShell) -> None:
        self._rgs = rgs
        self._shell = shell
        self._pools: dict[Pool, str] = {}
        self._domain = ""

    async def lists(self, group: str, pool: Pool, *, copies: bool = False) -> bool:
        """Whether Get-CsRgsAgentGroup gives it."""
        listed = await self._typed(f"({await self._get(pool, copies=copies)}).Name")
        return group in listed

    async def view(self, group: str, pool: Pool) -> Answer:
        """The agents of a group."""
        return await self._answer(f"$g = {await self._get(pool, copies=True)} -Name {group}")

    async def give_agents(self, group: str, pool: Pool, *agents: str) -> Answer:
        """Get it, give it other agents, and set it."""
        get = await self._get(pool, copies=True)
        uris = ",".join(f"'sip:{agent}@{self._domain}'" for agent in agents)
        return await self._answer(
            f"$g = {get} -Name {group}; if ($g) {{ $g.AgentsByUri = @({uris}); "
            "Set-CsRgsAgentGroup -Instance $g -ErrorAction Stop; "
            f"$g = {get} -Name {group} }}"
        )

    async def _get(self, pool: Pool, *, copies: bool) -> str:
        if not self._pools:
            shown = await self._rgs.ask("GET", "/topology")
            self._domain = shown["domain"]
            self._pools = {each: shown["pools"][each]["fqdn"] for each in Pool}
        identity = f"'service:ApplicationServer:{self._pools[pool]}'"
        all_of_them = " -ShowAll" if copies else ""
        return f"Get-CsRgsAgentGroup -Identity {identity}{all_of_them} -ErrorAction Stop"

    async def _typed(self, text: str) -> list[str]:
        failed = '"! " + $_.FullyQualifiedErrorId + " " + $_.Exception.Message'
        return await self._shell.run(f"try {{ {text} }} catch {{ {failed} }}")

    async def _answer(self, text: str) -> Answer:
        """What comes of `text`, which puts the agent group into $g."""
        lines = await self._typed(f'{text}; $g.AgentsByUri | % {{ "$_" }}')
        told = " ".join(lines)
        if not told.startswith("! "):
            agents = (line.removeprefix("sip:").partition("@")[0] for line in lines if line)
            found = tuple(agents)
            return Answer(Reply.DONE, found) if found else Answer(Reply.NOT_SHOWN)
        error_id = told[2:].partition(",")[0]
        if error_id not in _REPLIES:
            raise ExpectationFailed(f"the management shell said: {told[2:]}")
        _, mark, rule = told.rpartition("(rule ")
        return Answer(_REPLIES[error_id], cell=rule.rstrip(") .") if mark else None)
