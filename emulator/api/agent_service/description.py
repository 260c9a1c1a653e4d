"""How the service describes itself: its WSDL, and the page that links to it."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from lxml import etree

from emulator.api.agent_service.names import PATH

__all__ = ["Description", "address_of"]

_FOLDER = Path(__file__).resolve().parent
_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_HOST = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")


class Description:
    """The texts, read once, for whatever address the service is asked at."""

    __slots__ = ("_page", "_wsdl")

    def __init__(self) -> None:
        self._wsdl = (_FOLDER / "AgentService.wsdl").read_bytes()
        self._page = (_FOLDER / "page.html").read_text(encoding="utf-8")

    def wsdl(self, address: str) -> bytes:
        """The WSDL 1.1 of the service at `address`."""
        document = etree.fromstring(self._wsdl)
        for place in document.iter(f"{{{_SOAP}}}address"):
            place.set("location", address)
        return etree.tostring(document, encoding="utf-8", xml_declaration=True)

    def page(self, address: str) -> str:
        """The page that a browser is shown."""
        return self._page.replace("{address}", escape(address))


def address_of(scheme: str, host: str | None, otherwise: str) -> str:
    """Where the service is for somebody who asked `host`; `otherwise` where that is no host."""
    name = host if host is not None and _HOST.fullmatch(host) else otherwise
    return f"{scheme}://{name}{PATH}"
