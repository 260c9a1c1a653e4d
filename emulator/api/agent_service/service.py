"""The agent service over HTTP: who asks, what for, and the answer or the fault."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from aiohttp import web

from emulator.api.agent_service.credentials import identify, read_credentials
from emulator.api.agent_service.description import Description, address_of
from emulator.api.agent_service.envelope import (
    EnvelopeError,
    HeaderNotUnderstood,
    VersionMismatch,
    read_envelope,
    write_envelope,
)
from emulator.api.agent_service.faults import FaultKind, ServiceFault, fault_envelope
from emulator.api.agent_service.names import MEDIA_TYPE, PATH
from emulator.api.agent_service.operations import carry_out
from emulator.api.agent_service.wish import read_wish
from emulator.api.exchange import ADMINISTRATION, BODY_SECONDS
from emulator.api.security import carries_token
from emulator.operations.errors import ForbiddenByRule, NotThere

__all__ = ["add_agent_service"]

_log = structlog.get_logger("api")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_ANY_CASE = f"/{{service:(?i:{re.escape(PATH.removeprefix('/'))})}}"
_DESCRIPTIONS = ("wsdl", "singlewsdl")
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_PAGE_HEADERS = {
    **_HEADERS,
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
}
_SOAP_12 = "application/soap+xml"


def add_agent_service(app: web.Application, token: str | None) -> None:
    """Let `app` serve the agent service, which asks for credentials of its own."""
    service = _Service(token)
    resource = app.router.add_resource(_ANY_CASE, name="agent_service")
    resource.add_route("GET", _with_faults(service.describe))
    resource.add_route("HEAD", _with_faults(service.describe))
    resource.add_route("POST", _with_faults(service.answer))


class _Service:
    __slots__ = ("_description", "_token")

    def __init__(self, token: str | None) -> None:
        self._token = None if token is None else token.encode()
        self._description = Description()

    async def describe(self, request: web.Request) -> web.StreamResponse:
        """The WSDL where the query asks for it, else the page; the token opens both."""
        if self._token is not None and not carries_token(request, self._token):
            self._who(request)
        address = address_of(request.scheme, request.headers.get("Host"), _own_host(request))
        if any(name.lower() in _DESCRIPTIONS for name in request.query):
            return _xml(self._description.wsdl(address))
        return web.Response(
            text=self._description.page(address), content_type="text/html", headers=_PAGE_HEADERS
        )

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Carry out what the envelope asks for."""
        _check_media_type(request)
        agent = self._who(request)
        element = read_envelope(await _read(request))
        wish = read_wish(element, request.headers.get("SOAPAction"))
        answer = await carry_out(request.app[ADMINISTRATION], agent, wish)
        return _xml(write_envelope(answer))

    def _who(self, request: web.Request) -> str | None:
        site = request.app[ADMINISTRATION].site
        return identify(
            read_credentials(request.headers.get("Authorization")),
            site.agents,
            site.topology.domain,
            has_token=self._token is not None,
        )


def _with_faults(handle: _Handler) -> _Handler:
    """`handle`, but whatever it raises is answered by a SOAP fault."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handle(request)
        except ConnectionError:
            raise  # the client has gone
        except Exception as error:  # noqa: BLE001 - a client of SOAP is told by SOAP
            fault = _fault_of(error)
            if fault is None:
                _log.error("request failed", path=request.path[:200], exc_info=error)
                fault = ServiceFault(
                    HTTPStatus.INTERNAL_SERVER_ERROR,
                    FaultKind.INTERNAL_FAULT,
                    "the emulator failed to carry this out; its log says more",
                )
        response = _xml(fault_envelope(fault), fault.status)
        response.headers.update(fault.headers)
        if fault.closes_connection:
            response.force_close()
        return response

    return answer


_BAD = HTTPStatus.BAD_REQUEST


def _fault_of(error: Exception) -> ServiceFault | None:
    match error:
        case ServiceFault():
            return error
        case ForbiddenByRule(cell=cell):
            kind = FaultKind.FORBIDDEN_BY_RULE
            return ServiceFault(HTTPStatus.FORBIDDEN, kind, str(error), cell=cell)
        case NotThere():
            return ServiceFault(HTTPStatus.NOT_FOUND, FaultKind.NOT_FOUND, str(error))
        case VersionMismatch():
            return ServiceFault(_BAD, FaultKind.VERSION_MISMATCH, str(error))
        case HeaderNotUnderstood():
            return ServiceFault(_BAD, FaultKind.NOT_UNDERSTOOD, str(error))
        case EnvelopeError():
            return ServiceFault(_BAD, FaultKind.MALFORMED_REQUEST, str(error))
        case web.HTTPRequestEntityTooLarge():
            return ServiceFault(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                FaultKind.BODY_TOO_LARGE,
                "the body is too large",
                closes_connection=True,
            )
        case web.RequestPayloadError():
            return ServiceFault(
                _BAD,
                FaultKind.MALFORMED_REQUEST,
                f"the body can't be read: {error}"[:300],
                closes_connection=True,
            )
    return None


def _check_media_type(request: web.Request) -> None:
    """Take text/xml alone: a form of somebody else's page can't send that without asking."""
    kind = request.content_type.lower() if "Content-Type" in request.headers else ""
    if kind == _SOAP_12:
        raise ServiceFault(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            FaultKind.VERSION_MISMATCH,
            f"this is SOAP 1.1, which is sent as {MEDIA_TYPE}; {_SOAP_12} is SOAP 1.2",
        )
    charset = (request.charset or "utf-8").lower()
    if kind != MEDIA_TYPE or charset not in ("utf-8", "utf8", "us-ascii"):
        raise ServiceFault(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            FaultKind.UNSUPPORTED_MEDIA_TYPE,
            f"a request is {MEDIA_TYPE} in UTF-8",
        )


async def _read(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError as error:
        raise ServiceFault(
            HTTPStatus.REQUEST_TIMEOUT,
            FaultKind.TIMED_OUT,
            f"the body did not arrive within {BODY_SECONDS:.0f} seconds",
            closes_connection=True,
        ) from error


def _own_host(request: web.Request) -> str:
    """The address that the connection came to, for those who name no host."""
    host, port = request.get_extra_info("sockname", ("127.0.0.1", 0))[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _xml(data: bytes, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.Response(
        status=int(status), body=data, content_type=MEDIA_TYPE, charset="utf-8", headers=_HEADERS
    )
