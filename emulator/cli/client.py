"""A client of a running emulator's admin API, on the standard library alone."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from emulator.cli.exits import ExitCode, Failure

__all__ = ["Client"]

_PATIENCE_SECONDS = 60.0
_CODES = {
    HTTPStatus.REQUEST_TIMEOUT: ExitCode.TIMED_OUT,
    HTTPStatus.SERVICE_UNAVAILABLE: ExitCode.COULD_NOT_START,
}


class Client:
    """Asks the emulator at `url`; every failure is a `Failure` that says what to do next."""

    __slots__ = ("_opener", "_token", "_url")

    def __init__(self, url: str, token: str | None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise Failure(
                ExitCode.USAGE, f"--url {url} is no address such as http://127.0.0.1:8080"
            )
        self._url = url.rstrip("/")
        self._token = token or None
        self._opener = build_opener(ProxyHandler({}))  # an emulator is never behind a proxy

    def get(self, path: str, query: dict[str, str | int | None] | None = None) -> Any:
        """The JSON at `path` under /api/v1."""
        return self._read(self._ask("GET", self._place(path, query), None, "application/json"))

    def get_text(
        self,
        path: str,
        query: dict[str, str | int | None] | None = None,
        media_type: str = "text/plain",
    ) -> str:
        """The text of that type at `path` under /api/v1."""
        return self._ask("GET", self._place(path, query), None, media_type).decode()

    def send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """The JSON answer to `body` sent to `path` under /api/v1."""
        data = json.dumps(body).encode()
        return self._read(self._ask(method, self._place(path, None), data, "application/json"))

    def _read(self, data: bytes) -> Any:
        try:
            return json.loads(data)
        except ValueError as error:
            raise self._no_emulator("its answer is no JSON") from error

    def _place(self, path: str, query: dict[str, str | int | None] | None) -> str:
        given = {name: value for name, value in (query or {}).items() if value is not None}
        asked = f"?{urlencode(given)}" if given else ""
        return f"{self._url}/api/v1/{quote(path)}{asked}"

    def _ask(self, method: str, url: str, data: bytes | None, accept: str) -> bytes:
        headers = {"Accept": accept}
        if data is not None:
            headers["Content-Type"] = "application/json"
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        request = Request(url, data=data, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=_PATIENCE_SECONDS) as answer:
                return bytes(answer.read())
        except HTTPError as error:
            raise self._refusal(error) from error
        except TimeoutError as error:
            raise self._silence() from error
        except URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise self._silence() from error
            raise Failure(
                ExitCode.COULD_NOT_START,
                f"no emulator answers at {self._url} ({_why(error)}); start one with `rgs up`, "
                "or name another by --url or RGS_URL",
            ) from error
        except (OSError, HTTPException, ValueError) as error:
            raise self._no_emulator(str(error)) from error

    def _no_emulator(self, why: str) -> Failure:
        return Failure(
            ExitCode.COULD_NOT_START,
            f"what answers at {self._url} is no emulator, or went away: {why}",
        )

    def _silence(self) -> Failure:
        return Failure(
            ExitCode.TIMED_OUT,
            f"{self._url} has not answered within {_PATIENCE_SECONDS:.0f} seconds",
        )

    def _refusal(self, error: HTTPError) -> Failure:
        """What a problem document says, on a line."""
        status = HTTPStatus(error.code)
        if status is HTTPStatus.UNAUTHORIZED:
            told = f"{self._url} asks for its token; give it by --token or RGS_TOKEN"
            return Failure(ExitCode.USAGE, told)
        try:
            problem = json.loads(error.read())
            told = str(problem["detail"])
            if problem.get("cell"):
                told += f" (rule {problem['cell']})"
        except (OSError, ValueError, KeyError, TypeError):
            told = f"what answers at {self._url} is no emulator: {error.code} {error.reason}"
        is_ours = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        return Failure(_CODES.get(status, ExitCode.USAGE if is_ours else ExitCode.DIFFERS), told)


def _why(error: URLError) -> str:
    reason = error.reason
    return (reason.strerror or str(reason)) if isinstance(reason, OSError) else str(reason)
