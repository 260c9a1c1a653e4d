"""Asks the agent service: by zeep, as a stranger's tool does, and with octets of the test's own."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import requests
import zeep
from lxml import etree
from zeep.transports import Transport

from emulator.api.agent_service.description import Description
from tests.support.doors import Door, Reply

__all__ = [
    "ENVELOPE",
    "PATH",
    "SERVICE",
    "FaultTold",
    "SoapUser",
    "basic",
    "envelope",
    "fault_of",
    "post",
]

PATH = "/RgsClients/AgentService.svc"
SERVICE = "urn:response-group-emulator:agent-service"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_XS = "http://www.w3.org/2001/XMLSchema"
_PATIENCE_SECONDS = 20.0


class SoapUser:
    """A user of the service, whose client zeep has made of the WSDL."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = (user, password)
        transport = Transport(  # type: ignore[no-untyped-call]
            session=self._session, timeout=_PATIENCE_SECONDS, operation_timeout=_PATIENCE_SECONDS
        )
        try:
            self.client = zeep.Client(  # type: ignore[no-untyped-call]
                f"{url}{PATH}?wsdl", transport=transport
            )
        except BaseException:
            self._session.close()
            raise

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, user: str, password: str = "any") -> AsyncIterator[SoapUser]:
        """A user for as long as the context lasts; raises what zeep does."""
        made = await asyncio.to_thread(cls, url, user, password)
        try:
            yield made
        finally:
            made.close()

    async def ask(self, operation: str, *arguments: Any) -> Any:
        """The result of an operation; raises zeep's Fault."""
        return await asyncio.to_thread(self.client.service[operation], *arguments)

    async def groups(self) -> dict[tuple[str, bool], Any]:
        """What GetGroups gives, by name and whether it is the copy."""
        shown = await self.ask("GetGroups") or []
        return {(each.Name, each.IsImported): each for each in shown}

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()


@dataclass(frozen=True, slots=True)
class FaultTold:
    """A SOAP fault as a client reads it."""

    code: str
    text: str
    kind: str
    cell: str | None


def fault_of(source: Reply | zeep.exceptions.Fault) -> FaultTold:
    """The fault that an answer carries, or that zeep has raised; its detail fits the WSDL."""
    if isinstance(source, zeep.exceptions.Fault):
        code, text, detail = source.code, source.message, source.detail
    else:
        assert source.headers["Content-Type"] == "text/xml; charset=utf-8", source.text
        assert "Traceback" not in source.text
        fault = etree.fromstring(source.data).find(f"{{{ENVELOPE}}}Body/{{{ENVELOPE}}}Fault")
        assert fault is not None, source.text
        code, text = fault.findtext("faultcode"), fault.findtext("faultstring")
        detail = fault.find("detail")
    assert code is not None
    assert text
    told = detail[0]
    _schema().assertValid(told)
    return FaultTold(
        code.rpartition(":")[2],
        text,
        told.findtext(f"{{{SERVICE}}}Kind"),
        told.findtext(f"{{{SERVICE}}}Cell"),
    )


def envelope(content: str, *, header: str = "") -> bytes:
    """A SOAP 1.1 envelope around `content`, whose namespace is the service's."""
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE}" xmlns="{SERVICE}">{header}'
        f"<s:Body>{content}</s:Body></s:Envelope>"
    ).encode()


def basic(user: str, password: str = "any") -> dict[str, str]:
    """The header with Basic credentials."""
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


async def post(door: Door, data: bytes, user: str = "carol", **headers: str) -> Reply:
    """What the service answers to `data`; a header is named with `_` for `-`."""
    given = {"Content-Type": "text/xml; charset=utf-8", **basic(user)}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    reply = await door.ask("POST", PATH, data=data, headers=given)
    if reply.status == 200:
        body = etree.fromstring(reply.data).find(f"{{{ENVELOPE}}}Body")
        assert body is not None
        _schema().assertValid(body[0])
    return reply


@cache
def _schema() -> etree.XMLSchema:
    """The types that the WSDL has."""
    wsdl = etree.fromstring(Description().wsdl("http://localhost"))
    found = wsdl.find(f".//{{{_XS}}}schema")
    assert found is not None
    return etree.XMLSchema(etree.fromstring(etree.tostring(found)))
