"""Faults of the agent service: what went wrong, with its HTTP status, and how SOAP says so."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

from lxml import etree

from emulator.api.agent_service.envelope import element_of, printable, write_envelope
from emulator.api.agent_service.names import ENVELOPE

__all__ = ["FaultKind", "ServiceFault", "fault_envelope"]


class FaultKind(StrEnum):
    """The kinds of fault: `Kind` in a fault's detail."""

    MALFORMED_REQUEST = "malformed-request"
    VERSION_MISMATCH = "version-mismatch"
    NOT_UNDERSTOOD = "not-understood"
    UNKNOWN_OPERATION = "unknown-operation"
    CREDENTIALS_REQUIRED = "credentials-required"
    NOT_AN_AGENT = "not-an-agent"
    FORBIDDEN_BY_RULE = "forbidden-by-rule"
    NOT_FOUND = "not-found"
    TIMED_OUT = "timed-out"
    BODY_TOO_LARGE = "body-too-large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    INTERNAL_FAULT = "internal-fault"


_CODES = {  # SOAP 1.1 §4.4.1; every other fault is Client's, or Server's from 500 on
    FaultKind.VERSION_MISMATCH: "VersionMismatch",
    FaultKind.NOT_UNDERSTOOD: "MustUnderstand",
}


class ServiceFault(Exception):
    """Why a request to the agent service is not carried out; nothing has changed.

    cell    the cell of the rules that forbids it.
    closes_connection  whether what the client still sends is of no use.
    """

    def __init__(
        self,
        status: HTTPStatus,
        kind: FaultKind,
        text: str,
        *,
        cell: str | None = None,
        headers: Mapping[str, str] | None = None,
        closes_connection: bool = False,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind
        self.text = text
        self.cell = cell
        self.headers = headers or {}
        self.closes_connection = closes_connection

    @property
    def code(self) -> str:
        """The local name of its faultcode."""
        other = "Server" if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "Client"
        return _CODES.get(self.kind, other)


def fault_envelope(fault: ServiceFault) -> bytes:
    """The envelope that carries `fault` (SOAP 1.1 §4.4)."""
    element = etree.Element(etree.QName(ENVELOPE, "Fault"), nsmap={"s": ENVELOPE})
    # §4.4: the children of Fault are in no namespace.
    etree.SubElement(element, "faultcode").text = f"s:{fault.code}"
    etree.SubElement(element, "faultstring").text = printable(fault.text)
    told: dict[str, object] = {"Kind": fault.kind.value}
    if fault.cell is not None:
        told["Cell"] = fault.cell
    etree.SubElement(element, "detail").append(element_of("AgentServiceFault", told))
    return write_envelope(element)
