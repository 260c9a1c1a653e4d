"""An agent's console, as the JSON API and the web service of the real console have it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final, Protocol

import aiohttp
from lxml import etree

from emulator.demo.calls import DOMAIN
from emulator.demo.doors import Door
from emulator.demo.evidence import Differs
from emulator.testing import Emulator, RequestRefused

__all__ = ["ConsoleDoor", "JsonConsole", "Line", "SoapConsole"]

_FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class Line:
    """A group on an agent's console; a group and its imported copy are two."""

    name: str
    is_copy: bool
    can_sign_in: bool
    is_signed_in: bool


class ConsoleDoor(Protocol):
    """A way to an agent's console."""

    @property
    def door(self) -> Door:
        """Which door it is."""
        ...

    async def lines(self) -> list[Line]:
        """What the console shows now."""
        ...

    def can_name(self, group: str, *, is_copy: bool) -> bool:
        """Whether there is a way to name that group, shown or not."""
        ...

    async def sign(self, way: str, group: str, *, is_copy: bool) -> str | None:
        """Sign `way`, "in" or "out": None if it is done, else the cell that forbids it.

        Raises Differs where something else comes.
        """
        ...


class JsonConsole:
    """The console of the admin API."""

    __slots__ = ("_agent", "_rgs")

    door: Final = Door.JSON

    def __init__(self, rgs: Emulator, agent: str) -> None:
        self._rgs = rgs
        self._agent = agent

    async def lines(self) -> list[Line]:
        """What the console shows now."""
        shown = await self._rgs.ask("GET", f"/console/{self._agent}")
        return [
            Line(each["name"], each["imported"], each["can_sign_in"], each["signed_in"])
            for each in shown["groups"]
        ]

    def can_name(self, group: str, *, is_copy: bool) -> bool:
        """Groups go by their names."""
        return True

    async def sign(self, way: str, group: str, *, is_copy: bool) -> str | None:
        """Sign in or out."""
        wish = {"groups": [group], "imported": is_copy}
        try:
            await self._rgs.ask("POST", f"/console/{self._agent}/sign-{way}", wish)
        except RequestRefused as refused:
            if refused.status != _FORBIDDEN:
                raise
            return str(refused.problem.get("cell"))
        return None


_PATH = "/RgsClients/AgentService.svc"
_SERVICE = "urn:response-group-emulator:agent-service"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_OPERATIONS = {"in": "SignIn", "out": "SignOut"}


class SoapConsole:
    """The web service that the real console asks (docs/agent-service.md), in SOAP 1.1."""

    __slots__ = ("_authorization", "_ids", "_url")

    door: Final = Door.SOAP

    def __init__(self, url: str, agent: str) -> None:
        self._url = url + _PATH
        credentials = base64.b64encode(f"{agent}@{DOMAIN}:".encode()).decode()
        self._authorization = f"Basic {credentials}"
        self._ids: dict[tuple[str, bool], str] = {}

    async def lines(self) -> list[Line]:
        """What the console shows now."""
        answer = await self._ask("GetGroups")
        lines = []
        for group in answer.iter(f"{{{_SERVICE}}}Group"):
            told = {etree.QName(field).localname: field.text or "" for field in group}
            line = Line(
                told["Name"],
                told["IsImported"] == "true",
                told["CanSignIn"] == "true",
                told["IsSignedIn"] == "true",
            )
            self._ids[line.name, line.is_copy] = told["Id"]
            lines.append(line)
        return lines

    def can_name(self, group: str, *, is_copy: bool) -> bool:
        """Groups go by identifiers, which only a console that shows them tells."""
        return (group, is_copy) in self._ids

    async def sign(self, way: str, group: str, *, is_copy: bool) -> str | None:
        """Sign in or out."""
        answer = await self._ask(_OPERATIONS[way], self._ids[group, is_copy])
        if etree.QName(answer).localname != "Fault":
            return None
        cell = answer.findtext(f".//{{{_SERVICE}}}Cell")
        if cell is None:
            raise Differs(f"{_OPERATIONS[way]} to be done", answer.findtext("faultstring") or "?")
        return cell

    async def _ask(self, operation: str, group_id: str | None = None) -> etree._Element:
        """The element in the body of the answer, a Fault too."""
        envelope = etree.Element(etree.QName(_ENVELOPE, "Envelope"))
        wish = etree.SubElement(
            etree.SubElement(envelope, etree.QName(_ENVELOPE, "Body")),
            etree.QName(_SERVICE, operation),
        )
        if group_id is not None:
            etree.SubElement(wish, etree.QName(_SERVICE, "groupId")).text = group_id
        async with aiohttp.request(
            "POST",
            self._url,
            data=etree.tostring(envelope),
            headers={
                "Authorization": self._authorization,
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": f'"{_SERVICE}:{operation}"',
            },
        ) as answer:
            return _content(answer.status, await answer.read())


def _content(status: int, envelope: bytes) -> etree._Element:
    """What the body of an envelope carries."""
    try:
        content: etree._Element = etree.fromstring(envelope)[-1][0]
    except (etree.XMLSyntaxError, IndexError) as error:
        raise Differs("a SOAP envelope", f"{status} with {envelope[:80]!r}") from error
    return content
