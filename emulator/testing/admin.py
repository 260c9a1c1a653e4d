"""The admin API of an emulator, as an asyncio client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Self

import aiohttp

from emulator.testing.failures import RequestRefused

__all__ = ["AdminClient", "Json"]

Json = dict[str, Any]
_SECONDS = 30.0


class AdminClient:
    """One HTTP session. To be closed by `close`, or used as an async context manager."""

    __slots__ = ("_session", "url")

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._session = aiohttp.ClientSession(
            headers=headers, timeout=aiohttp.ClientTimeout(total=_SECONDS)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    async def ask(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        query: Mapping[str, object] | None = None,
        seconds: float = _SECONDS,
    ) -> Any:
        """Send a request below `/api/v1` and give the JSON of its answer.

        Query parameters that are None are left out. Raises RequestRefused.
        """
        params = {name: str(value) for name, value in (query or {}).items() if value is not None}
        async with self._session.request(
            method,
            f"{self.url}/api/v1{path}",
            json=body,
            params=params,
            timeout=aiohttp.ClientTimeout(total=seconds),
        ) as answer:
            if answer.status >= 400:
                raise RequestRefused(answer.status, await _problem_of(answer))
            return await answer.json()

    async def text(self, path: str, seconds: float = _SECONDS) -> str:
        """The text that is below `/api/v1`; raises RequestRefused."""
        async with self._session.get(
            f"{self.url}/api/v1{path}",
            headers={"Accept": "text/plain"},
            timeout=aiohttp.ClientTimeout(total=seconds),
        ) as answer:
            if answer.status >= 400:
                raise RequestRefused(answer.status, await _problem_of(answer))
            return await answer.text()

    async def metrics(self) -> str:
        """The metrics, in Prometheus's text format."""
        async with self._session.get(f"{self.url}/metrics") as answer:
            answer.raise_for_status()
            return await answer.text()

    async def stream(self, path: str) -> AsyncIterator[tuple[str, str]]:
        """The server-sent events below `/api/v1`: kind and data of each, until it is closed."""
        async with self._session.get(
            f"{self.url}/api/v1{path}", timeout=aiohttp.ClientTimeout(total=None)
        ) as answer:
            if answer.status >= 400:
                raise RequestRefused(answer.status, await _problem_of(answer))
            kind = ""
            async for raw in answer.content:
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    yield kind, value


async def _problem_of(answer: aiohttp.ClientResponse) -> Json:
    try:
        problem = await answer.json(content_type=None)
    except ValueError:
        problem = None
    return problem if isinstance(problem, dict) else {"title": answer.reason or "no answer"}
