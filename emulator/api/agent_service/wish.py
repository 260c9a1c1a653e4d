"""What a request asks for: the operation, and the groups that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from lxml import etree

from emulator.api.agent_service.faults import FaultKind, ServiceFault
from emulator.api.agent_service.names import SERVICE, Operation

__all__ = ["MAX_GROUPS", "Wish", "read_wish"]

MAX_GROUPS = 1_000
_GUID = re.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_OF_ONE = (Operation.SIGN_IN, Operation.SIGN_OUT)
_OF_SEVERAL = (Operation.SIGN_IN_MULTIPLE, Operation.SIGN_OUT_MULTIPLE)


@dataclass(frozen=True, slots=True)
class Wish:
    """An operation and the groups that it is about, each once."""

    operation: Operation
    groups: tuple[UUID, ...] = ()


def read_wish(element: etree._Element, action: str | None) -> Wish:
    """What the element in an envelope's body asks for; raises ServiceFault.

    action  the SOAPAction header, which may be missing or empty; where it names an operation it
            has to be the body's.
    """
    operation = _operation(element)
    named = (action or "").strip().strip('"')
    if named and named != operation.action:
        raise _malformed(f"SOAPAction is {named[:200]}, and the body asks for {operation}")
    if operation in _OF_ONE:
        return Wish(operation, (_guid(_only(element, "groupId")),))
    if operation in _OF_SEVERAL:
        return Wish(operation, _guids(_only(element, "groupIds")))
    if len(element):
        raise _malformed(f"{operation} takes nothing")
    return Wish(operation)


def _operation(element: etree._Element) -> Operation:
    name = etree.QName(element)
    for operation in Operation:
        if (name.namespace, name.localname) == (SERVICE, operation.value):
            return operation
    given = f"{name.localname[:100]} of {(name.namespace or 'no namespace')[:200]}"
    raise ServiceFault(
        HTTPStatus.BAD_REQUEST,
        FaultKind.UNKNOWN_OPERATION,
        f"there is no operation {given}; there are {', '.join(Operation)} of {SERVICE}",
    )


def _only(element: etree._Element, name: str) -> etree._Element:
    """The one child that `element` should have."""
    children = list(element)
    if len(children) != 1 or children[0].tag != f"{{{SERVICE}}}{name}":
        raise _malformed(f"{etree.QName(element).localname} takes one {name} of {SERVICE}")
    return children[0]


def _guids(element: etree._Element) -> tuple[UUID, ...]:
    if not len(element):
        raise _malformed("groupIds names no group")
    if len(element) > MAX_GROUPS:
        raise _malformed(f"groupIds names {len(element)} groups; {MAX_GROUPS} are the most")
    if any(child.tag != f"{{{SERVICE}}}guid" for child in element):
        raise _malformed(f"groupIds has guid elements of {SERVICE}")
    return tuple(dict.fromkeys(_guid(child) for child in element))


def _guid(element: etree._Element) -> UUID:
    text = (element.text or "").strip()
    if len(element) or not _GUID.fullmatch(text):
        raise _malformed(f"{text[:100]!r} is no GUID; GetGroups gives them")
    return UUID(text)


def _malformed(text: str) -> ServiceFault:
    return ServiceFault(HTTPStatus.BAD_REQUEST, FaultKind.MALFORMED_REQUEST, text)
