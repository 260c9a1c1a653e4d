"""The admin API of a running emulator, as the cmdlets ask it; refusals are PowerShell's errors."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import quote

import aiohttp

from emulator.shell.engine import CmdletError, ErrorCategory

__all__ = ["ApiClient", "Document", "segment"]

Document = dict[str, Any]

_SECONDS = 60.0
_MOST_BYTES = 64 * 1024 * 1024
_JSON = "application/json"
_PROBLEMS = {
    HTTPStatus.UNAUTHORIZED: (ErrorCategory.PERMISSION_DENIED, "TokenRequired"),
    HTTPStatus.FORBIDDEN: (ErrorCategory.PERMISSION_DENIED, "Forbidden"),
    HTTPStatus.NOT_FOUND: (ErrorCategory.OBJECT_NOT_FOUND, "NotFound"),
    HTTPStatus.REQUEST_TIMEOUT: (ErrorCategory.OPERATION_TIMEOUT, "TimedOut"),
    HTTPStatus.CONFLICT: (ErrorCategory.INVALID_OPERATION, "Refused"),
    HTTPStatus.PRECONDITION_FAILED: (ErrorCategory.INVALID_OPERATION, "ObjectIsStale"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (ErrorCategory.LIMITS_EXCEEDED, "TooLarge"),
    HTTPStatus.UNPROCESSABLE_ENTITY: (ErrorCategory.INVALID_ARGUMENT, "NotUsable"),
    HTTPStatus.SERVICE_UNAVAILABLE: (ErrorCategory.RESOURCE_UNAVAILABLE, "Unavailable"),
}


class ApiClient:
    """Asks the emulator at `url`; every failure is a CmdletError. To be closed by `close`."""

    __slots__ = ("_session", "_token", "url")

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, path: str, **query: object) -> Any:
        """The JSON at `path`, which is below /api/v1; query parameters that are None are left out.

        A parameter such as `from_` is sent as `from`.
        """
        return json.loads(await self._ask("GET", path, query))

    async def send(
        self,
        method: str,
        path: str,
        body: Document | None = None,
        *,
        version: int | None = None,
        **query: object,
    ) -> Any:
        """The JSON answer to `body`; with `version` only if what is at `path` is still at it."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        data = None if body is None else json.dumps(body).encode()
        answer = await self._ask(method, path, query, data, _JSON, headers)
        return json.loads(answer) if answer else None

    async def upload(
        self, method: str, path: str, content: bytes, media_type: str, **query: object
    ) -> Any:
        """The JSON answer to a file, or None if there is none."""
        answer = await self._ask(method, path, query, content, media_type)
        return json.loads(answer) if answer else None

    async def download(self, path: str, body: Document) -> bytes:
        """The file that answers `body`."""
        return await self._ask("POST", path, {}, json.dumps(body).encode(), _JSON)

    @asynccontextmanager
    async def events(self) -> AsyncIterator[AsyncIterator[tuple[str, Document]]]:
        """What happens from now on: kind and data of each event."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_SECONDS)
        try:
            async with self._opened().get(self._place("events"), timeout=timeout) as answer:
                await _require_success(answer)
                yield _events(answer.content)
        except aiohttp.ClientError as error:
            raise self._no_connection(error) from error

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            headers = {} if self._token is None else {"Authorization": f"Bearer {self._token}"}
            self._session = aiohttp.ClientSession(
                headers=headers, timeout=aiohttp.ClientTimeout(total=_SECONDS)
            )
        return self._session

    def _place(self, path: str) -> str:
        return f"{self.url}/api/v1/{path}"

    async def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, object],
        data: bytes | None = None,
        media_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        sent = dict(headers or {})
        if data is not None and media_type is not None:
            sent["Content-Type"] = media_type
        params = {
            name.rstrip("_"): _written(value) for name, value in query.items() if value is not None
        }
        try:
            async with self._opened().request(
                method, self._place(path), params=params, data=data, headers=sent
            ) as answer:
                await _require_success(answer)
                return await _bounded(answer)
        except TimeoutError as error:
            raise CmdletError(
                f"{self.url} has not answered within {_SECONDS:.0f} seconds.",
                "TimedOut",
                ErrorCategory.OPERATION_TIMEOUT,
                self.url,
                "TimeoutException",
            ) from error
        except aiohttp.ClientError as error:
            raise self._no_connection(error) from error

    def _no_connection(self, error: Exception) -> CmdletError:
        return CmdletError(
            f"No emulator answers at {self.url} ({error}). Start one with `rgs up`, or name "
            "another by --url or RGS_URL.",
            "NoEmulator",
            ErrorCategory.CONNECTION_ERROR,
            self.url,
            "WebException",
        )


def segment(name: str) -> str:
    """`name` as a segment of a path."""
    return quote(name, safe="")


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    chunks = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        chunks += chunk
        if len(chunks) > _MOST_BYTES:
            raise CmdletError(
                f"The answer is larger than {_MOST_BYTES} bytes.",
                "TooLarge",
                ErrorCategory.LIMITS_EXCEEDED,
            )
    return bytes(chunks)


async def _require_success(answer: aiohttp.ClientResponse) -> None:
    """Raise CmdletError with what the problem document says, if the answer is one."""
    if answer.status < HTTPStatus.BAD_REQUEST:
        return
    try:
        problem = json.loads(await _bounded(answer))
        told = str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        problem, told = {}, f"what answers is no emulator: {answer.status} {answer.reason}"
    faults = problem.get("errors") or ()
    told += "".join(f" {fault['field']}: {fault['detail']}." for fault in faults)
    cell = problem.get("cell")
    if cell:
        told += f" (rule {cell})"
    category, error_id = _PROBLEMS.get(
        HTTPStatus(answer.status), (ErrorCategory.INVALID_OPERATION, "RequestRefused")
    )
    raise CmdletError(
        f"{told[:1].upper()}{told[1:]}", error_id, category, cell, "RequestRefusedException"
    )


async def _events(content: aiohttp.StreamReader) -> AsyncIterator[tuple[str, Document]]:
    kind = ""
    async for raw in content:
        name, _, value = raw.decode("utf-8", "replace").rstrip("\r\n").partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)
