"""A client of the admin API made of the standard library, so that tests ask as a script would."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlencode

from tests.support.emulator_process import Address

__all__ = ["AdminClient", "RequestRefused"]

_PATIENCE_SECONDS = 40.0


class RequestRefused(Exception):
    """The answer's status was 400 or above; `problem` is its document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status}: {problem}")
        self.status = status
        self.problem = problem


class AdminClient:
    """Asks the admin API at `address`, a connection for each request."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON that `method` of `/api/v1` + `path` gives; raises RequestRefused."""
        connection = http.client.HTTPConnection(*self._address, timeout=_PATIENCE_SECONDS)
        try:
            content = None if body is None else json.dumps(body)
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, f"/api/v1{path}", content, headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status >= 400:
            raise RequestRefused(response.status, json.loads(text or "{}"))
        return json.loads(text)

    def phase(self, to: str, style: str | None = None) -> dict[str, Any]:
        """Enter a phase; gives what became of the calls."""
        body = {"to": to} if style is None else {"to": to, "style": style}
        account: dict[str, Any] = self.ask("PUT", "/phase", body)
        return account

    def import_groups(self) -> None:
        """Copy every group of the primary pool to the backup pool."""
        self.ask("POST", "/import")

    def reset(self) -> None:
        """Go back to how the emulator started."""
        self.ask("POST", "/reset")

    def calls(self, **filters: str | int) -> list[dict[str, Any]]:
        """The calls that the filters let through, oldest first."""
        query = urlencode({"limit": 10_000, **filters})
        calls: list[dict[str, Any]] = self.ask("GET", f"/calls?{query}")["calls"]
        return calls

    def call(self, number: str) -> dict[str, Any]:
        """One call."""
        call: dict[str, Any] = self.ask("GET", f"/calls/{number}")
        return call

    def place(self, caller: str, to: str) -> dict[str, Any]:
        """Let an emulated agent call."""
        call: dict[str, Any] = self.ask("POST", "/calls", {"from": caller, "to": to})
        return call

    def wait(self, timeout: float = 10.0, **filters: str) -> dict[str, Any]:
        """The newest call that the filters let through, as soon as there is one."""
        call: dict[str, Any] = self.ask(
            "GET", f"/wait?{urlencode({'timeout': timeout, **filters})}"
        )
        return call

    def agent(self, name: str) -> dict[str, Any]:
        """One agent."""
        agent: dict[str, Any] = self.ask("GET", f"/agents/{name}")
        return agent

    def agents(self) -> list[dict[str, Any]]:
        """Every agent."""
        agents: list[dict[str, Any]] = self.ask("GET", "/agents")["agents"]
        return agents

    def counts(self) -> dict[str, int]:
        """How many calls are connected and pending."""
        counts: dict[str, int] = self.ask("GET", "/state")["calls"]
        return counts
